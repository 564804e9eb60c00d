import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_BODY_BYTES } from '../../protocol/prediction';
import { bodyOf, type RequestParts, World } from './world';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));
const typed = (type: string) => ({ headers: { 'content-type': type } });
const health = { resource: '/health', method: 'GET', text: null };

const BAD: [name: string, request: RequestParts, status: number][] = [
  // Who and where
  ['nobody authenticated', { caller: null }, 401],
  ['nobody authenticated for health', { ...health, caller: null }, 401],
  ['an empty caller', { caller: '' }, 401],
  ['another path', { resource: '/prediction' }, 404],
  ['a path of the prototype', { resource: 'constructor' }, 404],
  ['GET on predictions', { method: 'GET', text: null }, 405],
  ['PUT on predictions', { method: 'PUT' }, 405],
  ['DELETE on predictions', { method: 'DELETE', text: null }, 405],
  ['PATCH on predictions', { method: 'PATCH' }, 405],
  ['lower-case post', { method: 'post' }, 405],
  ['POST on health', { ...health, method: 'POST' }, 405],
  // Media types
  ['no content type', { headers: {} }, 415],
  ['an empty content type', typed(''), 415],
  ['text/plain', typed('text/plain'), 415],
  ['a form', typed('application/x-www-form-urlencoded'), 415],
  ['multipart', typed('multipart/form-data; boundary=x'), 415],
  ['application/jsonp', typed('application/jsonp'), 415],
  ['a +json type', typed('application/vnd.api+json'), 415],
  ['latin-1', typed('application/json; charset=iso-8859-1'), 415],
  ['UTF-16', typed('application/json; charset=utf-16'), 415],
  ['an unknown parameter', typed('application/json; version=2'), 415],
  ['two content types', { multiValueHeaders: { 'content-type': ['application/json', 'text/plain'] } }, 415],
  ['a gzip body', { headers: { ...JSON_TYPE, 'Content-Encoding': 'gzip' } }, 415],
  // Bodies
  ['no body', { text: null }, 400],
  ['an empty body', { text: '' }, 400],
  ['blanks', { text: ' \n\t ' }, 400],
  ['no JSON', { text: 'input=hello' }, 400],
  ['half an object', { text: '{"input":"hel' }, 400],
  ['a trailing comma', { text: '{"input":"hello",}' }, 400],
  ['single quotes', { text: "{'input':'hello'}" }, 400],
  ['a comment', { text: '{"input":"hello"} // hi' }, 400],
  ['two objects', { text: '{"input":"a"}{"input":"b"}' }, 400],
  ['NaN', { text: '{"input":[NaN]}' }, 400],
  ['a raw control character', { text: '{"input":"a\u0001b"}' }, 400],
  ['a byte order mark', { text: '\uFEFF{"input":"hello"}' }, 400],
  ['null', { body: null }, 400],
  ['a number', { body: 7 }, 400],
  ['text', { body: 'hello' }, 400],
  ['an array', { body: [{ input: 'hello' }] }, 400],
  ['true', { body: true }, 400],
  ['an empty object', { body: {} }, 400],
  ['another case', { body: { Input: 'hello' } }, 400],
  ['an unknown member', { body: { input: 'hello', model: 'x' } }, 400],
  ['__proto__', { text: '{"input":"hello","__proto__":{"subject":"x"}}' }, 400],
  ['input twice', { text: '{"input":"a","input":"b"}' }, 400],
  ['input twice, once escaped', { text: '{"input":"a","\\u0069nput":"b"}' }, 400],
  ['a number beyond doubles', { text: '{"input":[1e999]}' }, 400],
  ['a long number beyond doubles', { text: `{"input":[${'9'.repeat(320)}]}` }, 400],
  ['an integer that would lose digits', { text: '{"input":[6212345678901234569]}' }, 400],
  ['a long integer', { text: `{"input":[${'9'.repeat(300)}]}` }, 400],
  ['deep nesting', { text: `{"input":${'['.repeat(150)}${']'.repeat(150)}}` }, 400],
  ['very deep nesting', { text: `{"input":${'['.repeat(200_000)}${']'.repeat(200_000)}}` }, 400],
  ['deep objects', { text: `{"input":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}` }, 400],
  ['a null subject', { body: { input: 'hello', subject: null } }, 400],
  ['a numeric subject', { body: { input: 'hello', subject: 7 } }, 400],
  ['an empty subject', { body: { input: 'hello', subject: '' } }, 400],
  ['a long subject', { body: { input: 'hello', subject: 's'.repeat(257) } }, 400],
  ['half a surrogate pair as subject', { text: '{"input":"hello","subject":"\\ud800"}' }, 400],
  // Bytes
  ['invalid UTF-8', { bytes: bytes('{"input":"', [0xff, 0xfe], '"}') }, 400],
  ['overlong UTF-8', { bytes: bytes('{"input":"', [0xc0, 0xaf], '"}') }, 400],
  ['a surrogate in UTF-8', { bytes: bytes('{"input":"', [0xed, 0xa0, 0x80], '"}') }, 400],
  ['cut UTF-8', { bytes: bytes('{"input":"', [0xe2, 0x82]) }, 400],
  ['UTF-16 bytes', { bytes: Buffer.from('{"input":"hello"}', 'utf16le') }, 400],
  ['a zip', { bytes: bytes([0x50, 0x4b, 3, 4, 0, 0, 0, 0]) }, 400],
  ['a body of one byte too many', { text: JSON.stringify({ input: 'x'.repeat(MAX_BODY_BYTES - 11) }) }, 413],
  ['a large body', { text: JSON.stringify({ input: 'x'.repeat(3_000_000) }) }, 413],
  ['a large body in multi-byte characters', { text: JSON.stringify({ input: 'ü'.repeat(600_000) }) }, 413],
  ['a large binary body', { bytes: Buffer.alloc(MAX_BODY_BYTES + 1, 32) }, 413],
  // Keys
  ['an empty key', { key: '' }, 400],
  ['a key with a space', { key: 'a b' }, 400],
  ['a key with a line break', { key: 'a\nb' }, 400],
  ['a key beyond ASCII', { key: 'schlüssel' }, 400],
  ['a long key', { key: 'k'.repeat(256) }, 400],
  ['two keys', { multiValueHeaders: { 'content-type': ['application/json'], 'Idempotency-Key': ['a', 'b'] } }, 400],
  // Rules
  ['an input that the schema refuses', { body: { input: 7 } }, 400],
  ['a null input that the schema refuses', { body: { input: null } }, 400],
  ['an input above the rule of size', { body: { input: 'x'.repeat(200_001) } }, 413],
  ['a blocked term', { body: { input: ['PROJECT NIGHTINGALE'] } }, 422],
  ['a blocked term, with a key', { key: 'k1', body: { input: 'project nightingale' } }, 422],
];

test('there are at least 60 bad requests', () => {
  expect(BAD.length).toBeGreaterThanOrEqual(60);
});

test.each(BAD)('%s is a problem document, and the service answers on', async (_name, request, status) => {
  const world = new World();
  const answer = await world.send(request);
  expect(answer.statusCode).toBe(status);
  expect(answer.headers['Content-Type']).toBe('application/problem+json');
  expect(bodyOf(answer)).toMatchObject({
    status,
    type: expect.stringMatching(/^urn:slipway:problem:/),
    title: expect.any(String),
  });
  expect(world.asked).toEqual([]);
  expect(world.records.records().filter(({ state }) => state !== 'blocked')).toEqual([]);
  expect(world.logged.filter(({ level }) => level === 'ERROR')).toEqual([]);
  expect((await world.send()).statusCode).toBe(200);
});

test('neither names nor values of the caller come back: an unknown member is told by its place', async () => {
  const body = { input: 'hello', '4111111111111111 john@example.com': 'secret-1', 'Ann Smith': 'secret-2' };
  const answer = await new World().send({ body });
  expect(bodyOf(answer).errors).toEqual([
    { pointer: '/<member 2>', detail: 'unknown member; allowed are input, subject' },
    { pointer: '/<member 3>', detail: 'unknown member; allowed are input, subject' },
  ]);
  expect(answer.body).not.toMatch(/4111|john|Ann|secret/);
});

test('an integer that would lose digits is told by its pointer, with names that the schema defines', async () => {
  const text = '{"input":{"pan":6212345678901234569,"list":[1,{"john@example.com":-9007199254740993}]},"subject":"s"}';
  const answer = await new World().send({ text });
  expect(bodyOf(answer)).toMatchObject({
    status: 400,
    type: 'urn:slipway:problem:malformed-request',
    detail: 'the body has integers that would lose digits',
    errors: [{ pointer: '/input/pan' }, { pointer: '/input/<member 2>/1/<member 1>' }],
  });
  expect(answer.body).not.toMatch(/6212|9007|john/);
});

test('deep nesting is refused before the guard sees it', async () => {
  const answer = await new World().send({ text: `{"input":${'['.repeat(100)}${']'.repeat(100)}}` });
  expect(bodyOf(answer)).toMatchObject({
    type: 'urn:slipway:problem:malformed-request',
    detail: expect.stringContaining('101 levels'),
  });
});

test('pointers of the schema lead into the body', async () => {
  const answer = await new World().send({ body: { input: 7 } });
  expect(bodyOf(answer)).toMatchObject({ rule: 'input-schema', errors: [{ pointer: '/input' }] });
});

test.each([
  ['a charset', typed('application/json; charset=UTF-8')],
  ['a quoted charset', typed('Application/JSON;charset="utf-8"')],
  ['bytes', { bytes: Buffer.from('{"input":"grüße"}') }],
  ['an identity encoding', { headers: { ...JSON_TYPE, 'content-encoding': 'identity' } }],
  ['the longest key', { key: 'k'.repeat(255) }],
  ['the longest subject', { body: { input: '', subject: 's'.repeat(256) } }],
  ['odd member names within the input', { text: '{"input":{"__proto__":1,"input":2,"input ":3,"":[{"a":{"b":1}}]}}' }],
  ['an escaped quote and braces in text', { text: '{"input":"\\"}{][:,\\\\"}' }],
  [
    'large but finite numbers',
    { text: `{"input":[1e308,9${'0'.repeat(300)},1e-400,0.12345678901234567,9007199254740993.0]}` },
  ],
  ['half a surrogate pair in the input', { text: '{"input":"\\ud800"}' }],
] as [string, RequestParts][])('a request with %s is taken', async (_name, request) => {
  expect((await new World().send(request)).statusCode).toBe(200);
});

test('no JSON body is ever a 5xx, and what is answered is recorded', async () => {
  const members = fc.dictionary(
    fc.oneof(fc.constantFrom('input', 'subject', 'label'), fc.string()),
    fc.jsonValue({ maxDepth: 4 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.jsonValue(), members, fc.record({ input: fc.jsonValue() })),
      fc.boolean(),
      async (body, keyed) => {
        const world = new World();
        const answer = await world.send({ body, key: keyed ? 'k1' : undefined });
        expect(answer.statusCode).toBeLessThan(500);
        expect(world.records.records().filter(({ state }) => state === 'answered')).toHaveLength(
          answer.statusCode === 200 ? 1 : 0,
        );
      },
    ),
    { numRuns: 300 },
  );
});

test('no bytes are ever a 5xx', async () => {
  const world = new World();
  const splice = fc
    .tuple(fc.string(), fc.uint8Array({ maxLength: 6 }), fc.string())
    .map(([a, b, c]) => Buffer.concat([Buffer.from(`{"input":"${a}`), b, Buffer.from(`${c}"}`)]));
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 200 }), splice), async (body) => {
      expect((await world.send({ bytes: body })).statusCode).toBeLessThan(500);
    }),
    { numRuns: 300 },
  );
});

test('no headers are ever a 5xx', async () => {
  const names = fc.oneof(
    fc.constantFrom('Content-Type', 'idempotency-key', 'Idempotency-Key', 'content-encoding'),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(fc.dictionary(names, fc.string({ unit: 'binary' })), async (headers) => {
      expect((await new World().send({ headers: { ...JSON_TYPE, ...headers } })).statusCode).toBeLessThan(500);
    }),
    { numRuns: 200 },
  );
});
