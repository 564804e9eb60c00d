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
