import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { deletePayload } from '../../lambdas/shared/delete-payload';
import { getPayload } from '../../lambdas/shared/get-payload';
import { placeOfUri, uriOf } from '../../lambdas/shared/s3-uri';

let server: Server;
let content = '';
let seen: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    // Without a length, as a proxy may send it.
    response.writeHead(200, { 'transfer-encoding': 'chunked' });
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ENDPOINT_URL_S3', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(() => {
  seen = [];
});
afterAll(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const OBJECT = { bucket: 'b', key: 'async/output/a b.out' };

test('an object of the largest size that is taken is read', async () => {
  content = 'ü'.repeat(500_000);
  expect(await getPayload(OBJECT, 1_000_000)).toBe(content);
});

test('a larger object is refused, and not read again', async () => {
  content = 'x'.repeat(1_000_001);
  await expect(getPayload(OBJECT, 1_000_000)).rejects.toMatchObject({ name: 'ObjectTooLarge', maxBytes: 1_000_000 });
  expect(seen).toHaveLength(1);
});

test('an object is deleted by its key', async () => {
  content = '';
  await deletePayload(OBJECT);
  expect(seen).toEqual(['DELETE /b/async/output/a%20b.out']);
});

test.each([
  ['s3://b/k', { bucket: 'b', key: 'k' }],
  ['s3://b/p/k.json', { bucket: 'b', key: 'p/k.json' }],
  ['s3://b/', undefined],
  ['s3://b', undefined],
  ['s3:///k', undefined],
  ['https://b/k', undefined],
  [7, undefined],
  [undefined, undefined],
])('%s is the place %j', (uri, place) => {
  expect(placeOfUri(uri)).toEqual(place);
  if (place !== undefined) expect(uriOf(place)).toBe(uri);
});
