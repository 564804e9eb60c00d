import type { ControlRequest } from '../../protocol/endpoint-control';
import { type Allowed, daysLeft, expiryReason, idleReason, idleSince, type Watched } from './decide';

export interface WatchPorts {
  /** Whether the endpoint should run, and when that or its version was changed. */
  desired(): Promise<Pick<Watched, 'runs' | 'changedAt'>>;
  /** Requests since a time, over every metric that counts them. */
  requestsSince(from: number, to: number): Promise<number>;
  /** Asks the controller; the same name asks once. */
  ask(name: string, request: ControlRequest): Promise<void>;
}

export interface Look {
  /** Undefined where the endpoint does not expire. */
  readonly daysLeft: number | undefined;
  /** Why it is stopped; undefined where it is not. */
  readonly stopped: string | undefined;
}

/** Who asks, as the controller is told. */
const WATCH = 'endpoint-watch';
/** A promotion or a deployment that is under way when the hour strikes ends within it. */
const PATIENCE_SECONDS = 3_000;

/**
 * Stops an endpoint that has expired or that nobody uses. It looks again each hour, so that one that is started after it
 * expired runs for an hour at most.
 */
export async function watch(
  ports: WatchPorts,
  allowed: Allowed,
  { now, since, name }: { readonly now: number; readonly since: number; readonly name: string },
): Promise<Look> {
  const watched: Watched = { now, since, ...(await ports.desired()) };
  const reason = expiryReason(watched, allowed) ?? (await idle(ports, watched, allowed));
  if (reason !== undefined) {
    await ports.ask(name, { action: 'stop', reason, requestedBy: WATCH, waitIfBusySeconds: PATIENCE_SECONDS });
  }
  return { daysLeft: daysLeft(watched, allowed), stopped: reason };
}

async function idle(ports: WatchPorts, watched: Watched, allowed: Allowed): Promise<string | undefined> {
  const from = idleSince(watched, allowed);
  if (from === undefined) return undefined;
  return (await ports.requestsSince(from, watched.now)) === 0 ? idleReason(allowed) : undefined;
}
