import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { ApiError } from '../api-error';
import { Double, type DoubleOptions } from '../double';
import { ConnectionReset, type RuntimeReply } from '../runtime/runtime-request';
import { ControlPlane } from './operations';

const JSON_1_1 = 'application/x-amz-json-1.1';
const INVOCATION = /^\/endpoints\/([^/]+)\/(invocations|async-invocations)$/;

/** The double as an HTTP server on loopback. */
export class DoubleServer {
  private readonly control: ControlPlane;

  private constructor(
    readonly double: Double,
    private readonly server: Server,
    readonly url: string,
  ) {
    this.control = new ControlPlane(double);
    server.on('request', (request, response) => void this.handle(request, response));
  }

  /** @param report Of errors that no caller is told. */
  static async start(options: DoubleOptions, report: (error: unknown) => void = console.error): Promise<DoubleServer> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return new DoubleServer(new Double(options, report), server, `http://127.0.0.1:${port}`);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.double.stop();
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await buffer(request);
      const { status, headers, body: answer } = await this.route(request, body);
      response.writeHead(status, { 'x-amzn-requestid': randomUUID(), ...headers });
      response.end(answer);
    } catch (error) {
      if (error instanceof ConnectionReset) request.socket.resetAndDestroy();
      else this.refuse(request, response, error);
    }
  }

  private async route(request: IncomingMessage, body: Buffer): Promise<RuntimeReply> {
    const { pathname } = new URL(request.url ?? '/', this.url);
    const target = request.headers['x-amz-target'];
    if (request.method === 'POST' && typeof target === 'string') {
      return json(200, await this.control.call(target, body.toString('utf8')), JSON_1_1);
    }
    const [, endpoint = '', how] = INVOCATION.exec(pathname) ?? [];
    if (request.method === 'POST' && how !== undefined) {
      const invocation = { endpoint: decodeURIComponent(endpoint), headers: request.headers, body };
      return how === 'invocations'
        ? this.double.runtime.invoke(invocation)
        : this.double.asyncRuntime.invoke(invocation);
    }
    if (pathname.startsWith('/_double/')) return this.ownRoute(`${request.method} ${pathname}`, body);
    throw new ApiError('UnknownOperationException', `${request.method} ${pathname} is not known to the double`, 404);
  }

  /** What only tests and the rehearsal ask. */
  private async ownRoute(route: string, body: Buffer): Promise<RuntimeReply> {
    const { double } = this;
    const sent = (): unknown => JSON.parse(body.toString('utf8'));
    switch (route) {
      case 'GET /_double/faults':
        return json(200, { faults: double.faults.pending() });
      case 'POST /_double/faults':
        double.faults.add(sent());
        return json(200, { faults: double.faults.pending() });
      case 'DELETE /_double/faults':
        double.faults.clear();
        return json(200, { faults: [] });
      case 'POST /_double/connect':
        double.connect(endpointOf(sent()));
        return json(200, {});
      case 'POST /_double/flush':
        await double.metrics.flush();
        return json(200, {});
      case 'GET /_double/metrics':
        return json(200, { metrics: double.metrics.published });
      case 'GET /_double/processes':
        return json(200, { pids: double.pids });
      default:
        throw new ApiError('UnknownOperationException', `${route} is not known to the double`, 404);
    }
  }

  private refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const known = error instanceof ApiError;
    if (!known) console.error(error);
    const { code, message, status, details } = known
      ? error
      : { code: 'InternalFailure', message: String(error), status: 500, details: {} };
    // The control plane names the error in the body, the runtime in a header; both read their message by its own spelling.
    const isJson = typeof request.headers['x-amz-target'] === 'string';
    const members = isJson ? { __type: code, message, ...details } : { Message: message, message, ...details };
    response.writeHead(status, {
      'content-type': isJson ? JSON_1_1 : 'application/json',
      'x-amzn-requestid': randomUUID(),
      ...(isJson ? {} : { 'x-amzn-errortype': code }),
    });
    response.end(JSON.stringify(members));
  }
}

function json(status: number, body: object, contentType = 'application/json'): RuntimeReply {
  return { status, headers: { 'content-type': contentType }, body: JSON.stringify(body) };
}

function endpointOf(value: unknown): string {
  const { endpoint } = typeof value === 'object' && value !== null && 'endpoint' in value ? value : { endpoint: '' };
  if (typeof endpoint !== 'string') throw new ApiError('SerializationException', 'endpoint is not a URL');
  return endpoint;
}
