import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Archive, bodyOf, ID, NOW, record } from './archive';

describe('feedback', () => {
  test('is joined once: 201, then 200 without new counts', async () => {
    const archive = new Archive();
    const first = await archive.judge('spam', { positiveLabel: 'spam' });
    expect(first.statusCode).toBe(201);
    expect(bodyOf(first)).toEqual({
      inferenceId: ID,
      feedback: { label: 'spam', at: '2026-11-22T12:00:00.000Z', revision: 0 },
    });
    archive.now = NOW + 5_000;
    const again = await archive.judge('spam', { positiveLabel: 'spam' });
    expect([again.statusCode, again.body]).toEqual([200, first.body]);
    expect(archive.sums()).toMatchObject({
      Feedback: 1,
      TruePositives: 1,
      FalsePositives: 0,
      FalseNegatives: 0,
      TrueNegatives: 0,
    });
    expect(archive.lines).toHaveLength(1);
  });

  test('that is corrected takes the earlier count back, and is no second feedback', async () => {
    const archive = new Archive();
    await archive.judge('ham', { positiveLabel: 'spam' });
    const corrected = await archive.judge('spam', { positiveLabel: 'spam' });
    expect(corrected.statusCode).toBe(200);
    expect(bodyOf(corrected)).toMatchObject({ feedback: { label: 'spam', revision: 1 } });
    expect(archive.sums()).toMatchObject({ Feedback: 1, TruePositives: 1, FalsePositives: 0 });
    expect(JSON.parse(archive.lines[1] ?? '')).toMatchObject({
      Feedback: 0,
      TruePositives: 1,
      FalsePositives: -1,
      Deployment: 'spam-filter-pilot',
    });
  });

  test('is kept and returned without personal data, secrets and terms that records leave out', async () => {
    const archive = new Archive();
    const answer = await archive.judge('john@example.com 4111111111111111 FALCON');
    expect(bodyOf(answer)).toMatchObject({ feedback: { label: '[EMAIL] [CARD] [TERM]' } });
    expect(archive.kept.get(ID)?.feedback?.label).toBe('[EMAIL] [CARD] [TERM]');
    expect(await archive.judge('john@example.com 4111111111111111 FALCON')).toMatchObject({ statusCode: 200 });
  });

  test('that equals a label which was masked in the record is right, and so is a masked positive label', async () => {
    const archive = new Archive(record({ label: 'to [EMAIL]' }));
    await archive.judge('to john@example.com', { positiveLabel: 'to john@example.com' });
    expect(archive.sums()).toMatchObject({ TruePositives: 1, FalsePositives: 0, FalseNegatives: 0, TrueNegatives: 0 });
  });

  test('without a positive label counts a wrong answer as false positive and false negative', async () => {
    const archive = new Archive();
    await archive.judge('ham');
    expect(archive.sums()).toMatchObject({ TruePositives: 0, FalsePositives: 1, FalseNegatives: 1, TrueNegatives: 0 });
  });

  test.each([
    ['running', record({ state: 'running', openUntil: NOW + 1 })],
    ['failed', record({ state: 'failed' })],
    ['blocked', record({ state: 'blocked' })],
    ['cut', record({ state: 'cut' })],
    ['without a label', record({ label: undefined })],
  ])('on a prediction that is %s is 409', async (_name, standing) => {
    const archive = new Archive(standing);
    const answer = await archive.judge('spam');
    expect(bodyOf(answer)).toMatchObject({ status: 409, type: 'urn:slipway:problem:not-answered', inferenceId: ID });
    expect(archive.lines).toEqual([]);
  });

  test('on another caller’s prediction is 404 and joins nothing', async () => {
    const archive = new Archive();
    expect((await archive.judge('ham', { caller: 'AROABOB:s' })).statusCode).toBe(404);
    expect(archive.kept.get(ID)).not.toHaveProperty('feedback');
    expect(archive.lines).toEqual([]);
  });

  test.each([
    ['no label', '{}', 400],
    ['a null label', '{"label":null}', 400],
    ['an empty label', '{"label":""}', 400],
    ['a numeric label', '{"label":1}', 400],
    ['a long label', JSON.stringify({ label: 'l'.repeat(257) }), 400],
    ['half a surrogate pair', '{"label":"\\udfff"}', 400],
    ['another member', '{"label":"spam","actor":"someone"}', 400],
    ['no JSON', 'spam', 400],
    ['no body', null, 400],
    ['a large body', `{"label":"${'x'.repeat(1_100_000)}"}`, 413],
  ])('with %s is a problem document', async (_name, text, status) => {
    const archive = new Archive();
    const answer = await archive.send({
      method: 'POST',
      resource: '/predictions/{id}/feedback',
      caller: 'AROAALICE:s',
      id: ID,
      text,
    });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['Content-Type']).toBe('application/problem+json');
    expect(archive.kept.get(ID)).not.toHaveProperty('feedback');
  });

  test('of another media type is 415', async () => {
    const sent = {
      method: 'POST',
      resource: '/predictions/{id}/feedback',
      caller: 'AROAALICE:s',
      id: ID,
      text: '{"label":"x"}',
    };
    expect((await new Archive().send({ ...sent, type: 'text/plain' })).statusCode).toBe(415);
  });

  test('is not counted when it could not be written', async () => {
    const archive = new Archive(record(), ({ records }) => ({
      records: { ...records, writeFeedback: () => Promise.reject(new Error('down')) },
    }));
    expect((await archive.judge('spam')).statusCode).toBe(500);
    expect(archive.lines).toEqual([]);
  });

  test('that always loses is told to come again', async () => {
    const archive = new Archive(record(), ({ records }) => ({
      records: { ...records, writeFeedback: async () => 'lost' },
    }));
    const answer = await archive.judge('spam');
    expect(answer.statusCode).toBe(409);
    expect(answer.headers['Retry-After']).toBe('1');
    expect(archive.lines).toEqual([]);
  });

  test('of several at once is counted as the label that stands in the end', async () => {
    const labels = fc.array(fc.constantFrom('spam', 'ham', 'eggs'), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), labels, async (s, truths) => {
        const archive = new Archive(record(), ({ records }) => ({
          records: {
            find: s.scheduleFunction((id: string) => records.find(id)),
            writeFeedback: s.scheduleFunction((id, feedback, seen) => records.writeFeedback(id, feedback, seen)),
          },
        }));
        const answers = await s.waitFor(
          Promise.all(truths.map((label) => archive.judge(label, { positiveLabel: 'spam' }))),
        );
        expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(1);
        const right = archive.kept.get(ID)?.feedback?.label === 'spam' ? 1 : 0;
        expect(archive.sums()).toMatchObject({ Feedback: 1, TruePositives: right, FalsePositives: 1 - right });
      }),
      { numRuns: 200 },
    );
  });
});
