import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { Column, DatasetSchema, type DatasetSchemaProps, FaultSeverity, HoldOut } from '../../lib/index';
import { messageOf } from '../support';
import { schemaOf } from './pipelines';

/** As plain JavaScript gives it. */
function anyhow<T>(value: unknown): T {
  return value as T;
}

describe('a schema', () => {
  it('is compiled to what handlers read, with every default written out', () => {
    expect(schemaOf()._document).toEqual({
      columns: [
        { name: 'id', type: 'string', required: true, personal: false, severity: 'reject', pattern: '[A-Z]{2}\\d+' },
        {
          name: 'departure',
          type: 'timestamp',
          required: true,
          personal: false,
          severity: 'reject',
          minimum: '2001-01-01T00:00:00Z',
        },
        {
          name: 'delay',
          type: 'integer',
          required: false,
          personal: false,
          severity: 'fail',
          minimum: -120,
          maximum: 2_880,
          maxPsi: 0.25,
        },
        {
          name: 'origin',
          type: 'string',
          required: false,
          personal: false,
          severity: 'reject',
          allowed: ['DUB', 'ORK', 'SNN'],
          maxNullShare: 0.01,
        },
        { name: 'cancelled', type: 'boolean', required: true, personal: false, severity: 'reject' },
      ],
      key: ['id'],
      keySeverity: 'reject',
      group: [],
      subject: 'id',
      minimumRows: 1,
      maximumBadShare: 0.02,
      freshness: { column: 'departure', maxAgeSeconds: 172_800 },
      classBalance: { column: 'cancelled', shares: [{ value: 'true', minimum: 0, maximum: 0.2 }] },
    });
  });

  it('is the same text whenever it is compiled', () => {
    expect(JSON.stringify(schemaOf()._document)).toBe(JSON.stringify(schemaOf()._document));
  });

  it('names a subject of itself only where the key is one column', () => {
    const columns = [Column.string('a', { required: true }), Column.string('b', { required: true })];
    expect(new DatasetSchema({ columns, key: ['a', 'b'] })._document.subject).toBeUndefined();
    expect(new DatasetSchema({ columns, key: ['a', 'b'], subject: 'b' })._document.subject).toBe('b');
    expect(new DatasetSchema({ columns })._document.subject).toBeUndefined();
  });

  it('tells which of its columns are personal', () => {
    const columns = [Column.string('mail', { personal: true }), Column.number('size')];
    expect(new DatasetSchema({ columns }).personalColumns).toEqual(['mail']);
  });
});

const text = Column.string('text');
const day = Column.date('day');

describe('a column fails', () => {
  it.each<[string, Column, string]>([
    ['without a name', Column.string(anyhow(undefined)), 'the name of a column is missing'],
    ['with an empty name', Column.string(''), 'the name of a column is "", expected 1 to 128 characters'],
    [
      'with a minimum above its maximum',
      Column.integer('n', { minimum: 3, maximum: 2 }),
      'column "n": minimum is 3, expected at most maximum (2)',
    ],
    [
      'with times the wrong way round, in two zones',
      Column.timestamp('t', { minimum: '2026-01-01T00:00:00Z', maximum: '2026-01-01T00:30:00+01:00' }),
      'column "t": minimum is "2026-01-01T00:00:00Z", expected at most maximum ("2026-01-01T00:30:00+01:00")',
    ],
    [
      'with a fraction as bound of whole numbers',
      Column.integer('n', { minimum: 0.5 }),
      'minimum is 0.5, expected a whole',
    ],
    ['with a day that is none', Column.date('d', { minimum: '2026-02-30' }), 'minimum is "2026-02-30", expected a day'],
    [
      'with a moment without a zone',
      Column.timestamp('t', { maximum: '2026-02-01T00:00:00' }),
      'maximum is "2026-02-01T00:00:00", expected a moment with a zone',
    ],
    [
      'with allowed values of another type',
      Column.string('s', { allowed: anyhow(['a', 1]) }),
      'allowed has 1, expected values of type string',
    ],
    [
      'with a fraction among whole numbers',
      Column.integer('n', { allowed: [1, 1.5] }),
      'allowed has 1.5, expected values',
    ],
    ['with no allowed value', Column.string('s', { allowed: [] }), 'allowed is [], expected a list of values'],
    ['with a value twice', Column.string('s', { allowed: ['a', 'a'] }), 'allowed has "a" more than once'],
    [
      'with values and a pattern',
      Column.string('s', { allowed: ['a'], pattern: 'a' }),
      'pattern is stated beside allowed, expected one of them',
    ],
    [
      'with a pattern that does not compile',
      Column.string('s', { pattern: '(a' }),
      'pattern is "(a", expected a regular expression that compiles (Unterminated group)',
    ],
    [
      'with a pattern that only compiles inside of a group',
      Column.string('s', { pattern: 'a)|(?:b' }),
      'pattern is "a)|(?:b", expected a regular expression that compiles (Unmatched',
    ],
    [
      'with a pattern that could take for ever',
      Column.string('s', { pattern: '(a+)+' }),
      'pattern is "(a+)+", expected none that repeats what can repeat in several ways',
    ],
    [
      'with an empty pattern',
      Column.string('s', { pattern: '' }),
      'pattern is "", expected a regular expression as text',
    ],
    [
      'with no characters at most',
      Column.string('s', { maxLength: 0 }),
      'maxLength is 0, expected a whole number from 1',
    ],
    [
      'with a share above 1',
      Column.string('s', { maxNullShare: 1.5 }),
      'maxNullShare is 1.5, expected a number from 0 to 1',
    ],
    [
      'with a share of empty values that it refuses anyway',
      Column.string('s', { required: true, maxNullShare: 0.5 }),
      'maxNullShare is stated beside required, expected one of them',
    ],
    ['with an index of 0', Column.number('n', { maxPsi: 0 }), 'maxPsi is 0, expected a number from 0.001 to 10'],
    [
      'with an index of a personal column',
      Column.string('s', { personal: true, maxPsi: 0.2 }),
      'maxPsi is stated of a personal column, expected none',
    ],
    [
      'with a text as truth',
      Column.string('s', { required: anyhow('no') }),
      'required is "no", expected true or false',
    ],
    [
      'with a severity of its own',
      Column.string('s', { onFault: anyhow('reject') }),
      'onFault is "reject", expected FaultSeverity',
    ],
    [
      'with a rule that its type does not know',
      Column.boolean('b', anyhow({ minimum: 1 })),
      '"minimum" is no option of boolean columns, expected required, personal, onFault, maxNullShare, maxPsi',
    ],
  ])('%s', (_, column, fault) => {
    expect(messageOf(() => new DatasetSchema({ columns: [column] }))).toContain(fault);
  });
});

describe('a schema fails', () => {
  it.each<[string, DatasetSchemaProps, string]>([
    ['without columns', { columns: [] }, 'columns is [], expected a list of columns'],
    ['with what is no column', { columns: anyhow(['text']) }, 'columns has "text", expected a Column'],
    ['with a column twice', { columns: [text, text] }, 'columns has "text" more than once'],
    ['with an unknown key', { columns: [text], key: ['id'] }, 'key names "id", expected one of the columns text'],
    ['with a key that may be empty', { columns: [text], key: ['text'] }, 'key has "text", which may be empty'],
    ['with an empty key', { columns: [text], key: [] }, 'key is [], expected a list of column names'],
    ['with an unknown group', { columns: [text], group: ['who'] }, 'group names "who"'],
    ['with a group column twice', { columns: [text], group: ['text', 'text'] }, 'group has "text" more than once'],
    ['with an unknown subject', { columns: [text], subject: 'who' }, 'subject names "who"'],
    [
      'with a severity of conflicts without a key',
      { columns: [text], onKeyConflict: FaultSeverity.FAIL_GATE },
      'onKeyConflict is stated without a key',
    ],
    ['with no rows at least', { columns: [text], minimumRows: 0 }, 'minimumRows is 0, expected a whole number from 1'],
    [
      'with a share in percent',
      { columns: [text], maximumBadShare: 2 },
      'maximumBadShare is 2, expected a number from 0 to 1',
    ],
    [
      'with an unknown time',
      { columns: [text], freshness: { column: 'at', maxAge: Duration.days(1) } },
      'freshness.column names "at"',
    ],
    [
      'with a time that is none',
      { columns: [text], freshness: { column: 'text', maxAge: Duration.days(1) } },
      'freshness.column is "text" of type string, expected a column of type date or timestamp',
    ],
    [
      'with the age of a personal column',
      {
        columns: [Column.date('born', { personal: true })],
        freshness: { column: 'born', maxAge: Duration.days(1) },
      },
      'freshness.column is "born", which is personal',
    ],
    ['without an age', { columns: [day], freshness: anyhow({ column: 'day' }) }, 'freshness.maxAge is missing'],
    [
      'with a class of a number with fractions',
      { columns: [Column.number('n')], classBalance: { column: 'n', shares: { 1: { minimum: 0.1 } } } },
      'classBalance.column is "n" of type number',
    ],
    [
      'with a personal class',
      {
        columns: [Column.string('who', { personal: true })],
        classBalance: { column: 'who', shares: { me: { minimum: 0.1 } } },
      },
      'classBalance.column is "who", a personal column',
    ],
    [
      'with no shares',
      { columns: [text], classBalance: { column: 'text', shares: {} } },
      'classBalance.shares is empty',
    ],
    [
      'with a share that says nothing',
      { columns: [text], classBalance: { column: 'text', shares: { a: {} } } },
      'classBalance.shares of "a" has neither minimum nor maximum',
    ],
    [
      'with shares the wrong way round',
      { columns: [text], classBalance: { column: 'text', shares: { a: { minimum: 0.6, maximum: 0.5 } } } },
      'minimum is 0.6, expected at most maximum (0.5)',
    ],
    [
      'with minimums that no run can meet',
      { columns: [text], classBalance: { column: 'text', shares: { a: { minimum: 0.6 }, b: { minimum: 0.5 } } } },
      'the minimums add up to 1.1, expected at most 1',
    ],
    [
      'with maximums that no run can meet',
      {
        columns: [Column.string('c', { required: true, allowed: ['a', 'b'] })],
        classBalance: { column: 'c', shares: { a: { maximum: 0.4 }, b: { maximum: 0.5 } } },
      },
      'the maximums of all classes add up to 0.9, expected at least 1',
    ],
    [
      'with a class that the column does not allow',
      {
        columns: [Column.string('c', { allowed: ['a', 'b'] })],
        classBalance: { column: 'c', shares: { d: { maximum: 0.4 } } },
      },
      'classBalance.shares of "d": expected one of the values of the column, a, b',
    ],
  ])('%s', (_, props, fault) => {
    expect(messageOf(() => new DatasetSchema(props))).toContain(fault);
  });

  it('with all faults at once', () => {
    const columns = [Column.integer('n', { minimum: 2, maximum: 1 }), Column.string('s', { pattern: '(' })];
    const message = messageOf(() => new DatasetSchema({ columns, key: ['k'], maximumBadShare: -1 }));
    expect(message.match(/^ {2}- /gm)).toHaveLength(4);
  });

  it('does not fail where rows of no class leave room below the maximums', () => {
    const columns = [Column.string('c', { allowed: ['a', 'b'] })];
    const shares = { a: { maximum: 0.4 }, b: { maximum: 0.5 } };
    expect(() => new DatasetSchema({ columns, classBalance: { column: 'c', shares } })).not.toThrow();
  });
});

describe('a hold-out', () => {
  const columns = [
    Column.date('day', { required: true }),
    Column.date('maybe'),
    Column.string('text', { required: true }),
  ];
  const schema = new DatasetSchema({ columns });

  it('is a share by hash, with a salt that stays, or everything from a moment on', () => {
    expect(HoldOut.byHash({ share: 0.2 })._document).toEqual({ kind: 'hash', share: 0.2, salt: 'slipway' });
    expect(HoldOut.fromTime('day', '2026-03-01')._document).toEqual({
      kind: 'time',
      column: 'day',
      from: '2026-03-01',
    });
    expect(HoldOut.fromTime('day', '2026-03-01')._faults(schema)).toEqual([]);
  });

  it.each([
    ['of nothing', { share: 0 }, 'share is 0, expected a number from 0.001 to 0.9'],
    ['of everything', { share: 1 }, 'share is 1'],
    ['with a salt of signs that cannot be seen', { share: 0.2, salt: '\n' }, 'salt is "\\n", expected 1 to 64 visible'],
  ])('fails %s', (_, options, fault) => {
    expect(messageOf(() => HoldOut.byHash(options))).toContain(fault);
  });

  it.each([
    [
      'an unknown column',
      schema,
      HoldOut.fromTime('at', '2026-03-01'),
      'the column "at", expected one of day, maybe, text',
    ],
    ['a text', schema, HoldOut.fromTime('text', '2026-03-01'), 'of type string, expected a date or timestamp'],
    ['a time that may be empty', schema, HoldOut.fromTime('maybe', '2026-03-01'), 'which may be empty'],
    ['a moment where days are', schema, HoldOut.fromTime('day', '2026-03-01T00:00:00Z'), 'expected a day such as'],
  ])('fails with %s', (_, of, holdOut, fault) => {
    expect(holdOut._faults(of)).toEqual([expect.stringContaining(fault)]);
  });
});
