/**
 * How many instances a load needs, and at which value of a metric they are kept. Sources: developer guide, "Load testing your
 * auto scaling configuration" (the target per minute) and Little's law (requests in flight = rate x time of one).
 */

/** Quotients such as 0.3 / 0.1 are a hair above a whole number; the hair is no instance. */
const HAIR = 1e-9;

/** Instances that serve `peak` requests a second when one serves `maxPerInstance`, of which only a share is used. */
export function instancesForRate(peak: number, maxPerInstance: number, safetyFactor: number): number {
  return Math.max(1, Math.ceil(peak / (maxPerInstance * safetyFactor) - HAIR));
}

/** Requests in flight at the peak. */
export function requestsInFlight(peak: number, latencySeconds: number): number {
  return peak * latencySeconds;
}

/** Target of `SageMakerVariantInvocationsPerInstance`, which counts a minute's requests. */
export function invocationsPerMinute(maxPerSecond: number, safetyFactor: number): number {
  return rounded(maxPerSecond * safetyFactor * 60);
}

/** Target of the high-resolution metrics of concurrent requests. */
export function concurrencyTarget(maxConcurrent: number, safetyFactor: number): number {
  return rounded(maxConcurrent * safetyFactor);
}

/** Without the noise of floating point. */
function rounded(value: number): number {
  return Number(value.toFixed(6));
}
