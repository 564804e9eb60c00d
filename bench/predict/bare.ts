import { Agent, request } from 'node:http';

/**
 * What `predict` must wait for at the least: the same two calls, of the same size, over kept connections, with Node's own client
 * and nothing else. Asked as a handler, so that it is measured as one; the difference to `predict` is what `predict` adds.
 */
const services = new URL(process.env.AWS_ENDPOINT_URL ?? '');
const agent = new Agent({ keepAlive: true });

/** Bytes of the bodies that `predict` sends for a kilobyte of text. */
const INVOCATION = JSON.stringify({ input: 'x'.repeat(1_230) });
const RECORD = JSON.stringify({ TableName: 'records', Item: 'x'.repeat(1_610) });

export async function handler(): Promise<{ statusCode: number; body: string }> {
  const body = await post('/2015-03-31/functions/model/invocations', INVOCATION);
  await post('/', RECORD, { 'x-amz-target': 'DynamoDB_20120810.PutItem' });
  return { statusCode: 200, body };
}

function post(path: string, body: string, headers: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = services;
    const call = request({ hostname, port, path, method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('end', () => resolve(text)).once('error', reject);
    });
    call.once('error', reject).end(Buffer.from(body));
  });
}
