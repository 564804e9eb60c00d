import { AwsClient } from 'aws4fetch';
import { defaultProvider, runtimeValue } from './runtime-credentials';

/**
 * S3 for payloads alone: two operations over a signed `fetch`. The SDK's S3 client would add 150 KB to a bundle that is parsed
 * at every cold start, for what one request in many needs.
 */
const ATTEMPTS = 2;
/** 1 MB takes well under a second within a region. */
const ATTEMPT_MS = 2_000;

export type S3Operation = 'PutObject' | 'GetObject';

const METHOD: Record<S3Operation, string> = { PutObject: 'PUT', GetObject: 'GET' };

/** A refusal of S3, named by its code (`AccessDenied`, `NoSuchKey` ...), as the SDK's errors are. */
class S3Error extends Error {
  readonly $fault: 'client' | 'server';

  constructor(operation: S3Operation, code: string, status: number, bucket: string) {
    super(`S3 ${operation} on bucket ${bucket} was refused with ${status} ${code}`);
    this.name = code;
    this.$fault = status < 500 ? 'client' : 'server';
  }
}

export interface S3Object {
  readonly bucket: string;
  readonly key: string;
}

/** Sends one operation; the object's text for GetObject. Both may be repeated without harm. */
export async function sendToS3(operation: S3Operation, object: S3Object, body?: string): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptS3(operation, object, body);
    } catch (error) {
      const refused = error instanceof S3Error && error.$fault === 'client';
      if (refused || attempt === ATTEMPTS) throw error;
    }
  }
}

async function attemptS3(operation: S3Operation, object: S3Object, body: string | undefined): Promise<string> {
  const signed = await (await s3Client()).sign(urlOf(object), {
    method: METHOD[operation],
    body,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
  });
  const response = await fetch(signed, { signal: AbortSignal.timeout(ATTEMPT_MS) });
  const text = await response.text();
  if (response.ok) return text;
  const code = /<Code>(\w{1,64})<\/Code>/.exec(text)?.[1] ?? `Http${response.status}`;
  throw new S3Error(operation, code, response.status, object.bucket);
}

async function s3Client(): Promise<AwsClient> {
  return new AwsClient({
    ...(await defaultProvider()()),
    service: 's3',
    region: runtimeValue('AWS_REGION'),
    retries: 0,
  });
}

function urlOf({ bucket, key }: S3Object): string {
  const path = key.split('/').map(encodeURIComponent).join('/');
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
  if (endpoint !== undefined && endpoint !== '') return `${endpoint.replace(/\/$/, '')}/${bucket}/${path}`;
  const region = runtimeValue('AWS_REGION');
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://${bucket}.s3.${region}.${domain}/${path}`;
}
