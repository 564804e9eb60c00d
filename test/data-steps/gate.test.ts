import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../lambdas/data-steps/evidence';
import { judgeRun } from '../../lambdas/data-steps/gate';
import { withinItem } from '../../lambdas/data-steps/judge';
import type { ProfiledValue } from '../../lambdas/shared/statistics/dataset-profile';
import { ProfileBuilder } from '../../lambdas/shared/statistics/profile';
import type { ColumnSchema, DatasetSchemaDocument, GateCheck } from '../../protocol/dataset';

const plain = { required: false, personal: false, severity: 'reject' } as const;
const STARTED = Date.parse('2026-11-25T00:00:00.000Z');

function schemaOf(changes: Partial<DatasetSchemaDocument>, column: Partial<ColumnSchema> = {}): DatasetSchemaDocument {
  const label: ColumnSchema = { ...plain, name: 'label', type: 'string', ...column };
  return { columns: [label], key: [], keySeverity: 'reject', group: [], ...changes };
}

function profileOf(values: readonly ProfiledValue[], { columns }: DatasetSchemaDocument) {
  const builder = ProfileBuilder.of(columns);
  for (const value of values) builder.add(0, value);
  return builder.toProfile();
}

function repeat<Value>(value: Value, times: number): Value[] {
  return new Array<Value>(times).fill(value);
}

function evidence(
  schema: DatasetSchemaDocument,
  values: readonly ProfiledValue[],
  changes: Partial<Evidence> = {},
): Evidence {
  const profile = profileOf(values, schema);
  const accepted = values.length;
  return {
    schema,
    counts: { rows: accepted, published: accepted, quarantined: 0, duplicates: 0 },
    accepted,
    failFaults: 0,
    conflicts: 0,
    profile,
    added: profile,
    parent: undefined,
    newestEvent: undefined,
    began: STARTED,
    ...changes,
  };
}

function only(checks: readonly GateCheck[]): GateCheck {
  const [check] = checks;
  if (check === undefined || checks.length > 1) throw new Error(`${checks.length} checks, expected one`);
  return check;
}

function checkOf(schema: DatasetSchemaDocument, values: readonly ProfiledValue[], changes: Partial<Evidence> = {}) {
  const { passed, checks } = judgeRun(evidence(schema, values, changes));
  expect(passed).toBe(only(checks).passed);
  return only(checks);
}

const counted = (rows: number, quarantined: number) => ({
  counts: { rows, published: rows - quarantined, quarantined, duplicates: 0 },
});
const balance = { column: 'label', shares: [{ value: 'spam', minimum: 0.2, maximum: 0.5 }] };
const fresh = { freshness: { column: 'label', maxAgeSeconds: 3600 } };

describe('the gate', () => {
  it('passes a run of which nothing is expected, without a check', () => {
    expect(judgeRun(evidence(schemaOf({}), ['spam']))).toEqual({ passed: true, checks: [] });
  });

  it.each([
    ['enough rows', schemaOf({ minimumRows: 2 }), ['a', 'b'], {}, true, 2],
    ['too few rows', schemaOf({ minimumRows: 3 }), ['a', 'b'], {}, false, 2],
    ['few bad rows', schemaOf({ maximumBadShare: 0.1 }), ['a'], counted(10, 1), true, 0.1],
    ['too many bad rows', schemaOf({ maximumBadShare: 0.1 }), ['a'], counted(10, 2), false, 0.2],
    ['few nulls', schemaOf({}, { maxNullShare: 0.5 }), ['a', null], {}, true, 0.5],
    ['too many nulls', schemaOf({}, { maxNullShare: 0.5 }), ['a', null, null], {}, false, 0.666667],
    ['no grave fault', schemaOf({}, { severity: 'fail' }), ['a'], {}, true, 0],
    ['a grave fault', schemaOf({}, { severity: 'fail' }), ['a'], { failFaults: 1 }, false, 1],
    ['no broken key', schemaOf({ keySeverity: 'fail' }), ['a'], {}, true, 0],
    ['a broken key', schemaOf({ keySeverity: 'fail' }), ['a'], { conflicts: 2 }, false, 2],
    ['a fresh event', schemaOf(fresh), ['a'], { newestEvent: '2026-11-24T23:00:00.000Z' }, true, 3600],
    ['an old event', schemaOf(fresh), ['a'], { newestEvent: '2026-11-24T22:59:59.000Z' }, false, 3601],
    ['an event of tomorrow', schemaOf(fresh), ['a'], { newestEvent: '2026-11-26T00:00:00.000Z' }, true, 0],
    ['classes in balance', schemaOf({ classBalance: balance }), ['spam', 'ham'], {}, true, 0.5],
    ['a class that is rare', schemaOf({ classBalance: balance }), [...repeat('ham', 9), 'spam'], {}, false, 0.1],
    ['a class that is frequent', schemaOf({ classBalance: balance }), ['spam', 'spam', 'ham'], {}, false, 0.666667],
    ['a class that is absent', schemaOf({ classBalance: balance }), ['ham'], {}, false, 0],
    [
      'a class among empty ones',
      schemaOf({ classBalance: balance }),
      ['spam', null, null, null, null, null],
      {},
      false,
      0.166667,
    ],
  ] as const)('measures %s', (_, schema, values, changes, passed, measured) => {
    const check = checkOf(schema, values, changes);
    expect(check).toMatchObject({ passed, measured });
    expect(check).not.toHaveProperty('reason');
  });

  const many = Array.from({ length: 1001 }, (_, index) => `value ${index}`);
  it.each([
    ['bad rows without rows', schemaOf({ maximumBadShare: 0 }), [], {}, true, 'the run has no rows'],
    ['nulls without rows', schemaOf({}, { maxNullShare: 0 }), [], {}, true, 'no row was accepted'],
    ['freshness without rows', schemaOf(fresh), [], {}, true, 'no row was accepted'],
    ['freshness without events', schemaOf(fresh), ['a'], {}, false, 'no accepted row says when its event was'],
    ['balance without rows', schemaOf({ classBalance: balance }), [], {}, true, 'no row was accepted'],
    ['balance of too many values', schemaOf({ classBalance: balance }), many, {}, false, 'too many different values'],
    [
      'balance of a personal column',
      schemaOf({ classBalance: balance }, { personal: true }),
      ['spam'],
      {},
      false,
      'values are not counted',
    ],
    ['drift of the first version', schemaOf({}, { maxPsi: 0.1 }), ['a'], {}, true, 'it is the first version'],
  ] as const)('says why it cannot measure %s', (_, schema, values, changes, passed, reason) => {
    const check = checkOf(schema, values, changes);
    expect(check).toMatchObject({ passed, measured: null });
    expect(check.reason).toContain(reason);
  });

  describe('compares the rows that a run adds with all rows of the latest version', () => {
    const schema = schemaOf({}, { maxPsi: 0.2 });
    const even = [...repeat('spam', 100), ...repeat('ham', 100)];
    const uneven = [...repeat('spam', 180), ...repeat('ham', 20)];
    const parent = { version: 'd-0123456789abcdef', profile: profileOf(even, schema) };

    it('and passes those that are alike', () => {
      expect(checkOf(schema, even, { parent })).toMatchObject({ passed: true, measured: 0 });
    });

    it('and fails those that have drifted, against the version by name', () => {
      const check = checkOf(schema, uneven, { parent });
      expect(check.passed).toBe(false);
      // (0.9 - 0.5) ln(0.9 / 0.5) + (0.1 - 0.5) ln(0.1 / 0.5)
      expect(check.measured).toBeCloseTo(0.8789, 3);
      expect(check.expected).toContain('d-0123456789abcdef at most 0.2');
    });

    it('whatever the duplicates of the run look like', () => {
      const added = profileOf(uneven, schema);
      expect(checkOf(schema, even, { parent, added }).passed).toBe(false);
    });

    it('and says why where the run adds too few rows, or none', () => {
      const few = checkOf(schema, ['spam'], { parent });
      expect(few).toMatchObject({ passed: true, measured: null });
      expect(few.reason).toMatch(/at least 50/);
      const none = checkOf(schema, ['spam'], { parent, added: undefined });
      expect(none).toMatchObject({ passed: true, measured: null, reason: 'the run adds no row' });
    });

    it('and of a personal column by what is kept of it', () => {
      const personal = schemaOf({}, { maxPsi: 0.2, personal: true });
      const check = checkOf(personal, repeat('somebody', 100), {
        parent: { version: 'd-0123456789abcdef', profile: profileOf(repeat('somebody', 100), personal) },
      });
      expect(check).toMatchObject({ passed: true, measured: 0 });
      expect(check.reason).toMatch(/compared by lengths/);
      expect(JSON.stringify(check)).not.toContain('somebody');
    });
  });
});

describe('the item of a run', () => {
  const check = (passed: boolean, column: string) =>
    ({ rule: 'maximum-null-share', column, passed, measured: 0.5, expected: 'at most 0.1' }) as const;

  it('keeps every check of a gate of few', () => {
    const gate = { passed: false, checks: [check(true, 'a'), check(false, 'b')] };
    expect(withinItem(gate)).toEqual(gate);
  });

  it('keeps the first hundred that failed of a gate of thousands, so that it fits into the table', () => {
    const checks = Array.from({ length: 2_000 }, (_, i) => check(i % 2 === 0, `column ${i}`));
    const kept = withinItem({ passed: false, checks });
    expect(kept.passed).toBe(false);
    expect(kept.checks).toHaveLength(100);
    expect(kept.checks.map(({ column }) => column).slice(0, 2)).toEqual(['column 1', 'column 3']);
    expect(withinItem({ passed: true, checks: checks.map((one) => ({ ...one, passed: true })) }).checks).toEqual([]);
  });
});
