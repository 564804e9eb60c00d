import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  confidenceBins,
  confusionOf,
  interventionsOf,
  type Judgement,
  metricsOf,
  qualityOf,
} from '../../rehearsal/report/summary';

const judgement = fc.record({
  truth: fc.constantFrom('spam' as const, 'ham' as const),
  predicted: fc.constantFrom('spam' as const, 'ham' as const),
  confidence: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('confusionOf', () => {
  it('takes spam for the positive class', () => {
    const judged: Judgement[] = [
      { truth: 'spam', predicted: 'spam' },
      { truth: 'spam', predicted: 'spam' },
      { truth: 'ham', predicted: 'spam' },
      { truth: 'spam', predicted: 'ham' },
      ...Array.from({ length: 4 }, (): Judgement => ({ truth: 'ham', predicted: 'ham' })),
    ];
    expect(confusionOf(judged)).toEqual({
      truePositives: 2,
      falsePositives: 1,
      falseNegatives: 1,
      trueNegatives: 4,
    });
  });
});

describe('metricsOf', () => {
  it.each([
    [[8, 2, 4, 6], { accuracy: 0.7, precision: 0.8, recall: 8 / 12, f1: 16 / 22 }],
    [[0, 0, 0, 5], { accuracy: 1, precision: 'unknown', recall: 'unknown', f1: 'unknown' }],
    [[0, 0, 3, 5], { accuracy: 0.625, precision: 'unknown', recall: 0, f1: 0 }],
    [[0, 2, 0, 5], { accuracy: 5 / 7, precision: 0, recall: 'unknown', f1: 0 }],
    [[0, 0, 0, 0], { accuracy: 'unknown', precision: 'unknown', recall: 'unknown', f1: 'unknown' }],
  ] as const)('of tp, fp, fn, tn = %j are %j', ([tp, fp, fn, tn], expected) => {
    const confusion = { truePositives: tp, falsePositives: fp, falseNegatives: fn, trueNegatives: tn };
    expect(metricsOf(confusion)).toEqual(expected);
  });

  it('have an F1 that is the harmonic mean where precision and recall are above 0', () => {
    const positive = fc.integer({ min: 1, max: 1000 });
    const any = fc.integer({ min: 0, max: 1000 });
    fc.assert(
      fc.property(positive, any, any, any, (truePositives, falsePositives, falseNegatives, trueNegatives) => {
        const metrics = metricsOf({ truePositives, falsePositives, falseNegatives, trueNegatives });
        const [precision, recall] = [Number(metrics.precision), Number(metrics.recall)];
        expect(metrics.f1).toBeCloseTo((2 * precision * recall) / (precision + recall), 10);
      }),
    );
  });
});

describe('confidenceBins', () => {
  it('put every judgement with a confidence into exactly one bin', () => {
    fc.assert(
      fc.property(fc.array(judgement), fc.integer({ min: 1, max: 40 }), (judged, bins) => {
        const counted = confidenceBins(judged, bins);
        expect(counted.reduce((sum, bin) => sum + bin.spam, 0)).toBe(
          judged.filter((one) => one.truth === 'spam').length,
        );
        expect(counted.reduce((sum, bin) => sum + bin.ham, 0)).toBe(judged.filter((one) => one.truth === 'ham').length);
      }),
    );
  });

  it('count by the true label, with 1 in the last bin', () => {
    const judged: Judgement[] = [
      { truth: 'ham', predicted: 'spam', confidence: 0.5 },
      { truth: 'spam', predicted: 'spam', confidence: 1 },
      { truth: 'spam', predicted: 'spam' },
    ];
    expect(confidenceBins(judged, 2)).toEqual([
      { from: 0, to: 0.5, spam: 0, ham: 0 },
      { from: 0.5, to: 1, spam: 1, ham: 1 },
    ]);
  });
});

describe('qualityOf', () => {
  it('is null of no judgements: nothing was measured', () => {
    expect(qualityOf([])).toBeNull();
  });

  it('holds counts, metrics and bins of the same judgements', () => {
    const quality = qualityOf([{ truth: 'spam', predicted: 'spam', confidence: 0.97 }]);
    expect(quality).toMatchObject({ truePositives: 1, accuracy: 1, precision: 1, recall: 1, f1: 1 });
    expect(quality?.confidence.filter((bin) => bin.spam > 0)).toEqual([{ from: 0.95, to: 1, spam: 1, ham: 0 }]);
  });
});

describe('interventionsOf', () => {
  it('adds up by rule, mode and action, most frequent first, with all kinds seen', () => {
    const mask = { rule: 'personal-data', mode: 'enforce', action: 'mask', count: 3 } as const;
    expect(
      interventionsOf([
        { rule: 'terms', mode: 'observe', action: 'block', count: 9 },
        { ...mask, kinds: ['PHONE'] },
        { ...mask, kinds: ['EMAIL', 'PHONE'] },
      ]),
    ).toEqual([
      { rule: 'personal-data', mode: 'enforce', action: 'mask', count: 2, kinds: ['EMAIL', 'PHONE'] },
      { rule: 'terms', mode: 'observe', action: 'block', count: 1 },
    ]);
  });

  it('is empty of no findings', () => {
    expect(interventionsOf([])).toEqual([]);
  });
});
