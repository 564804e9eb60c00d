import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { areaUnderCurve, binaryMetrics } from '../../../examples/spam-filter/evaluate';
import { loadMails, type Mail, splitMails } from '../../../examples/spam-filter/mails';
import { contentOf, featurize } from '../../../examples/spam-filter/model/featurize';
import { load, predict } from '../../../examples/spam-filter/model/index';
import { type TrainingResult, train, writeArtifact } from '../../../examples/spam-filter/train';

let mails: readonly Mail[];
let result: TrainingResult;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'slipway-spam-'));
  mails = await loadMails();
  result = train(splitMails(mails, { seed: 1 }), { seed: 1 });
  await writeArtifact(join(directory, 'first'), result);
}, 60_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('training the spam classifier', () => {
  it('reaches the measured accuracy on mails that it has not seen', () => {
    expect(mails).toHaveLength(6046);
    expect(result.metrics.accuracy).toBeGreaterThan(0.98);
    expect(result.metrics.precision).toBeGreaterThan(0.96);
    expect(result.metrics.recall).toBeGreaterThan(0.97);
    expect(result.metrics.auc).toBeGreaterThan(0.995);
    expect(result.counts).toMatchObject({ spam: 1896, ham: 4150 });
  });

  it('reports the metrics of the artefact as it is served', async () => {
    const model = await load(join(directory, 'first'));
    const scored = splitMails(mails, { seed: 1 }).holdOut.map((mail) => ({
      positive: mail.label === 'spam',
      score: predict(model, mail.text).output.probability,
    }));
    expect(binaryMetrics(scored, result.threshold)).toEqual(result.metrics);
  });

  it('writes the same bytes for the same mails and seed', async () => {
    await writeArtifact(join(directory, 'second'), train(splitMails(mails, { seed: 1 }), { seed: 1 }));
    for (const file of ['weights.bin', 'model.json']) {
      const first = await readFile(join(directory, 'first', file));
      expect(first.equals(await readFile(join(directory, 'second', file)))).toBe(true);
    }
    expect((await readFile(join(directory, 'first', 'weights.bin'))).byteLength).toBe(128 * 1024);
  });

  it('writes other weights for another seed', () => {
    const few = splitMails(mails.filter((_, i) => i % 10 === 0));
    expect(train(few, { seed: 1 }).weights).not.toEqual(train(few, { seed: 2 }).weights);
  });

  it('fails without both labels on both sides, and says which is missing', () => {
    const ham = mails.filter(({ label }) => label === 'ham').slice(0, 50);
    expect(() => train(splitMails(ham))).toThrow('the training part has no spam among');
  });
});

describe('the split', () => {
  it('holds out about a fifth, and nothing on both sides', () => {
    const { train: kept, holdOut } = splitMails(mails, { seed: 1 });
    expect(kept.length + holdOut.length).toBe(mails.length);
    expect(holdOut.length / mails.length).toBeCloseTo(0.2, 1);
    const keptIds = new Set(kept.map(({ id }) => id));
    expect(holdOut.filter(({ id }) => keptIds.has(id))).toEqual([]);
  });

  it('never puts two deliveries of one content on both sides', () => {
    const seen = (mail: Mail) => {
      const { subject, body } = contentOf(mail.text);
      return `${subject}\n${body}`;
    };
    const { train: kept, holdOut } = splitMails(mails, { seed: 1 });
    const trained = new Set(kept.map(seen));
    expect(new Set(mails.map(seen)).size).toBeLessThan(mails.length);
    expect(holdOut.filter((mail) => trained.has(seen(mail)))).toEqual([]);
  });

  it('does not depend on the order or the number of mails', () => {
    const few = mails.slice(0, 300);
    const all = new Set(splitMails(mails, { seed: 7 }).holdOut.map(({ id }) => id));
    const reversed = splitMails(few.toReversed(), { seed: 7 }).holdOut.map(({ id }) => id);
    expect(reversed.toSorted()).toEqual(
      few
        .map(({ id }) => id)
        .filter((id) => all.has(id))
        .toSorted(),
    );
  });
});

describe('features', () => {
  it('have length 1 and one value a bucket, for any text with a word', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (body) => {
        const { indices, values } = featurize({ subject: 'word', body });
        expect(new Set(indices).size).toBe(values.length);
        expect(Math.abs(values.reduce((sum, value) => sum + value * value, 0) - 1)).toBeLessThan(1e-5);
      }),
    );
  });

  it('are the same for a mail and for the mail that the guard has masked', () => {
    const open = { subject: 'hello', body: 'write to jane.doe@example.com or 192.0.2.17, call +44 20 7946 0958' };
    const masked = { subject: 'hello', body: 'write to [EMAIL] or [IPV4], call [PHONE]' };
    expect(featurize(masked)).toEqual(featurize(open));
  });

  it('do not see transport headers', () => {
    const one = 'From a@b Thu Aug 22\nReceived: from x\nSubject: Offer\n of the day\n\nBuy now';
    const other = 'Subject: Offer of the day\r\nX-Mailer: y\r\n\r\nBuy now';
    expect(featurize(contentOf(one))).toEqual(featurize(contentOf(other)));
    expect(featurize(contentOf({ subject: 'Offer of the day', body: 'Buy now' }))).toEqual(featurize(contentOf(one)));
  });

  it('of a hostile mail of 1 MB take no longer than its size', () => {
    for (const piece of ['a.', '1 ', '(', 'a@', '1.1.', '[a']) {
      const body = piece.repeat(2 ** 20 / piece.length);
      const start = performance.now();
      featurize({ subject: '', body });
      // Linear work takes some 0.1 s; a quadratic expression would take hours.
      expect(performance.now() - start).toBeLessThan(10_000);
    }
  });
});

describe('the inference folder', () => {
  it('answers label, probability of spam and confidence in the label', async () => {
    const model = await load(join(directory, 'first'));
    const spam = predict(model, {
      subject: 'FREE!!! Click here',
      body: 'click here to order now, 100% free money guaranteed $$$',
    });
    expect(spam.output.label).toBe('spam');
    expect(spam.confidence).toBe(spam.output.probability);
    const ham = predict(
      model,
      'I wrote a patch for the build, see the list archive for the diff; wrote a test as well.',
    );
    expect(ham.output.label).toBe('ham');
    expect(ham.confidence).toBeCloseTo(1 - ham.output.probability, 12);
  });

  it.each([
    [undefined],
    [null],
    [7],
    [['x']],
    [{}],
    [{ body: 1 }],
    [{ subject: 1, body: 'x' }],
    [''],
    [{ body: ' \n' }],
  ])('refuses %j as invalid input without repeating it', async (input) => {
    const model = await load(join(directory, 'first'));
    expect(() => predict(model, input)).toThrow(expect.objectContaining({ name: 'InvalidInput' }));
  });

  it('fails to load weights of another length', async () => {
    const { weights, ...rest } = result;
    await writeArtifact(join(directory, 'short'), { ...rest, weights: weights.slice(1) });
    await expect(load(join(directory, 'short'))).rejects.toThrow('weights.bin has 131068 bytes, not 131072');
  });
});

describe('binary metrics', () => {
  it('are those of a table worked out by hand', () => {
    const scored = [
      { positive: true, score: 0.9 },
      { positive: true, score: 0.4 },
      { positive: false, score: 0.6 },
      { positive: false, score: 0.1 },
      { positive: false, score: 0.2 },
    ];
    const { auc, ...atHalf } = binaryMetrics(scored, 0.5);
    expect(atHalf).toEqual({ accuracy: 0.6, precision: 0.5, recall: 0.5, f1: 0.5 });
    expect(auc).toBeCloseTo(5 / 6, 12);
  });

  it('agree with counting all pairs, ties half', () => {
    const sample = fc.array(fc.record({ positive: fc.boolean(), score: fc.integer({ min: 0, max: 5 }) }), {
      minLength: 2,
    });
    fc.assert(
      fc.property(sample, (scored) => {
        const positives = scored.filter(({ positive }) => positive);
        const negatives = scored.filter(({ positive }) => !positive);
        fc.pre(positives.length > 0 && negatives.length > 0);
        let wins = 0;
        for (const p of positives)
          for (const n of negatives) wins += p.score > n.score ? 1 : p.score === n.score ? 0.5 : 0;
        expect(areaUnderCurve(scored)).toBeCloseTo(wins / (positives.length * negatives.length), 10);
      }),
    );
  });
});
