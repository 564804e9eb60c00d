import type { Answer, Caller } from '../../rehearsal/traffic/callers';

interface BadRequest {
  readonly what: string;
  readonly send: (caller: Caller) => Promise<Answer>;
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** Requests that are wrong in one way each; every one must be answered 4xx. */
export function badRequests(inferenceId: string): BadRequest[] {
  return [
    ...badBodies().map(([what, body]) => post(what, '/predictions', body)),
    ...badMediaTypes().map(([what, type]) => post(what, '/predictions', '{"input":"x"}', { 'content-type': type })),
    ...badKeys().map(([what, key]) =>
      post(what, '/predictions', '{"input":"x"}', { ...JSON_TYPE, 'idempotency-key': key }),
    ),
    ...badFeedback().map(([what, body]) => post(what, `/predictions/${inferenceId}/feedback`, body)),
    ...badPaths().map(
      ([what, method, path]): BadRequest => ({
        what,
        send: (caller) => caller.send(path, { method, headers: JSON_TYPE }),
      }),
    ),
  ];
}

function post(
  what: string,
  path: string,
  body: string | Uint8Array,
  headers: Record<string, string> = JSON_TYPE,
): BadRequest {
  return { what, send: (caller) => caller.send(path, { method: 'POST', body, headers }) };
}

function badBodies(): [string, string | Uint8Array][] {
  const texts: [string, string][] = [
    ['empty body', ''],
    ['white space', '  \n'],
    ['no JSON', 'hello'],
    ['truncated JSON', '{"input":"x'],
    ['two documents', '{"input":"x"}{"input":"y"}'],
    ['trailing comma', '{"input":"x",}'],
    ['single quotes', "{'input':'x'}"],
    ['comment', '{"input":"x"} // hi'],
    ['NaN', '{"input":NaN}'],
    ['null', 'null'],
    ['number', '1'],
    ['string', '"x"'],
    ['array', '[{"input":"x"}]'],
    ['empty object', '{}'],
    ['misspelt member', '{"inputs":"x"}'],
    ['member in capitals', '{"INPUT":"x"}'],
    ['unknown member', '{"input":"x","model":"other"}'],
    ['actor typed by the caller', '{"input":"x","actor":"iam:1:root"}'],
    ['subject number', '{"input":"x","subject":1}'],
    ['subject empty', '{"input":"x","subject":""}'],
    ['subject object', '{"input":"x","subject":{}}'],
    ['subject array', '{"input":"x","subject":["a"]}'],
    ['subject too long', JSON.stringify({ input: 'x', subject: 's'.repeat(300) })],
    ['input number the model cannot use', '{"input":42}'],
    ['input null', '{"input":null}'],
    ['input boolean', '{"input":true}'],
    ['input array', '{"input":["x"]}'],
    ['input object without body', '{"input":{"subject":"x"}}'],
    ['input with a body of the wrong type', '{"input":{"body":5}}'],
    ['input above the limit of the policy', JSON.stringify({ input: 'x'.repeat(600_000) })],
    ['body above a megabyte', JSON.stringify({ input: 'x'.repeat(1_100_000) })],
    ['nested too deep', `{"input":${'['.repeat(5_000)}${']'.repeat(5_000)}}`],
    ['byte order mark in UTF-16', '\ufeff\u0000{'],
    ['XML', '<input>x</input>'],
    ['form', 'input=x'],
  ];
  const bytes: [string, Uint8Array][] = [
    ['invalid UTF-8', Buffer.concat([Buffer.from('{"input":"'), Buffer.from([0xff, 0xfe, 0x80]), Buffer.from('"}')])],
    ['cut UTF-8 sequence', Buffer.concat([Buffer.from('{"input":"'), Buffer.from([0xe2, 0x82]), Buffer.from('"}')])],
    ['UTF-16', Buffer.from('{"input":"x"}', 'utf16le')],
    ['gzip without saying so', Buffer.from('1f8b0800000000000003ab56cacc2b282d51b252aa50aa0500', 'hex')],
  ];
  return [...texts, ...bytes];
}

function badMediaTypes(): [string, string][] {
  return [
    ['text/plain', 'text/plain'],
    ['form type', 'application/x-www-form-urlencoded'],
    ['XML type', 'application/xml'],
    ['JSON Lines', 'application/jsonl'],
    ['other charset', 'application/json; charset=iso-8859-1'],
    ['no media type', 'nonsense'],
  ];
}

function badKeys(): [string, string][] {
  return [
    ['key too long', 'k'.repeat(256)],
    ['key with a space', 'a b'],
    ['key with a tab', 'a\tb'],
    ['key beyond ASCII', 'caf\u00e9'],
  ];
}

function badFeedback(): [string, string][] {
  return [
    ['feedback empty', ''],
    ['feedback no JSON', 'spam'],
    ['feedback null', 'null'],
    ['feedback array', '["spam"]'],
    ['feedback without label', '{}'],
    ['feedback label number', '{"label":1}'],
    ['feedback label null', '{"label":null}'],
    ['feedback label empty', '{"label":""}'],
    ['feedback label too long', JSON.stringify({ label: 'l'.repeat(300) })],
    ['feedback unknown member', '{"label":"spam","truth":true}'],
  ];
}

function badPaths(): [string, string, string][] {
  return [
    ['unknown path', 'GET', '/nowhere'],
    ['unknown prediction', 'GET', '/predictions/00000000-0000-4000-8000-000000000000'],
    ['inference id that is none', 'GET', '/predictions/..%2F..%2Fetc'],
    ['inference id with a null', 'GET', '/predictions/a%00b'],
    ['inference id very long', 'GET', `/predictions/${'a'.repeat(2_000)}`],
    ['wrong method on predictions', 'DELETE', '/predictions'],
    ['PUT of a prediction', 'PUT', '/predictions/1'],
    ['GET of feedback', 'GET', '/predictions/1/feedback'],
    ['POST to health', 'POST', '/health'],
  ];
}
