import { endpointOverride, regionalDomain, signingClient } from './signed-fetch';

/**
 * S3 for payloads alone: three operations over a signed `fetch`. The SDK's S3 client would add 150 KB to a bundle that is parsed
 * at every cold start, for what one request in many needs.
 */
const ATTEMPTS = 2;
/** 1 MB takes well under a second within a region. */
const ATTEMPT_MS = 2_000;

export type S3Operation = 'PutObject' | 'GetObject' | 'DeleteObject';

const METHOD: Record<S3Operation, string> = { PutObject: 'PUT', GetObject: 'GET', DeleteObject: 'DELETE' };

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

/** An object that is larger than its reader takes. Nothing of it was kept. */
export class ObjectTooLarge extends Error {
  constructor(readonly maxBytes: number) {
    super(`the object has more than ${maxBytes} bytes`);
    this.name = 'ObjectTooLarge';
  }
}

export interface S3Sending {
  readonly body?: string;
  /** Largest object that is read. */
  readonly maxBytes?: number;
}

/** Sends one operation; the object's text for GetObject. All may be repeated without harm. */
export async function sendToS3(operation: S3Operation, object: S3Object, sending: S3Sending = {}): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptS3(operation, object, sending);
    } catch (error) {
      const refused = error instanceof ObjectTooLarge || (error instanceof S3Error && error.$fault === 'client');
      if (refused || attempt === ATTEMPTS) throw error;
    }
  }
}

async function attemptS3(operation: S3Operation, object: S3Object, { body, maxBytes }: S3Sending): Promise<string> {
  const signed = await (await signingClient('s3')).sign(urlOf(object), {
    method: METHOD[operation],
    body,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
  });
  const response = await fetch(signed, { signal: AbortSignal.timeout(ATTEMPT_MS) });
  const text = await textWithin(response, maxBytes);
  if (response.ok) return text;
  const code = /<Code>(\w{1,64})<\/Code>/.exec(text)?.[1] ?? `Http${response.status}`;
  throw new S3Error(operation, code, response.status, object.bucket);
}

/** Read piece by piece: a header may be missing, and a large object must not fill the memory before it is refused. */
async function textWithin(response: Response, maxBytes: number | undefined): Promise<string> {
  if (maxBytes === undefined || response.body === null) return response.text();
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body) {
    bytes += piece.byteLength;
    if (bytes > maxBytes) throw new ObjectTooLarge(maxBytes);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function urlOf({ bucket, key }: S3Object): string {
  const path = key.split('/').map(encodeURIComponent).join('/');
  const endpoint = endpointOverride('AWS_ENDPOINT_URL_S3');
  if (endpoint !== undefined) return `${endpoint}/${bucket}/${path}`;
  const { region, domain } = regionalDomain();
  return `https://${bucket}.s3.${region}.${domain}/${path}`;
}
