import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { SecretSubjectKey } from '../../lambdas/shared/prediction/io/subject-key';

const SECRETS: Readonly<Record<string, string>> = { first: 'Jefe', second: 'another', empty: '' };
const REFUSALS: Readonly<Record<string, { readonly status: number; readonly code: string }>> = {
  denied: { status: 400, code: 'com.amazonaws.secretsmanager#AccessDeniedException' },
  down: { status: 500, code: 'InternalServiceError' },
};
const asked: [target: unknown, authorization: string][] = [];
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { SecretId } = JSON.parse(Buffer.concat(chunks).toString());
  asked.push([request.headers['x-amz-target'], String(request.headers.authorization)]);
  const refusal = REFUSALS[SecretId];
  if (refusal !== undefined) {
    response.writeHead(refusal.status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ __type: refusal.code, message: 'no' }));
    return;
  }
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify({ SecretString: SECRETS[SecretId] }));
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${address.port}`);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

test('a subject is kept as its HMAC-SHA-256 under the secret', async () => {
  // RFC 4231, test case 2.
  expect(await new SecretSubjectKey('first').hmac('what do ya want for nothing?')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
});

test('another secret makes another digest of the same subject', async () => {
  const first = await new SecretSubjectKey('first').hmac('Ann');
  expect(await new SecretSubjectKey('first').hmac('Ann')).toBe(first);
  expect(await new SecretSubjectKey('second').hmac('Ann')).not.toBe(first);
});

test('an empty secret keys nothing', async () => {
  await expect(new SecretSubjectKey('empty').hmac('Ann')).rejects.toThrow('the secret that keys subjects is empty');
});

test('the secret is asked for once, signed for Secrets Manager of the region', async () => {
  asked.length = 0;
  const key = new SecretSubjectKey('first');
  await key.hmac('Ann');
  await key.hmac('Bob');
  expect(asked).toEqual([
    ['secretsmanager.GetSecretValue', expect.stringMatching(/Credential=test\/\d{8}\/eu-west-1\/secretsmanager\//)],
  ]);
});

test('a refusal has the name of its code and is not repeated; a failure of the service is, once', async () => {
  asked.length = 0;
  await expect(new SecretSubjectKey('denied').hmac('Ann')).rejects.toMatchObject({
    name: 'AccessDeniedException',
    $fault: 'client',
  });
  expect(asked).toHaveLength(1);
  await expect(new SecretSubjectKey('down').hmac('Ann')).rejects.toMatchObject({ name: 'InternalServiceError' });
  expect(asked).toHaveLength(3);
});
