import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { integerIn, numberIn, wholeNumberIn } from '../../lambdas/check-data/number-text';
import type { ColumnSchema, ColumnType } from '../../protocol/dataset';
import { column, schemaOf } from '../dataset/schema';
import { checked } from './shard';
import { within } from './within';

const integer = within(integerIn);
const number = within(numberIn);
const wholeNumber = within(wholeNumberIn);

describe('an integer', () => {
  it.each([
    ['0', 0],
    ['-0', 0],
    ['7', 7],
    ['-12', -12],
    ['999999999999999', 999_999_999_999_999],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['-9007199254740991', Number.MIN_SAFE_INTEGER],
  ])('is %s', (text, value) => {
    expect(Object.is(integer(text), value)).toBe(true);
  });

  it.each([
    '',
    '-',
    '+1',
    '01',
    '-01',
    '1.0',
    '1e3',
    '0x1f',
    '1_000',
    '1,000',
    '٣',
    ' 1',
    '1 ',
    'one',
    '9007199254740992',
    '99999999999999999999',
    '1'.repeat(500),
  ])('is not %j', (text) => {
    expect(integer(text)).toBeNaN();
  });

  it('is any safe integer as JavaScript writes it', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (value) => integer(String(value)) === value));
  });
});

describe('a number', () => {
  it.each([
    ['0', 0],
    ['-0.0', 0],
    ['1.50', 1.5],
    ['-3', -3],
    ['0.1', 0.1],
    ['123456789.123456', 123_456_789.123456],
    ['1e3', 1000],
    ['2.5E-3', 0.0025],
    ['0.1000000000000000055511151231257827', 0.1],
    ['9007199254740992', 2 ** 53],
    ['293473508530015400', 293_473_508_530_015_400],
    ['100000000000000000000000', 1e23],
    ['1e23', 1e23],
    ['4.9406564584124654e-324', 5e-324],
    ['0.9999999999999999999', 1],
    ['999999999999999.1', 999_999_999_999_999.1],
    ['4503599627370495.5', 4_503_599_627_370_495.5],
    ['9007199254740992.0', 2 ** 53],
    ['90071992547409920000e-4', 2 ** 53],
    ['0e999999', 0],
    ['0.000e-400', 0],
  ])('is %s', (text, value) => {
    expect(Object.is(number(text), value)).toBe(true);
  });

  it.each([
    '',
    '-',
    '.',
    '.5',
    '5.',
    '+1',
    '01',
    '00.5',
    '1.2.3',
    '1e',
    '1e+',
    'NaN',
    'Infinity',
    '-Infinity',
    'inf',
    '1e999',
    '0x10',
    '1,5',
    '1 000',
    ' 1',
    '12345678901234567891',
    '9007199254740993',
    '-9007199254740993',
    '9007199254740993.0',
    '9007199254740993e0',
    '9007199254740993000e-3',
    '9.007199254740993e15',
    '9007199254740990.6',
    '4503599627370496.5',
    '123456789012345678901234567890e-5',
    '1e-400',
    '-0.1e-400',
    `0.${'0'.repeat(350)}1`,
    `0.${'1'.repeat(500)}`,
  ])('is not %j', (text) => {
    expect(number(text)).toBeNaN();
  });

  it('is any double as JavaScript writes it, and rounded as JavaScript rounds', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => number(String(value)) === value),
    );
    const decimal = fc.tuple(fc.nat({ max: 999_999_999 }), fc.nat({ max: 999_999 })).map(([a, b]) => `${a}.${b}`);
    fc.assert(
      fc.property(decimal, (text) => number(text) === Number(text)),
      { numRuns: 1000 },
    );
  });
});

describe('a whole number of JSON', () => {
  it.each([
    ['7', 7],
    ['-0', 0],
    ['1.0', 1],
    ['1.50e1', 15],
    ['12e3', 12_000],
    ['12000e-3', 12],
    ['9007199254740991.000', Number.MAX_SAFE_INTEGER],
    ['90071992547409910e-1', Number.MAX_SAFE_INTEGER],
  ])('is %s', (text, value) => {
    expect(Object.is(wholeNumber(text), value)).toBe(true);
  });

  it.each([
    '0.5',
    '1e-1',
    '9007199254740990.6',
    '0.9999999999999999999',
    '999999999999999.99999',
    '1.00000000000000000001',
    '1e-400',
    '9007199254740992',
    '9007199254740992.0',
    '1e16',
  ])('is not %j', (text) => {
    expect(wholeNumber(text)).toBeNaN();
  });

  it('is one by its digits, not by the double that is nearest', () => {
    const decimal = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.integer({ min: 0, max: 25 }));
    fc.assert(
      fc.property(decimal, ([digits, places]) => {
        const unit = 10n ** BigInt(places);
        const isWhole = digits % unit === 0n && digits / unit <= BigInt(Number.MAX_SAFE_INTEGER);
        const expected = isWhole ? Number(digits / unit) : Number.NaN;
        expect(wholeNumber(`${digits}e-${places}`)).toBe(expected);
        const text = String(digits).padStart(places + 1, '0');
        const at = text.length - places;
        if (places > 0) expect(wholeNumber(`${text.slice(0, at)}.${text.slice(at)}`)).toBe(expected);
      }),
    );
  });
});

/** Rule and shown value of the faults of one cell; `true` where there are none. */
async function verdict(cell: string, of: ColumnSchema): Promise<readonly (string | undefined)[] | true> {
  const quoted = `"${cell.replaceAll('"', '""')}"`;
  const { lines } = await checked(Buffer.from(`${of.name}\n${quoted}\n`), schemaOf([of]));
  const [line] = lines;
  return line === undefined ? true : line.faults.flatMap(({ rule, value }) => [rule, value]);
}

describe('a rule of a column', () => {
  const at = (type: ColumnType, more: Partial<ColumnSchema>) => column('c', type, more);

  it.each<[string, ColumnSchema, readonly (string | undefined)[] | true]>([
    ['', at('string', { required: true }), ['required', undefined]],
    ['', at('integer', { minimum: 5, allowed: [7], pattern: 'x' }), true],
    ['5', at('integer', { minimum: 5, maximum: 6 }), true],
    ['6.5', at('number', { minimum: 5, maximum: 6.5 }), true],
    ['4.9', at('number', { minimum: 5 }), ['range', '4.9']],
    ['7', at('integer', { maximum: 6 }), ['range', '7']],
    ['2024-01-01', at('date', { minimum: '2024-01-01', maximum: '2024-12-31' }), true],
    ['2023-12-31', at('date', { minimum: '2024-01-01' }), ['range', '2023-12-31']],
    [
      '2024-01-01T00:00:00+01:00',
      at('timestamp', { minimum: '2024-01-01T00:00:00Z' }),
      ['range', '2024-01-01T00:00:00+01:00'],
    ],
    ['a', at('string', { allowed: ['a', 'b'] }), true],
    ['A', at('string', { allowed: ['a', 'b'] }), ['allowed', 'A']],
    ['1.0', at('number', { allowed: [1, 2] }), true],
    ['3', at('integer', { allowed: [1, 2] }), ['allowed', '3']],
    ['2024-01-02', at('date', { allowed: ['2024-01-01'] }), ['allowed', '2024-01-02']],
    ['TRUE', at('boolean', { allowed: [true] }), true],
    ['false', at('boolean', { allowed: [true] }), ['allowed', 'false']],
    ['True', at('boolean', {}), true],
    ['tRUE', at('boolean', {}), ['type', 'tRUE']],
    ['1', at('boolean', {}), ['type', '1']],
    ['yes', at('boolean', {}), ['type', 'yes']],
    ['1700000000', at('timestamp', {}), true],
    ['20240101', at('timestamp', {}), ['type', '20240101']],
    ['2024', at('timestamp', {}), ['type', '2024']],
    ['2024-01-01T10:00:00.1239Z', at('timestamp', {}), ['type', '2024-01-01T10:00:00.1239Z']],
    ['1e-400', at('number', {}), ['type', '1e-400']],
    ['ab1', at('string', { pattern: '[a-z]+\\d' }), true],
    ['xab1', at('string', { pattern: 'a|ab1' }), ['pattern', 'xab1']],
    ['ab', at('string', { pattern: 'a|ab' }), true],
    ['a\n', at('string', { pattern: 'a' }), ['pattern', 'a\n']],
    ['é😀', at('string', { pattern: '..' }), true],
    ['\u00e9', at('string', { allowed: ['\u00e9'] }), true],
    ['e\u0301', at('string', { allowed: ['\u00e9'] }), ['allowed', 'e\u0301']],
    ['é😀', at('string', { maxLength: 2 }), true],
    ['abc', at('string', { maxLength: 2 }), ['length', 'abc']],
    [
      'abc',
      at('string', { maxLength: 2, pattern: 'a+', allowed: ['b'] }),
      ['allowed', 'abc', 'pattern', 'abc', 'length', 'abc'],
    ],
    ['secret', at('integer', { personal: true }), ['type', '***']],
    ['x'.repeat(81), at('integer', {}), ['type', 'x'.repeat(80)]],
    ['😀'.repeat(81), at('integer', {}), ['type', '😀'.repeat(80)]],
  ])('%j', async (cell, of, expected) => {
    expect(await verdict(cell, of)).toEqual(expected);
  });

  it('says what was expected', async () => {
    const columns = [
      column('a', 'integer', { minimum: 1, maximum: 2 }),
      column('b', 'string', { allowed: ['p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'y'] }),
      column('c', 'number', { maximum: 2 }),
    ];
    const { lines } = await checked(Buffer.from('a,b,c\n3,x,3\n'), schemaOf(columns));
    expect(lines[0]?.faults.map(({ expected }) => expected)).toEqual([
      'from 1 to 2',
      'one of p, q, r, s, t, u, v, w or 1 more',
      'at most 2',
    ]);
  });

  it('fails the gate where its column says so, once a row', async () => {
    const columns = [
      column('a', 'integer', { severity: 'fail' }),
      column('b', 'integer', { severity: 'fail' }),
      column('c', 'integer'),
    ];
    const { result } = await checked(Buffer.from('a,b,c\nx,y,1\n1,1,z\n'), schemaOf(columns));
    expect(result.failFaults).toBe(1);
    expect(result.faultsByRule).toEqual({ type: 3 });
    expect(result.samples.map(({ row, column: name, severity }) => [row, name, severity])).toEqual([
      [1, 'a', 'fail'],
      [1, 'b', 'fail'],
      [2, 'c', 'reject'],
    ]);
  });

  it('fails at once for a schema that compares a column with what it cannot hold', async () => {
    const of = schemaOf([column('a', 'date', { minimum: 'yesterday' })]);
    await expect(checked(Buffer.from('a\n'), of)).rejects.toThrow('is compared with "yesterday", which is no date');
  });
});
