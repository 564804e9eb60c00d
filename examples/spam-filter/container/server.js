const { createServer } = require('node:http');
const { load, predict } = require('../model/index.js');

/** Where SageMaker puts the artefact; elsewhere only where there is no container. */
const MODEL_FOLDER = process.env.SM_MODEL_DIR ?? '/opt/ml/model';
const PORT = Number(process.env.SAGEMAKER_BIND_TO_PORT ?? 8080);
// SageMaker reaches the container through its network; without a container only this machine may.
const HOST = process.env.SLIPWAY_BIND_HOST ?? '0.0.0.0';
/** SageMaker lets no larger payload through to a real-time endpoint. */
const MAX_BODY_BYTES = 25 * 1024 * 1024;

/** What is wrong with a request, and the status that says so. */
class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} message Never carries the input.
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @returns {Promise<unknown>} The input itself: there is no envelope.
 */
async function readInput(request) {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new Refusal(415, 'the content type must be application/json');
  /** @type {Buffer[]} */
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Refusal(413, `the body has more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    throw new Refusal(400, 'the body is not JSON in UTF-8');
  }
}

/**
 * @param {import('../model/index.js').Model} model
 * @param {import('node:http').IncomingMessage} request
 * @returns {Promise<{ status: number, body?: object }>}
 */
async function answer(model, request) {
  const path = (request.url ?? '').split('?')[0];
  if (path === '/ping') {
    if (request.method !== 'GET') throw new Refusal(405, 'ping is asked with GET');
    return { status: 200 };
  }
  if (path !== '/invocations') throw new Refusal(404, 'there are /ping and /invocations');
  if (request.method !== 'POST') throw new Refusal(405, 'invocations are sent with POST');
  return { status: 200, body: predict(model, await readInput(request)) };
}

/**
 * What a caller is told of a failure. The shape is that of a reply with an error, so that whoever asked can tell a bad input from a
 * broken model.
 * @param {unknown} error
 */
function failure(error) {
  if (error instanceof Refusal) {
    return { status: error.status, body: { error: { kind: 'invalid-input', message: error.message } } };
  }
  if (error instanceof Error && error.name === 'InvalidInput') {
    return { status: 400, body: { error: { kind: 'invalid-input', message: error.message } } };
  }
  const name = error instanceof Error ? error.name : 'unknown';
  console.error(JSON.stringify({ level: 'ERROR', message: `predict failed: ${name}` }));
  return { status: 500, body: { error: { kind: 'failed', message: `predict of the model failed: ${name}` } } };
}

async function main() {
  // Loaded first: a server that listens answers /ping with 200.
  const model = await load(MODEL_FOLDER);
  let ending = false;
  const server = createServer(async (request, response) => {
    const { status, body } = await answer(model, request).catch(failure);
    const bytes = body === undefined ? '' : JSON.stringify(body);
    response.writeHead(status, {
      'content-type': 'application/json',
      // A connection that is kept would keep the process; one whose body was not read to its end cannot be used again.
      ...(ending || !request.complete ? { connection: 'close' } : {}),
    });
    response.end(bytes);
  });
  process.once('SIGTERM', () => {
    ending = true;
    // Takes no new connection, closes idle ones, and ends when the requests in flight are answered. SageMaker waits 30 seconds.
    server.close();
  });
  server.listen(PORT, HOST);
}

main().catch((error) => {
  console.error(JSON.stringify({ level: 'ERROR', message: `the server could not start: ${error.message}` }));
  process.exitCode = 1;
});
