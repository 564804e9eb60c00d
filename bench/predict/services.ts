import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { marshall } from '@aws-sdk/util-dynamodb';
import { type ModelVersion, type Pointers, REGISTRY_KEYS } from '../../protocol/model-version';

/**
 * What handlers talk to, as a real HTTP server on loopback in a process of its own: DynamoDB, and the model as a Lambda function and
 * as a SageMaker endpoint, which reply the same. Each answer is held back for the delay that is the only argument, in milliseconds.
 *
 * `/held` answers how many microseconds were held since it was asked last, and forgets them: timers are late by up to a
 * millisecond, so the delay that was asked for is not the one that was had. Nothing is held before it is asked for the first time,
 * which is when the handler is warm.
 */
const delayMs = Number(process.argv[2] ?? 0);

const VERSION: ModelVersion = {
  model: 'bench',
  version: 'v-0123456789abcdef',
  contentHash: '0'.repeat(64),
  artifact: { bucket: 'artifacts', prefix: 'models/bench/v-0123456789abcdef/', files: [] },
  parents: [],
  metrics: {},
  registeredBy: 'bench',
  registeredAt: '2026-01-01T00:00:00.000Z',
};
const POINTERS: Pointers = {
  revision: 1,
  desired: VERSION.version,
  desiredState: 'running',
  routing: { live: VERSION.version, canary: null, shadow: null },
  changedBy: 'bench',
  changedAt: VERSION.registeredAt,
};
const REPLY = JSON.stringify({ output: { label: 'ham' }, confidence: 0.97 });

let heldMicros = 0;
let holds = false;

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    response.writeHead(500).end(String(error));
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
// Ends with the process that started it.
process.once('disconnect', () => process.exit());

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(request);
  if (request.url === '/held') {
    response.end(String(heldMicros));
    heldMicros = 0;
    holds = delayMs > 0;
    return;
  }
  const reply = replyTo(request, body);
  if (reply === undefined) throw new Error(`${request.method} ${request.url} is no service of this benchmark`);
  const [type, text] = reply;
  if (holds) await hold();
  response.writeHead(200, { 'content-type': type });
  response.end(text);
}

async function hold(): Promise<void> {
  const since = process.hrtime.bigint();
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  heldMicros += Number(process.hrtime.bigint() - since) / 1000;
}

/** How the model is asked, of Lambda and of the SageMaker runtime. */
const INVOCATION = /^\/(2015-03-31\/functions|endpoints)\/[a-z]+\/invocations$/;

function replyTo({ headers, url = '' }: IncomingMessage, body: Buffer): [type: string, text: string] | undefined {
  const target = headers['x-amz-target'];
  if (target === undefined) return INVOCATION.test(url) ? ['application/json', REPLY] : undefined;
  return ['application/x-amz-json-1.0', target === 'DynamoDB_20120810.GetItem' ? itemFor(body) : '{}'];
}

function itemFor(body: Buffer): string {
  const { Key } = JSON.parse(body.toString('utf8'));
  const found = Key.sk?.S === REGISTRY_KEYS.pointers ? POINTERS : VERSION;
  return JSON.stringify({ Item: marshall(found) });
}
