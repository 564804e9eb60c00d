import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CellValue, canonicalLine, valuesOfLine } from '../../lambdas/shared/dataset/canonical-row';
import { hashOf } from '../../lambdas/shared/dataset/hash';
import { groupColumns, keyHash, RowHasher } from '../../lambdas/shared/dataset/row-hashes';
import type { HoldOutDocument } from '../../protocol/dataset';
import { column, schemaOf } from './schema';

const BY_HASH: HoldOutDocument = { kind: 'hash', share: 0.2, salt: 's' };
const BY_TIME: HoldOutDocument = { kind: 'time', column: 'at', from: '2026-01-01' };
const COLUMNS = [
  column('id', 'integer'),
  column('a "name"', 'string'),
  column('yes', 'boolean'),
  column('day', 'date'),
  column('at', 'timestamp'),
  column('x', 'number'),
];

/** Years 1 to 9999. */
const INSTANT = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });
const DAY = 86_400_000;
const VALUES: fc.Arbitrary<CellValue[]> = fc.tuple(
  fc.option(fc.maxSafeInteger()),
  fc.option(fc.string({ unit: 'binary' })),
  fc.option(fc.boolean()),
  fc.option(INSTANT.map((ms) => Math.floor(ms / DAY) * DAY)),
  fc.option(INSTANT),
  fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
);

const words = (hash: Uint32Array) => [...hash].map((word) => word.toString(16).padStart(8, '0')).join('');
const bytesOf = (hash: Uint32Array) => Buffer.from(hash.buffer, hash.byteOffset, 16).toString('hex');

describe('a canonical line', () => {
  it('holds the columns in the order of the schema, and null for what is absent', () => {
    expect(canonicalLine(COLUMNS, [7, 'é"\n', true, 0, 1, -0])).toBe(
      '{"id":7,"a \\"name\\"":"é\\"\\n","yes":true,"day":"1970-01-01","at":"1970-01-01T00:00:00.001Z","x":0}',
    );
    expect(canonicalLine(COLUMNS, [1])).toBe('{"id":1,"a \\"name\\"":null,"yes":null,"day":null,"at":null,"x":null}');
  });

  it('gives its values back', () => {
    fc.assert(
      fc.property(VALUES, (values) => {
        const line = canonicalLine(COLUMNS, values);
        expect(valuesOfLine(COLUMNS, line)).toEqual(values.map((value) => (Object.is(value, -0) ? 0 : value)));
        expect(canonicalLine(COLUMNS, valuesOfLine(COLUMNS, line))).toBe(line);
      }),
    );
  });

  it('reads a column of a later schema, which it lacks, as null', () => {
    expect(valuesOfLine([column('id', 'integer'), column('toString', 'string')], '{"id":1}')).toEqual([1, null]);
  });
});

describe('the hashes of a row', () => {
  const schema = schemaOf(COLUMNS, { key: ['x', 'id'] });

  it('are those of its line, of its key and of its group', () => {
    const values: CellValue[] = [7, 'é', true, 0, 1, 0.5];
    const { k, c, g } = new RowHasher(schema, BY_TIME).of(values);
    expect(bytesOf(c)).toBe(hashOf(Buffer.from(canonicalLine(COLUMNS, values))).toString('hex'));
    expect(bytesOf(k)).toBe(hashOf(Buffer.from('0.5,7')).toString('hex'));
    expect(bytesOf(g)).toBe(hashOf(Buffer.from('"é",true,"1970-01-01"')).toString('hex'));
  });

  it('of the key are found by the values of the key alone', () => {
    fc.assert(
      fc.property(VALUES, (values) => {
        const { k } = new RowHasher(schema, BY_HASH).of(values);
        expect(keyHash(schema, [values[5] ?? null, values[0] ?? null]).toString('hex')).toBe(bytesOf(k));
      }),
    );
  });

  it('differ where the same characters are composed otherwise', () => {
    const hasher = new RowHasher(schema, BY_HASH);
    const [composed, apart] = ['\u00e9', 'e\u0301'].map((text) => words(hasher.of([7, text, true, 0, 1, 0.5]).c));
    expect(composed).not.toBe(apart);
  });

  it('do not confuse values that lie side by side otherwise', () => {
    const two = schemaOf([column('a', 'string'), column('b', 'string'), column('c', 'string')], { key: ['a', 'b'] });
    const hasher = new RowHasher(two, BY_HASH);
    const keys = [
      ['a', 'b,c', ''],
      ['a,b', 'c', ''],
      ['a","b', 'c', ''],
      [null, 'c', ''],
      ['null', 'c', ''],
    ].map((values) => words(hasher.of(values).k));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('of a schema without a key take the whole row as key', () => {
    const keyless = schemaOf(COLUMNS);
    const { k, c } = new RowHasher(keyless, BY_HASH).of([1, 'a']);
    expect(words(k)).toBe(words(c));
    expect(keyHash(keyless, [1, 'a']).toString('hex')).toBe(bytesOf(c));
  });

  it('take the whole row as group where it has no key and no time', () => {
    const { g, c } = new RowHasher(schemaOf(COLUMNS), BY_HASH).of([1, 'a']);
    expect(words(g)).toBe(words(c));
  });

  it('take the key as group where the schema names the same columns for both', () => {
    const same = { ...schema, group: [...schema.key] };
    const { k, g } = new RowHasher(same, BY_HASH).of([7, 'é', true, 0, 1, 0.5]);
    expect(words(g)).toBe(words(k));
    expect(words(g)).not.toBe(words(new RowHasher(same, BY_HASH).of([8, 'é', true, 0, 1, 0.5]).g));
  });

  it('take the key as group where no other column is left', () => {
    const all = schemaOf([column('id', 'integer'), column('at', 'timestamp')], { key: ['id'] });
    const { k, g } = new RowHasher(all, BY_TIME).of([1, 2]);
    expect(words(g)).toBe(words(k));
  });

  it('group by the columns that the schema names, else by all but key and time', () => {
    expect(groupColumns({ ...schema, group: ['day'] }, BY_TIME)).toEqual(['day']);
    expect(groupColumns(schema, BY_TIME)).toEqual(['a "name"', 'yes', 'day']);
    expect(groupColumns(schema, BY_HASH)).toEqual(['a "name"', 'yes', 'day', 'at']);
  });

  it('fail for a key that is no column', () => {
    expect(() => new RowHasher(schemaOf(COLUMNS, { key: ['nobody'] }), BY_HASH)).toThrow('no column "nobody"');
  });
});
