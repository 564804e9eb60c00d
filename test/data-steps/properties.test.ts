import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DataPipelineConfig, DatasetSide } from '../../protocol/dataset';
import { Cloud } from './cloud';
import { checkLines, linesOf, type Mail, mails } from './json-lines';
import { contentOf, expectAccounted } from './versions';

const RUNS = { numRuns: 40 };
const DAYS = ['2026-11-01', '2026-11-10', '2026-11-20'].map((day) => `${day}T00:00:00.000Z`);

/** Few keys and texts, so that duplicates, conflicts and twins are many. */
const mail: fc.Arbitrary<Mail> = fc.record({
  id: fc.integer({ min: 0, max: 30 }).map((id) => `mail ${id}`),
  text: fc.integer({ min: 0, max: 12 }).map((text) => `text ${text}`),
  at: fc.constantFrom(...DAYS),
});
const line = fc.oneof({ weight: 8, arbitrary: mail }, { weight: 1, arbitrary: fc.constant('bad' as const) });
const object = fc.array(line, { maxLength: 12 });
/** Objects that arrive between two runs. */
const arrivals = fc.array(fc.array(object, { maxLength: 3 }), { minLength: 1, maxLength: 4 });

const holdOut: fc.Arbitrary<DataPipelineConfig['holdOut']> = fc.oneof(
  fc.record({
    kind: fc.constant('hash' as const),
    share: fc.constantFrom(0, 0.2, 0.5, 0.9, 1),
    salt: fc.constantFrom('a', 'b'),
  }),
  fc.record({ kind: fc.constant('time' as const), column: fc.constant('at'), from: fc.constantFrom(...DAYS) }),
);

let names = 0;

function deliver(cloud: Cloud, rows: readonly (Mail | 'bad')[]): void {
  names += 1;
  cloud.deliver(`in/${String(names).padStart(8, '0')}.jsonl`, linesOf(rows));
}

/** Side of each row and of each text. */
function sidesOf(cloud: Cloud): Map<string, DatasetSide> {
  const sides = new Map<string, DatasetSide>();
  for (const [side, lines] of Object.entries(contentOf(cloud)) as [DatasetSide, string[]][]) {
    for (const row of lines) {
      sides.set(row, side);
      const { text } = JSON.parse(row) as Mail;
      const before = sides.get(text);
      expect(before ?? side, `rows with the text "${text}" stand on both sides`).toBe(side);
      sides.set(text, side);
    }
  }
  return sides;
}

describe('whatever arrives', () => {
  it('rows in are rows published, set apart and left out as duplicates', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, async (batches) => {
        const cloud = new Cloud(mails(), checkLines);
        let rows = 0;
        for (const batch of batches) {
          for (const one of batch) deliver(cloud, one);
          rows += batch.flat().length;
          expect((await cloud.run()).status).toBe('SUCCEEDED');
        }
        const counts = [...cloud.runs.values()].flatMap((run) => run.counts ?? []);
        expect(counts.reduce((sum, count) => sum + count.rows, 0)).toBe(rows);
        expectAccounted(cloud, '');
        const kept = Object.values(contentOf(cloud)).flat();
        expect(counts.reduce((sum, count) => sum + count.published, 0)).toBe(kept.length);
        // One row of each key that ever arrived good, and no key twice.
        const wanted = new Set(batches.flat(2).flatMap((one) => (one === 'bad' ? [] : [one.id])));
        expect(new Set(kept.map((row) => (JSON.parse(row) as Mail).id))).toEqual(wanted);
        expect(kept).toHaveLength(wanted.size);
      }),
      RUNS,
    );
  });

  it('a row and its twins stay on their side in every later version, however the hold-out is changed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.array(object, { maxLength: 3 }), holdOut), { maxLength: 5 }),
        async (steps) => {
          const config = mails();
          // Rows are grouped by all but key and time, whichever way they are held out.
          const cloud = new Cloud(config, checkLines);
          let before = new Map<string, DatasetSide>();
          for (const [batch, changed] of steps) {
            cloud.config = { ...config, holdOut: changed };
            for (const one of batch) deliver(cloud, one);
            expect((await cloud.run()).status).toBe('SUCCEEDED');
            const now = sidesOf(cloud);
            for (const [row, side] of before) expect(now.get(row), row).toBe(side);
            before = now;
          }
        },
      ),
      RUNS,
    );
  });

  it('a group with a late row is held out whole, unless it was trained with before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(object, { maxLength: 4 }), async (batch) => {
        const from = DAYS[1] ?? '';
        const cloud = new Cloud(mails({ holdOut: { kind: 'time', column: 'at', from } }), checkLines);
        for (const one of batch) deliver(cloud, one);
        await cloud.run();
        const { train, holdout } = contentOf(cloud);
        const texts = (rows: string[]) => new Set(rows.map((row) => (JSON.parse(row) as Mail).text));
        const late = texts([...train, ...holdout].filter((row) => ((JSON.parse(row) as Mail).at ?? '') >= from));
        expect(texts(holdout)).toEqual(late);
      }),
      RUNS,
    );
  });

  it('the same rows in any order and any number of objects give the same version', async () => {
    const rows = fc.uniqueArray(mail, { selector: ({ id }) => id, minLength: 1, maxLength: 20 });
    const order = fc.array(fc.nat(), { minLength: 24, maxLength: 24 });
    await fc.assert(
      fc.asyncProperty(
        rows,
        order,
        fc.nat({ max: 4 }),
        fc.integer({ min: 1, max: 5 }),
        async (all, ranks, twice, parts) => {
          const first = new Cloud(mails(), checkLines);
          deliver(first, all);
          await first.run();
          const second = new Cloud(mails(), checkLines);
          const repeated = [...all, ...all.slice(0, twice)];
          const shuffled = repeated
            .map((row, index) => ({ row, rank: ranks[index] ?? 0 }))
            .sort((a, b) => a.rank - b.rank)
            .map(({ row }) => row);
          for (let part = 0; part < parts; part += 1)
            deliver(
              second,
              shuffled.filter((_, index) => index % parts === part),
            );
          await second.run();
          expect(second.latest?.version).toBe(first.latest?.version);
          expect(second.manifest().profile).toEqual(first.manifest().profile);
          expect(second.keys('shards/').map((key) => second.objects.get(key))).toEqual(
            first.keys('shards/').map((key) => first.objects.get(key)),
          );
        },
      ),
      RUNS,
    );
  });

  it('a version that is made in one run or in several holds the same rows, and statistics of the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(mail, { selector: ({ id }) => id, minLength: 2, maxLength: 20 }), async (all) => {
        const once = new Cloud(mails(), checkLines);
        deliver(once, all);
        await once.run();
        const twice = new Cloud(mails(), checkLines);
        for (const half of [all.slice(0, all.length / 2), all.slice(all.length / 2)]) {
          deliver(twice, half);
          await twice.run();
        }
        const rows = (cloud: Cloud) => Object.values(contentOf(cloud)).flat().sort();
        expect(rows(twice)).toEqual(rows(once));
        expect(twice.manifest().profile).toEqual(once.manifest().profile);
      }),
      RUNS,
    );
  });
});
