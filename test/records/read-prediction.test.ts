import { expect, test } from 'vitest';
import { Archive, bodyOf, ID, NOW, record } from './archive';

test('a caller reads an own prediction, without its input', async () => {
  const archive = new Archive(record({ feedback: { label: 'ham', at: '2026-11-22T12:00:00.000Z', revision: 2 } }));
  const answer = await archive.get();
  expect(answer.statusCode).toBe(200);
  expect(bodyOf(answer)).toEqual({
    inferenceId: ID,
    state: 'answered',
    at: '2026-11-22T11:59:00.000Z',
    modelVersion: 'v-1',
    output: { label: 'spam' },
    confidence: 0.9,
    status: 200,
    feedback: { label: 'ham', at: '2026-11-22T12:00:00.000Z' },
  });
  expect(answer.headers['Slipway-Inference-Id']).toBe(ID);
});

test('unknown, malformed, expired and others’ predictions are the same 404, byte for byte', async () => {
  const answers = [
    await new Archive().get('AROABOB:s'),
    await new Archive().get('AROAALICE:s', '00000000-0000-4000-8000-000000000002'),
    await new Archive().get('AROAALICE:s', `${ID}/../x`),
    await new Archive().get('AROAALICE:s', ''),
    await new Archive(record({ expiresAt: NOW / 1000 })).get(),
  ];
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(answers[0]?.statusCode).toBe(404);
});

test('a payload in S3 is fetched', async () => {
  const archive = new Archive(
    record({ output: { bucket: 'payloads', key: 'predictions/x/output.json' }, outputExact: false }),
  );
  archive.objects.set('payloads/predictions/x/output.json', '{"label":"spam","n":1e-7}');
  const answer = await archive.get();
  expect(bodyOf(answer).output).toEqual({ label: 'spam', n: 1e-7 });
  expect(answer.headers['Slipway-Output-Exact']).toBe('false');
});

test('an open record reads as running until its time is over, and then as cut', async () => {
  const archive = new Archive(record({ state: 'running', status: undefined, output: null, openUntil: NOW + 1 }));
  expect(bodyOf(await archive.get())).toMatchObject({ state: 'running', output: null });
  archive.now = NOW + 1;
  expect(bodyOf(await archive.get())).toMatchObject({ state: 'cut', problem: 'internal', output: null });
});

test('a blocked prediction names its problem and rule', async () => {
  const archive = new Archive(
    record({ state: 'blocked', status: 422, problem: 'blocked', rule: 'no-secrets', output: null }),
  );
  expect(bodyOf(await archive.get())).toMatchObject({
    state: 'blocked',
    status: 422,
    problem: 'blocked',
    rule: 'no-secrets',
  });
});

test('a table that does not answer is a 500 that says nothing of it', async () => {
  const archive = new Archive(record(), ({ records }) => ({
    records: { ...records, find: () => Promise.reject(new Error('arn:aws:dynamodb')) },
  }));
  const answer = await archive.get();
  expect(bodyOf(answer)).toEqual({ type: 'urn:slipway:problem:internal', title: 'The service failed', status: 500 });
  expect(archive.errors).toEqual(['uncaught']);
});

test.each([
  ['nobody authenticated', { method: 'GET', resource: '/predictions/{id}', caller: null, id: ID, text: null }, 401],
  ['another resource', { method: 'GET', resource: '/predictions', caller: 'A:s', text: null }, 404],
  ['a wrong method', { method: 'DELETE', resource: '/predictions/{id}', caller: 'A:s', id: ID, text: null }, 405],
  ['no path parameters', { method: 'GET', resource: '/predictions/{id}', caller: 'A:s', text: null }, 404],
] as const)('%s is a problem document', async (_name, sent, status) => {
  const answer = await new Archive().send(sent);
  expect(answer.statusCode).toBe(status);
  expect(answer.headers['Content-Type']).toBe('application/problem+json');
});

test('an accepted prediction reads as accepted, with when to look again, until its time is over', async () => {
  const archive = new Archive(record({ state: 'accepted', status: undefined, output: null, openUntil: NOW + 1 }));
  const answer = await archive.get();
  expect(answer.statusCode).toBe(200);
  expect(bodyOf(answer)).toMatchObject({ state: 'accepted', output: null });
  expect(answer.headers['Retry-After']).toBe('15');
  archive.now = NOW + 1;
  const later = await archive.get();
  expect(bodyOf(later)).toMatchObject({ state: 'cut', problem: 'internal' });
  expect(later.headers).not.toHaveProperty('Retry-After');
});
