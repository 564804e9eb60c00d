import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly type?: string;
  readonly body?: unknown;
}

/** An HTTP server on loopback that keeps what it was sent. */
export class Loopback {
  readonly received: Received[] = [];
  reply: (request: Received) => Reply | Promise<Reply> = () => ({ status: 200 });

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<Loopback> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const loopback = new Loopback(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', async (request, response) => {
      const { method, url: path, headers } = request;
      const received = { method, path, headers, body: await text(request) };
      loopback.received.push(received);
      const { status, type = 'application/json', body } = await loopback.reply(received);
      response.writeHead(status, { 'content-type': type });
      response.end(body === undefined ? '' : JSON.stringify(body));
    });
    return loopback;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
