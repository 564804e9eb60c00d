import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { SageMakerAsyncBackend } from '../../lambdas/predict-endpoint/io/async-backend';
import { describeError } from '../../lambdas/shared/diagnostics';
import { askBackend } from '../../lambdas/shared/prediction/backend';
import { systemClock } from '../../lambdas/shared/prediction/io/clock';
import { SageMakerBackend } from '../../lambdas/shared/prediction/io/sagemaker-backend';
import type { BackendRequest } from '../../protocol/backend';

interface Seen {
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly port: number | undefined;
}

let server: Server;
let url: string;
let seen: Seen[] = [];
/** What the runtime does with the nth request, counted from 1. */
let answer: (response: ServerResponse, nth: number) => void;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = await text(request);
    seen.push({ url: request.url, headers: request.headers, body, port: request.socket.remotePort });
    answer(response, seen.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME', url);
  vi.stubEnv('AWS_ENDPOINT_URL_S3', url);
});
afterEach(() => {
  seen = [];
});
afterAll(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const reply = (body: unknown) => (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
/** An error as the service sends it: its name in a header, its members in the body. */
const fault = (status: number, name: string, body: object, headers: Record<string, string> = {}) => {
  return (response: ServerResponse) =>
    response
      .writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': name, ...headers })
      .end(JSON.stringify(body));
};

function request(forMs = 2_000): BackendRequest {
  return {
    inferenceId: '00000000-0000-4000-8000-000000000001',
    input: { text: 'hello ü' },
    version: { id: 'v-1', artifact: { bucket: 'b', prefix: 'p/', files: [] } },
    deadline: Date.now() + forMs,
  };
}

const logged: unknown[] = [];
function ask(
  forMs?: number,
  backend = new SageMakerBackend({ endpoint: 'm-pilot', inferenceComponent: 'm-pilot-model' }),
) {
  return askBackend(request(forMs), {
    backend,
    clock: systemClock,
    chance: { inferenceId: () => '', lease: () => '', fraction: () => 0.1 },
    log: { info: () => {}, warn: () => {}, error: (event, error) => logged.push({ event, ...describeError(error) }) },
  });
}

describe('the client of the SageMaker runtime', () => {
  test('sends the input alone, signed, with the inference id, and reads the reply', async () => {
    answer = reply({ output: { label: 'spam' }, confidence: 0.5 });
    expect(await ask()).toMatchObject({ kind: 'answer', output: { label: 'spam' }, confidence: 0.5, asks: 1 });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      url: '/endpoints/m-pilot/invocations',
      body: '{"text":"hello ü"}',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'x-amzn-sagemaker-inference-id': '00000000-0000-4000-8000-000000000001',
        'x-amzn-sagemaker-inference-component': 'm-pilot-model',
        authorization: expect.stringContaining('/eu-west-1/sagemaker/aws4_request'),
      },
    });
  });

  test('takes a reply that speaks no protocol as the output', async () => {
    answer = reply([0.1, 0.9]);
    expect(await ask()).toMatchObject({ kind: 'answer', output: [0.1, 0.9] });
  });

  test('sends text as it is to a model that takes another type than JSON', async () => {
    answer = reply({ output: 1 });
    const backend = new SageMakerBackend({ endpoint: 'e', contentType: 'text/csv' });
    await askBackend(
      { ...request(), input: '1,2' },
      {
        backend,
        clock: systemClock,
        chance: { inferenceId: () => '', lease: () => '', fraction: () => 0 },
        log: { info: () => {}, warn: () => {}, error: () => {} },
      },
    );
    expect(seen[0]).toMatchObject({ body: '1,2', headers: { 'content-type': 'text/csv' } });
    expect(seen[0]?.headers).not.toHaveProperty('x-amzn-sagemaker-inference-component');
  });

  test('keeps its connection for the next request', async () => {
    answer = reply({ output: 1 });
    const backend = new SageMakerBackend({ endpoint: 'e' });
    await ask(2_000, backend);
    await ask(2_000, backend);
    expect(seen).toHaveLength(2);
    expect(seen[0]?.port).toBe(seen[1]?.port);
  });

  test('is throttled, waits, and asks again', async () => {
    answer = (response, nth) =>
      nth === 1
        ? fault(400, 'ThrottlingException', { message: 'Rate exceeded' })(response)
        : reply({ output: 1 })(response);
    expect(await ask()).toMatchObject({ kind: 'answer', asks: 2 });
  });

  test('gives up on an endpoint that only throttles', async () => {
    answer = fault(429, 'ThrottlingException', { message: 'Rate exceeded' });
    expect(await ask()).toMatchObject({ kind: 'refused', failure: 'throttled', asks: 4 });
  });

  test('asks a model once that answers with an error, and logs nothing of what it said', async () => {
    answer = fault(424, 'ModelError', {
      Message: 'Received server error (500) from primary with message "my secret input"',
      OriginalMessage: 'my secret input',
      OriginalStatusCode: 500,
      LogStreamArn: 'arn:aws:logs:eu-west-1:000000000000:log-group:x',
    });
    expect(await ask()).toMatchObject({ kind: 'refused', failure: 'model-error', asks: 1 });
    expect(JSON.stringify(logged)).toContain('Http500');
    expect(JSON.stringify(logged)).not.toContain('secret');
  });

  test('reads what a container says of an input that it does not take', async () => {
    answer = fault(424, 'ModelError', {
      Message: 'Received client error (400) from primary',
      OriginalMessage: '{"error":{"kind":"invalid-input","message":"text is missing"}}',
      OriginalStatusCode: 400,
    });
    expect(await ask()).toMatchObject({ kind: 'invalid-input' });
  });

  test.each([
    [
      'asleep',
      400,
      'ValidationError',
      'Inference Component has no capacity to process this request. ApplicationAutoScaling may be in-progress',
    ],
    ['stopped', 400, 'ValidationError', 'Endpoint m-pilot of account 000000000000 not found.'],
    ['stopped', 400, 'ValidationException', 'Could not find endpoint "m-pilot".'],
  ])('knows an endpoint that is %s', async (failure, status, name, message) => {
    answer = fault(status, name, { Message: message, message });
    expect(await ask()).toMatchObject({ kind: 'refused', failure, asks: 1 });
  });

  test('asks again while the model is being loaded', async () => {
    answer = (response, nth) =>
      nth < 3 ? fault(429, 'ModelNotReadyException', { Message: 'loading' })(response) : reply({ output: 1 })(response);
    expect(await ask()).toMatchObject({ kind: 'answer', asks: 3 });
  });

  test('asks once more when the service itself fails', async () => {
    answer = fault(503, 'ServiceUnavailable', { Message: 'try again' });
    expect(await ask()).toMatchObject({ kind: 'failed', asks: 2 });
  });

  test('asks once more over another connection when the first is reset', async () => {
    answer = (response, nth) => (nth === 1 ? response.socket?.resetAndDestroy() : reply({ output: 1 })(response));
    expect(await ask()).toMatchObject({ kind: 'answer', asks: 2 });
    expect(seen[0]?.port).not.toBe(seen[1]?.port);
  });

  test('does not ask a third time when both are reset', async () => {
    answer = (response) => response.socket?.resetAndDestroy();
    expect(await ask()).toMatchObject({ kind: 'refused', failure: 'connection-lost', asks: 2 });
  });

  test('hedges a request that is slow, and takes the reply that comes first', async () => {
    answer = (response, nth) => {
      if (nth === 2) reply({ output: 'second' })(response);
    };
    const asked = await ask(400);
    expect(asked).toMatchObject({ kind: 'answer', output: 'second', asks: 2 });
    expect(asked.modelMs).toBeGreaterThanOrEqual(190);
    expect(asked.modelMs).toBeLessThan(400);
  });

  test('ends at the deadline, and closes the connections that it waited on', async () => {
    const closed: Promise<void>[] = [];
    answer = (response) => closed.push(new Promise((resolve) => response.once('close', () => resolve())));
    expect(await ask(200)).toMatchObject({ kind: 'late', asks: 2 });
    await Promise.all(closed);
  });

  test('finds no endpoint to connect to', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME', 'http://127.0.0.1:1');
    try {
      expect(await ask()).toMatchObject({ kind: 'refused', failure: 'connection-lost', asks: 4 });
    } finally {
      vi.stubEnv('AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME', url);
    }
  });
});

describe('the client of an asynchronous endpoint', () => {
  const backend = () =>
    new SageMakerAsyncBackend({
      endpoint: 'm-pilot',
      inputs: { bucket: 'exchange', key: 'async/input/' },
      waitSeconds: 1_800,
      timeoutSeconds: 900,
    });
  const invoke = () => backend().invoke(request(), AbortSignal.timeout(2_000), 'lease-1');

  test('puts the input into S3, and names its place and its limits', async () => {
    answer = (response) => response.writeHead(202, { 'content-type': 'application/json' }).end('{"InferenceId":"x"}');
    expect(await invoke()).toEqual({ kind: 'accepted' });
    const key = '00000000-0000-4000-8000-000000000001/lease-1.json';
    expect(seen).toMatchObject([
      { url: `/exchange/async/input/${key}`, body: '{"text":"hello ü"}' },
      {
        url: '/endpoints/m-pilot/async-invocations',
        headers: {
          'x-amzn-sagemaker-inputlocation': `s3://exchange/async/input/${key}`,
          'x-amzn-sagemaker-inference-id': '00000000-0000-4000-8000-000000000001',
          'x-amzn-sagemaker-requestttlseconds': '1800',
          'x-amzn-sagemaker-invocationtimeoutseconds': '900',
          'x-amzn-sagemaker-content-type': 'application/json',
        },
      },
    ]);
  });

  test('does not ask the endpoint when the input cannot be put', async () => {
    answer = (response) => response.writeHead(403).end('<Code>AccessDenied</Code>');
    expect(await invoke()).toMatchObject({ kind: 'failed', error: { name: 'AccessDenied' } });
    expect(seen).toHaveLength(1);
  });

  test('tells a stopped endpoint', async () => {
    answer = (response, nth) =>
      nth === 1
        ? response.writeHead(200).end()
        : fault(400, 'ValidationError', { Message: 'Endpoint m-pilot of account 000000000000 not found.' })(response);
    expect(await invoke()).toMatchObject({ kind: 'refused', failure: 'stopped' });
  });
});
