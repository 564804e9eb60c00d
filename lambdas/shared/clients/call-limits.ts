const CONNECT_MS = 2_000;

export interface CallLimits {
  /** Milliseconds in which one attempt must be answered. */
  readonly attemptMs: number;
  readonly attempts: number;
}

/** Settings of an SDK client whose calls end. By itself the SDK only warns of a `requestTimeout` that has passed, and waits on. */
export function callsWithin({ attemptMs, attempts }: CallLimits) {
  return {
    maxAttempts: attempts,
    requestHandler: { requestTimeout: attemptMs, throwOnRequestTimeout: true, connectionTimeout: CONNECT_MS },
  };
}
