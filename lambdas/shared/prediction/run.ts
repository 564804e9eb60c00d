import type { Facts } from './measure';
import type { Ports } from './ports';
import type { PredictionCall } from './request';
import type { Routing } from './routing';

export interface Settings {
  readonly deployment: string;
  readonly model: string;
  readonly timeoutMs: number;
  readonly recordTtlDays: number;
  readonly payloadBucket: string;
  /** Names of members that the schema of the input defines: problem documents may repeat them. */
  readonly inputNames: ReadonlySet<string>;
  /** Whether the backend is an endpoint, whose ways of failing are counted one by one. */
  readonly endpoint?: boolean;
  /** How long a request may wait for its answer, where requests may wait. */
  readonly waitMs?: number;
}

/** One request on its way. */
export interface Run {
  readonly call: PredictionCall;
  readonly ports: Ports;
  readonly routing: Routing;
  readonly settings: Settings;
  /** Milliseconds since the epoch, when the handler started. */
  readonly startedAt: number;
  /** The same moment on the monotonic clock. */
  readonly startedMs: number;
  readonly facts: Facts;
}
