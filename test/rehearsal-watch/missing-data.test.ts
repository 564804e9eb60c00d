import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AlarmState, decideState, type TreatMissingData, type Verdict } from '../../rehearsal/watch/missing-data';

const TREATMENTS: readonly TreatMissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching'];
const STATES: readonly AlarmState[] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];

/** In the notation of the user guide: 0 within the threshold, X breaching, - missing; oldest first. */
function verdictsOf(notation: string): readonly Verdict[] {
  const meaning: Readonly<Record<string, Verdict>> = { '0': 'notBreaching', X: 'breaching', '-': 'missing' };
  return notation.split(' ').map((sign) => meaning[sign] ?? 'missing');
}

type Expected = AlarmState | 'retain';
type Row = [notation: string, missing: Expected, ignore: Expected, breaching: Expected, notBreaching: Expected];

// "How alarm state is evaluated when data is missing", CloudWatch user guide; the range is 5 periods.
const THREE_OF_THREE: readonly Row[] = [
  ['0 - X - X', 'OK', 'OK', 'OK', 'OK'],
  ['0 - - - -', 'OK', 'OK', 'OK', 'OK'],
  ['- - - - -', 'INSUFFICIENT_DATA', 'retain', 'ALARM', 'OK'],
  ['0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['- - X - -', 'ALARM', 'retain', 'ALARM', 'OK'],
  // Rows of the guide's edition of 2019, and of the text below its tables.
  ['- - - - X', 'INSUFFICIENT_DATA', 'retain', 'ALARM', 'OK'],
  ['X - - - -', 'ALARM', 'retain', 'ALARM', 'OK'],
  ['- - - X -', 'INSUFFICIENT_DATA', 'retain', 'ALARM', 'OK'],
  ['- - - X 0', 'OK', 'OK', 'OK', 'OK'],
  ['- - X - 0', 'OK', 'OK', 'OK', 'OK'],
];

const TWO_OF_THREE: readonly Row[] = [
  ['0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
  ['- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
  ['- - - X -', 'ALARM', 'retain', 'ALARM', 'OK'],
  ['- - - - X', 'INSUFFICIENT_DATA', 'retain', 'ALARM', 'OK'],
  // Not in the tables: M breaching points are enough, whatever is missing ("fewer than M breaching is OK, otherwise ALARM").
  ['- - - X X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
];

const CASES = [
  ...THREE_OF_THREE.map((row) => [3, ...row] as const),
  ...TWO_OF_THREE.map((row) => [2, ...row] as const),
].flatMap(([needed, notation, ...expected]) =>
  TREATMENTS.map((treatment, index) => [needed, notation, treatment, expected[index] ?? 'retain'] as const),
);

describe('tables of the user guide', () => {
  test.each(CASES)('%d of 3 over "%s" with %s is %s', (datapointsToAlarm, notation, treatMissingData, expected) => {
    for (const previous of STATES) {
      const rule = { evaluationPeriods: 3, datapointsToAlarm, treatMissingData };
      const { state } = decideState(verdictsOf(notation), rule, previous);
      expect(state).toBe(expected === 'retain' ? previous : expected);
    }
  });

  test('says how many points were filled in, as the second column of the tables', () => {
    const filled = (notation: string, datapointsToAlarm: number) =>
      decideState(
        verdictsOf(notation),
        { evaluationPeriods: 3, datapointsToAlarm, treatMissingData: 'notBreaching' },
        'OK',
      ).filled;
    expect(['0 - X - X', '0 - - - -', '- - - - -', '- - X - -'].map((row) => filled(row, 3))).toEqual([0, 2, 3, 2]);
    expect(['0 0 X 0 X', '0 - X - -', '- - - - 0'].map((row) => filled(row, 2))).toEqual([0, 1, 2]);
  });

  test('only an alarm on too few points is marked premature', () => {
    const rule = { evaluationPeriods: 3, datapointsToAlarm: 3, treatMissingData: 'missing' } as const;
    expect(decideState(verdictsOf('- - X - -'), rule, 'OK').premature).toBe(true);
    expect(decideState(verdictsOf('- X X - X'), rule, 'OK').premature).toBe(false);
  });
});

describe('laws', () => {
  const verdict = fc.constantFrom<Verdict>('breaching', 'notBreaching', 'missing');
  const real = fc.constantFrom<Verdict>('breaching', 'notBreaching');
  const state = fc.constantFrom(...STATES);
  const treatment = fc.constantFrom(...TREATMENTS);
  const counts = fc
    .integer({ min: 1, max: 6 })
    .chain((n) => fc.record({ evaluationPeriods: fc.constant(n), datapointsToAlarm: fc.integer({ min: 1, max: n }) }));
  const rangeOf = (values: fc.Arbitrary<Verdict>, periods: number) =>
    fc.array(values, { minLength: periods + 2, maxLength: periods + 2 });

  test('with every datapoint present, neither TreatMissingData nor the previous state matters', () => {
    const setting = counts.chain((rule) => fc.tuple(fc.constant(rule), rangeOf(real, rule.evaluationPeriods)));
    fc.assert(
      fc.property(setting, state, ([rule, verdicts], previous) => {
        const states = TREATMENTS.map(
          (treatMissingData) => decideState(verdicts, { ...rule, treatMissingData }, previous).state,
        );
        const recent = verdicts.slice(-rule.evaluationPeriods).filter((one) => one === 'breaching').length;
        expect(new Set(states)).toEqual(new Set([recent >= rule.datapointsToAlarm ? 'ALARM' : 'OK']));
      }),
    );
  });

  test('with M = N and no data missing, ALARM means that all of the last N are breaching', () => {
    const setting = fc
      .integer({ min: 1, max: 6 })
      .chain((periods) => fc.tuple(fc.constant(periods), rangeOf(real, periods)));
    fc.assert(
      fc.property(setting, treatment, ([periods, verdicts], treatMissingData) => {
        const rule = { evaluationPeriods: periods, datapointsToAlarm: periods, treatMissingData };
        const all = verdicts.slice(-periods).every((one) => one === 'breaching');
        expect(decideState(verdicts, rule, 'OK').state).toBe(all ? 'ALARM' : 'OK');
      }),
    );
  });

  test('only ignore depends on the previous state, and only missing and ignore leave an alarm without data', () => {
    const setting = counts.chain((rule) => fc.tuple(fc.constant(rule), rangeOf(verdict, rule.evaluationPeriods)));
    fc.assert(
      fc.property(setting, treatment, ([rule, verdicts], treatMissingData) => {
        const states = STATES.map((previous) => decideState(verdicts, { ...rule, treatMissingData }, previous).state);
        if (treatMissingData !== 'ignore') expect(new Set(states).size).toBe(1);
        if (treatMissingData.endsWith('reaching')) expect(states).not.toContain('INSUFFICIENT_DATA');
      }),
    );
  });

  test('missing data treated as breaching alarms whenever any other treatment does, and a point more that breaches never clears an alarm', () => {
    const setting = counts.chain((rule) => fc.tuple(fc.constant(rule), rangeOf(verdict, rule.evaluationPeriods)));
    fc.assert(
      fc.property(setting, treatment, fc.nat(10), ([rule, verdicts], treatMissingData, at) => {
        const decide = (points: readonly Verdict[], treat: TreatMissingData) =>
          decideState(points, { ...rule, treatMissingData: treat }, 'OK').state;
        if (decide(verdicts, treatMissingData) !== 'ALARM') return;
        expect(decide(verdicts, 'breaching')).toBe('ALARM');
        const worse = verdicts.map((one, index) => (index === at && one === 'notBreaching' ? 'breaching' : one));
        expect(decide(worse, treatMissingData)).toBe('ALARM');
      }),
    );
  });
});
