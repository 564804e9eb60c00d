/** Seconds to wait that the SDK found in a refusal. */
export function retryAfterSecondsOf(error: Error): number | undefined {
  const seconds = 'retryAfterSeconds' in error ? Number(error.retryAfterSeconds) : Number.NaN;
  return Number.isFinite(seconds) ? Math.ceil(seconds) : undefined;
}
