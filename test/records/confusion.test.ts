import fc from 'fast-check';
import { expect, test } from 'vitest';
import { correction, judge } from '../../lambdas/records/confusion';

const counts = (truePositives: number, falsePositives: number, falseNegatives: number, trueNegatives: number) => ({
  truePositives,
  falsePositives,
  falseNegatives,
  trueNegatives,
});

test.each([
  ['spam', 'spam', counts(1, 0, 0, 0)],
  ['spam', 'ham', counts(0, 1, 0, 0)],
  ['ham', 'spam', counts(0, 0, 1, 0)],
  ['ham', 'ham', counts(0, 0, 0, 1)],
  ['ham', 'eggs', counts(0, 0, 0, 1)],
])('with spam as positive label, %s that is %s', (predicted, truth, expected) => {
  expect(judge(predicted, truth, 'spam')).toEqual(expected);
});

test.each([
  ['ham', 'ham', counts(1, 0, 0, 0)],
  ['ham', 'eggs', counts(0, 1, 1, 0)],
])('averaged over all labels, %s that is %s', (predicted, truth, expected) => {
  expect(judge(predicted, truth, undefined)).toEqual(expected);
});

test('however often feedback is corrected, the sums are those of the last label alone', () => {
  const label = fc.constantFrom('a', 'b', 'c');
  fc.assert(
    fc.property(
      label,
      fc.array(label, { minLength: 1 }),
      fc.option(label, { nil: undefined }),
      (predicted, truths, positive) => {
        let sum = counts(0, 0, 0, 0);
        let earlier = sum;
        for (const truth of truths) {
          const now = judge(predicted, truth, positive);
          const delta = correction(earlier, now);
          sum = counts(
            sum.truePositives + delta.truePositives,
            sum.falsePositives + delta.falsePositives,
            sum.falseNegatives + delta.falseNegatives,
            sum.trueNegatives + delta.trueNegatives,
          );
          earlier = now;
        }
        expect(sum).toEqual(judge(predicted, truths[truths.length - 1] ?? '', positive));
      },
    ),
  );
});

test('micro-averaged accuracy is the share of right answers', () => {
  const pair = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('a', 'b', 'c'));
  fc.assert(
    fc.property(fc.array(pair, { minLength: 1 }), (pairs) => {
      const judged = pairs.map(([predicted, truth]) => judge(predicted, truth, undefined));
      const right = judged.reduce((sum, { truePositives }) => sum + truePositives, 0);
      const wrong = judged.reduce((sum, { falsePositives }) => sum + falsePositives, 0);
      expect(right / (right + wrong)).toBe(pairs.filter(([a, b]) => a === b).length / pairs.length);
    }),
  );
});
