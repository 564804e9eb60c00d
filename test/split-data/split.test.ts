import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readGroupIndex, sideOfNumber, writeGroupIndex } from '../../lambdas/shared/dataset/group-index';
import { hashOf } from '../../lambdas/shared/dataset/hash';
import { sha256 } from '../../lambdas/shared/dataset/version-address';
import { KeptRows } from '../../lambdas/split-data/kept-rows';
import { compressed, shardFiles } from '../../lambdas/split-data/shard-files';
import { decideSides } from '../../lambdas/split-data/sides';
import type { HoldOutDocument } from '../../protocol/dataset';

interface Row {
  readonly key: number;
  readonly group: number;
  readonly late?: boolean;
}

const hash = (text: string) => hashOf(Buffer.from(text));
const NONE = readGroupIndex(undefined);
const third: HoldOutDocument = { kind: 'hash', share: 0.3, salt: 'salt' };

function keep(rows: readonly Row[]): KeptRows {
  const kept = new KeptRows();
  for (const { key, group, late = false } of rows) {
    const line = Buffer.from(JSON.stringify({ key, group, text: 'x'.repeat(key % 50) }));
    kept.add({ k: hash(`key ${key}`), c: hash(`content ${key}`), g: hash(`group ${group}`), line }, late);
  }
  return kept;
}

function sidesOf(rows: readonly Row[], holdOut = third, parent = NONE) {
  const { of, groups } = decideSides(keep(rows), parent, holdOut);
  return { sides: [...of].map(sideOfNumber), groups };
}

describe('sides', () => {
  const rows = Array.from({ length: 20_000 }, (_, key) => ({ key, group: key }));

  it('of groups of one row are held out as often as was asked', () => {
    const { sides } = sidesOf(rows);
    const share = sides.filter((side) => side === 'holdout').length / rows.length;
    // Four standard deviations of a share of 0.3 of 20,000.
    expect(Math.abs(share - 0.3)).toBeLessThan(0.013);
  });

  it('of a group are decided by the smallest of its keys', () => {
    const keys = Array.from({ length: 12 }, (_, key) => key);
    for (let group = 0; group < 20; group += 1) {
      const members = keys.map((key) => key + group * 100);
      const [smallest = 0] = members.sort((a, b) => Buffer.compare(hash(`key ${a}`), hash(`key ${b}`)));
      const alone = sidesOf([{ key: smallest, group }]).sides[0];
      expect(sidesOf(members.map((key) => ({ key, group }))).sides).toEqual(members.map(() => alone));
    }
  });

  it.each([
    [0, 'train'],
    [1, 'holdout'],
  ] as const)('of a share of %s are all %s', (share, side) => {
    expect(new Set(sidesOf(rows, { ...third, share }).sides)).toEqual(new Set([side]));
  });

  it('change with the salt', () => {
    expect(sidesOf(rows, { ...third, salt: 'other' }).sides).not.toEqual(sidesOf(rows).sides);
  });

  it('only ever gain rows when the share grows', () => {
    const before = sidesOf(rows).sides;
    const after = sidesOf(rows, { ...third, share: 0.4 }).sides;
    expect(before.every((side, index) => side === 'train' || after[index] === 'holdout')).toBe(true);
  });

  const some = fc.array(fc.record({ key: fc.nat(200), group: fc.nat(20), late: fc.boolean() }), { maxLength: 60 });

  it('of one group are one, in whatever order its rows come', () => {
    fc.assert(
      fc.property(
        some,
        fc.constantFrom<HoldOutDocument>(third, { kind: 'time', column: 'at', from: 'x' }),
        (all, holdOut) => {
          const sideByGroup = new Map<number, string>();
          const forwards = sidesOf(all, holdOut).sides;
          const backwards = sidesOf([...all].reverse(), holdOut).sides.reverse();
          expect(backwards).toEqual(forwards);
          all.forEach(({ group }, index) => {
            const side = forwards[index] ?? '';
            expect(sideByGroup.get(group) ?? side).toBe(side);
            sideByGroup.set(group, side);
          });
        },
      ),
    );
  });

  it('of a group that the parent knows are those of the parent, and the index keeps all groups in order', () => {
    fc.assert(
      fc.property(some, some, (earlier, later) => {
        const { sides: old, groups } = sidesOf(earlier, { ...third, share: 0.5 });
        const parent = readGroupIndex(writeGroupIndex(groups));
        expect(parent.count).toBe(new Set(earlier.map(({ group }) => group)).size);
        const { sides, groups: all } = sidesOf(later, { kind: 'time', column: 'at', from: 'x' }, parent);
        const known = new Map(earlier.map(({ group }, index) => [group, old[index]]));
        later.forEach(({ group }, index) => {
          const late = later.some((row) => row.group === group && row.late);
          expect(sides[index]).toBe(known.get(group) ?? (late ? 'holdout' : 'train'));
        });
        const hashes = new Set([...earlier, ...later].map(({ group }) => hash(`group ${group}`).toString('hex')));
        const written = writeGroupIndex(all);
        const listed = Array.from({ length: all.count }, (_, entry) =>
          written.subarray(entry * 20, entry * 20 + 16).toString('hex'),
        );
        expect(listed).toEqual([...hashes].sort());
      }),
    );
  });

  it('that are none are refused', () => {
    expect(() => sideOfNumber(2)).toThrow('2 is no side of a dataset; expected 0 or 1');
  });
});

describe('shard files', () => {
  const rows = Array.from({ length: 40 }, (_, key) => ({ key, group: key }));

  it('hold the rows of their side in the order of the keys, each once', () => {
    const kept = keep(rows);
    const { of } = decideSides(kept, NONE, third);
    const lines = (['train', 'holdout'] as const).flatMap((side) =>
      [...shardFiles(kept, of, side, 200)].flatMap(({ file, bytes }) => {
        const content = gunzipSync(bytes);
        expect(file).toMatchObject({ side, digest: sha256(content), bytes: content.length });
        const found = content.toString('utf8').trimEnd().split('\n');
        expect(file.rows).toBe(found.length);
        return found.map((line) => ({ side, key: (JSON.parse(line) as Row).key }));
      }),
    );
    expect(lines.map(({ key }) => key).sort((a, b) => a - b)).toEqual(rows.map(({ key }) => key));
    for (const side of ['train', 'holdout']) {
      const hashes = lines.filter((line) => line.side === side).map(({ key }) => hash(`key ${key}`).toString('hex'));
      expect(hashes.length).toBeGreaterThan(0);
      expect(hashes).toEqual([...hashes].sort());
    }
    lines.forEach(({ side, key }) => {
      expect(sideOfNumber(of[key] ?? 9)).toBe(side);
    });
  });

  it('are cut after the row that fills them', () => {
    const kept = keep(rows);
    const sides = new Uint8Array(rows.length);
    const files = [...shardFiles(kept, sides, 'train', 300)];
    expect(files.length).toBeGreaterThan(3);
    for (const { file } of files.slice(0, -1)) {
      expect(file.bytes).toBeGreaterThanOrEqual(300);
      expect(file.bytes).toBeLessThan(300 + 100);
    }
    expect([...shardFiles(kept, sides, 'holdout')]).toEqual([]);
  });

  it('are the same bytes whatever machine writes them: no time, no system', () => {
    const packed = compressed(Buffer.from('text\n'));
    // RFC 1952: magic, method, flags, four bytes of time, extra flags, system.
    expect([...packed.subarray(0, 8)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
    expect(packed[9]).toBe(255);
    expect(gunzipSync(packed).toString()).toBe('text\n');
  });
});
