import { sendToS3 } from './clients/s3';

/** Text of an object, of at most `maxBytes` where that is given: what `putPayload` kept is bounded already. */
export async function getPayload(
  reference: { readonly bucket: string; readonly key: string },
  maxBytes?: number,
): Promise<string> {
  return sendToS3('GetObject', reference, { maxBytes });
}
