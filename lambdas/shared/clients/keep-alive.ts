import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/**
 * A socket that was idle longer may be dead without knowing it: a frozen sandbox hears no FIN. A request that dies on it could
 * not be repeated, because nobody knows whether it arrived; so such sockets are not used.
 */
const IDLE_LIMIT_MS = 20_000;

/** Connections to one service that are kept for the next request, as long as they can be trusted. */
export class KeptConnections {
  readonly httpAgent = new HttpAgent({ keepAlive: true });
  readonly httpsAgent = new HttpsAgent({ keepAlive: true });
  private lastUsed = 0;

  /** Call before each request. */
  dropIdle(): void {
    const now = Date.now();
    if (now - this.lastUsed > IDLE_LIMIT_MS) {
      for (const agent of [this.httpAgent, this.httpsAgent]) {
        for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
      }
    }
    this.lastUsed = now;
  }
}
