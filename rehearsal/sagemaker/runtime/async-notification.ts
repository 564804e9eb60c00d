import type { InvocationFault } from '../faults';

/** A request that was accepted and is answered later. */
export interface AsyncJob {
  readonly endpoint: string;
  readonly inferenceId: string;
  readonly inputLocation: string;
  /** The input itself, where it came with the request. */
  readonly inline: Buffer | undefined;
  readonly outputLocation: string;
  readonly failureLocation: string | undefined;
  readonly contentType: string | undefined;
  readonly accept: string | undefined;
  readonly customAttributes: string | undefined;
  readonly timeoutMs: number;
  readonly receivedAt: Date;
  /** What goes wrong when it is processed. */
  readonly fault: InvocationFault | undefined;
}

/** The message that the service publishes when a request is done. */
export function notificationOf(
  job: AsyncJob,
  awsRegion: string,
  outcome: { readonly contentType: string } | { readonly failureReason: string },
) {
  const failed = 'failureReason' in outcome;
  return {
    awsRegion,
    eventTime: new Date().toISOString(),
    receivedTime: job.receivedAt.toISOString(),
    invocationStatus: failed ? 'Failed' : 'Completed',
    requestParameters: {
      contentType: job.contentType,
      endpointName: job.endpoint,
      inputLocation: job.inputLocation,
      ...(job.customAttributes === undefined ? {} : { customAttributes: job.customAttributes }),
    },
    ...(failed
      ? { failureReason: outcome.failureReason }
      : { responseParameters: { contentType: outcome.contentType, outputLocation: job.outputLocation } }),
    inferenceId: job.inferenceId,
    eventVersion: '1.0',
    eventSource: 'aws:sagemaker',
    eventName: 'InferenceResult',
  };
}
