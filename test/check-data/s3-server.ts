import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** As much of S3 as a shard needs, on loopback: objects by path, ranges, and the condition that an object is still the same. */
export class S3Server {
  readonly objects = new Map<string, Buffer>();
  /** Method, path and range of each request. */
  readonly requests: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<S3Server> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const s3 = new S3Server(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => void s3.answer(request, response));
    return s3;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://s3');
    const path = decodeURIComponent(url.pathname);
    const body = await buffer(request);
    this.requests.push([request.method, path, request.headers.range].filter(Boolean).join(' '));
    if (request.method === 'PUT') {
      this.objects.set(path, plain(body, request.headers['content-encoding']));
      response.writeHead(200, { etag: '"new"' }).end();
      return;
    }
    const object = this.objects.get(path);
    if (object === undefined) return refuse(response, 404, 'NoSuchKey');
    if (url.searchParams.get('versionId') === 'gone') return refuse(response, 404, 'NoSuchVersion');
    const condition = request.headers['if-match'];
    if (condition !== undefined && condition !== '"same"') return refuse(response, 412, 'PreconditionFailed');
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    const part = from === undefined ? object : object.subarray(Number(from), to === '' ? undefined : Number(to) + 1);
    const headers = { 'content-length': part.length, etag: '"same"' };
    if (from === undefined) response.writeHead(200, headers).end(part);
    else {
      const range = `bytes ${from}-${Number(from) + part.length - 1}/${object.length}`;
      response.writeHead(206, { ...headers, 'content-range': range }).end(part);
    }
  }
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<Error><Code>${code}</Code><Message>no</Message></Error>`);
}

/** A body that the SDK sends in chunks, each with its length before it and a checksum behind the last. */
function plain(body: Buffer, encoding: string | undefined): Buffer {
  if (encoding?.includes('aws-chunked') !== true) return body;
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf('\r\n', at);
    const length = Number.parseInt(body.toString('latin1', at, end), 16);
    if (length === 0) break;
    parts.push(body.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
  return Buffer.concat(parts);
}
