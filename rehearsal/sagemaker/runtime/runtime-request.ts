import type { IncomingHttpHeaders } from 'node:http';

export interface RuntimeRequest {
  readonly endpoint: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface RuntimeReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

/** Headers of the runtime API, as Node hands them over. */
export const HEADER = {
  accept: 'accept',
  acceptAsync: 'x-amzn-sagemaker-accept',
  component: 'x-amzn-sagemaker-inference-component',
  contentType: 'content-type',
  contentTypeAsync: 'x-amzn-sagemaker-content-type',
  customAttributes: 'x-amzn-sagemaker-custom-attributes',
  failureLocation: 'x-amzn-sagemaker-failurelocation',
  fileName: 'x-amzn-sagemaker-filename',
  inferenceId: 'x-amzn-sagemaker-inference-id',
  inputLocation: 'x-amzn-sagemaker-inputlocation',
  invokedVariant: 'x-amzn-invoked-production-variant',
  outputLocation: 'x-amzn-sagemaker-outputlocation',
  outputPathExtension: 'x-amzn-sagemaker-s3outputpathextension',
  targetVariant: 'x-amzn-sagemaker-target-variant',
  timeoutSeconds: 'x-amzn-sagemaker-invocationtimeoutseconds',
} as const;

export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The named headers, without those that are not there. */
export function present(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** The caller's connection is cut without an answer. */
export class ConnectionReset extends Error {
  constructor() {
    super('the connection is reset');
    this.name = 'ConnectionReset';
  }
}
