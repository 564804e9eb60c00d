import { sendToS3 } from './clients/s3';

/** Text of a payload that `putPayload` kept. */
export async function getPayload(reference: { readonly bucket: string; readonly key: string }): Promise<string> {
  return sendToS3('GetObject', reference);
}
