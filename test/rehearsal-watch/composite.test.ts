import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AlarmResult } from '../../rehearsal/watch/alarm-evaluator';
import { evaluateComposites } from '../../rehearsal/watch/composite';
import type { AlarmState } from '../../rehearsal/watch/missing-data';

const evaluated = (state: AlarmState): AlarmResult => ({ state, reason: '', datapoints: [], actionsEnabled: true });

const METRIC_ALARMS: ReadonlyMap<string, AlarmResult> = new Map([
  ['bad', evaluated('ALARM')],
  ['good', evaluated('OK')],
  ['silent', evaluated('INSUFFICIENT_DATA')],
  ['anomaly', { notEvaluated: 'anomaly detection' }],
  ['my "own" (alarm)', evaluated('ALARM')],
  ['ALARM', evaluated('ALARM')],
  ['a b', evaluated('ALARM')],
]);

function evaluateRules(rules: Readonly<Record<string, string>>): ReadonlyMap<string, AlarmResult> {
  const declared = Object.entries(rules).map(([name, AlarmRule]) => [name, { AlarmName: name, AlarmRule }] as const);
  return evaluateComposites(new Map(declared), METRIC_ALARMS);
}

function stateOf(result: AlarmResult | undefined): AlarmState | 'not evaluated' | undefined {
  if (result === undefined) return undefined;
  return 'state' in result ? result.state : 'not evaluated';
}

function evaluateRule(rule: string): AlarmResult | undefined {
  return evaluateRules({ composite: rule }).get('composite');
}

describe('rules', () => {
  test.each<[string, AlarmState | 'not evaluated']>([
    ['ALARM("bad")', 'ALARM'],
    ['ALARM(bad)', 'ALARM'],
    ['ALARM( bad )', 'ALARM'],
    ['  ALARM ("bad")  ', 'ALARM'],
    ['ALARM("good")', 'OK'],
    ['OK("good")', 'ALARM'],
    ['OK("bad")', 'OK'],
    ['INSUFFICIENT_DATA("silent")', 'ALARM'],
    ['INSUFFICIENT_DATA(bad)', 'OK'],
    ['ALARM(arn:aws:cloudwatch:eu-west-1:000000000000:alarm:bad)', 'ALARM'],
    ['ALARM("arn:aws-cn:cloudwatch:cn-north-1:000000000000:alarm:bad")', 'ALARM'],
    ['ALARM("my \\"own\\" (alarm)")', 'ALARM'],
    ['ALARM(ALARM)', 'ALARM'],
    ['ALARM(a b)', 'ALARM'],
    ['TRUE', 'ALARM'],
    ['FALSE', 'OK'],
    ['NOT ALARM(bad)', 'OK'],
    ['NOT NOT ALARM(bad)', 'ALARM'],
    ['NOT(ALARM(bad))', 'OK'],
    ['(ALARM("bad") AND OK("good"))', 'ALARM'],
    ['ALARM(bad) AND ALARM(good)', 'OK'],
    ['ALARM(good) OR ALARM(bad)', 'ALARM'],
    ['ALARM(bad)\n  AND (ALARM(good) OR INSUFFICIENT_DATA(silent))', 'ALARM'],
    // AND binds tighter than OR, NOT tighter than both.
    ['TRUE OR FALSE AND FALSE', 'ALARM'],
    ['(TRUE OR FALSE) AND FALSE', 'OK'],
    ['NOT FALSE AND FALSE', 'OK'],
    ['NOT (FALSE AND FALSE)', 'ALARM'],
    // An alarm that was not evaluated matters only where the outcome hangs on it.
    ['ALARM(anomaly)', 'not evaluated'],
    ['NOT ALARM(anomaly)', 'not evaluated'],
    ['ALARM(bad) OR ALARM(anomaly)', 'ALARM'],
    ['ALARM(anomaly) AND ALARM(good)', 'OK'],
    ['ALARM(good) OR ALARM(anomaly)', 'not evaluated'],
    ['ALARM(bad) AND ALARM(unheard-of)', 'not evaluated'],
  ])('%s is %s', (rule, state) => {
    expect(stateOf(evaluateRule(rule))).toBe(state);
  });

  test.each([
    ['AT_LEAST(2, ALARM, (bad, good))', 'AT_LEAST'],
    ['', 'no AlarmRule'],
    ['   ', 'TRUE, FALSE, NOT or "(" at 1'],
    ['bad', 'at 1'],
    ['alarm(bad)', 'at 1'],
    ['ALARM', '"(" at 6'],
    ['ALARM()', 'name or ARN of an alarm at 7'],
    ['ALARM("")', 'name or ARN'],
    ['ALARM("bad)', 'name or ARN'],
    ['ALARM(bad', '")" at 10'],
    ['ALARM(bad))', 'the end at 11'],
    ['(ALARM(bad)', '")" at 12'],
    ['ALARM(bad) OK(good)', 'AND, OR or the end at 12'],
    ['ALARM(bad) ANDALARM(bad)', 'AND, OR or the end'],
    ['ALARM(bad) AND', 'at 15'],
    ['NOT', 'at 4'],
    ['TRUEFALSE', 'at'],
    [`${'('.repeat(5000)}TRUE${')'.repeat(5000)}`, 'nested'],
  ])('fails for "%s"', (rule, reason) => {
    expect(evaluateRule(rule)).toEqual({ notEvaluated: expect.stringContaining(reason) });
  });

  test('an alarm that hangs on what has no state says on which', () => {
    expect(evaluateRule('ALARM(bad) AND (ALARM(anomaly) OR ALARM(unheard-of))')).toEqual({
      notEvaluated: expect.stringContaining('anomaly is not evaluated, unheard-of is not declared'),
    });
  });

  test('the reason names every alarm that was read, once', () => {
    expect(evaluateRule('ALARM(bad) AND NOT ALARM(good) AND ALARM(bad)')).toMatchObject({
      reason: 'the rule is true, bad is ALARM, good is OK',
    });
  });

  test('a rule means what the same boolean expression means', () => {
    const { rule } = fc.letrec<{ rule: { text: string; value: boolean } }>((tie) => ({
      rule: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(
          { text: 'ALARM("bad")', value: true },
          { text: 'ALARM(good)', value: false },
          { text: 'FALSE', value: false },
        ),
        tie('rule').map(({ text, value }) => ({ text: `NOT (${text})`, value: !value })),
        fc.tuple(tie('rule'), tie('rule')).map(([a, b]) => ({
          text: `(${a.text}) AND (${b.text})`,
          value: a.value && b.value,
        })),
        fc.tuple(tie('rule'), tie('rule')).map(([a, b]) => ({
          text: `(${a.text}) OR (${b.text})`,
          value: a.value || b.value,
        })),
      ),
    }));
    fc.assert(
      fc.property(rule, ({ text, value }) => {
        expect(stateOf(evaluateRule(text))).toBe(value ? 'ALARM' : 'OK');
      }),
    );
  });
});

describe('composites of composites', () => {
  test('are evaluated after what they read, whatever the order', () => {
    const results = evaluateRules({
      top: 'ALARM(middle) AND OK(other)',
      middle: 'ALARM("arn:aws:cloudwatch:eu-west-1:000000000000:alarm:low")',
      low: 'ALARM(bad)',
      other: 'ALARM(good)',
    });
    expect([...results].map(([name, result]) => [name, stateOf(result)])).toEqual([
      ['top', 'ALARM'],
      ['middle', 'ALARM'],
      ['low', 'ALARM'],
      ['other', 'OK'],
    ]);
  });

  test('in a cycle are not evaluated, nor is what hangs on them; everything else is', () => {
    const results = evaluateRules({
      a: 'ALARM(b) OR TRUE',
      b: 'ALARM(c)',
      c: 'ALARM(a)',
      self: 'NOT ALARM(self)',
      reader: 'ALARM(a)',
      indifferent: 'ALARM(a) OR ALARM(bad)',
      apart: 'ALARM(bad)',
    });
    expect(Object.fromEntries([...results].map(([name, result]) => [name, stateOf(result)]))).toEqual({
      a: 'not evaluated',
      b: 'not evaluated',
      c: 'not evaluated',
      self: 'not evaluated',
      reader: 'not evaluated',
      indifferent: 'ALARM',
      apart: 'ALARM',
    });
    expect(results.get('b')).toEqual({ notEvaluated: expect.stringContaining('cycle') });
    expect(results.get('self')).toEqual({ notEvaluated: expect.stringContaining('cycle') });
  });

  test('say whether a change of their state would tell anybody', () => {
    const declared = { AlarmName: 'quiet', AlarmRule: 'TRUE', ActionsEnabled: false };
    const results = evaluateComposites(new Map([['quiet', declared]]), new Map());
    expect(results.get('quiet')).toMatchObject({ state: 'ALARM', actionsEnabled: false });
  });
});
