import { sendToS3 } from './clients/s3';

/** Keeps a payload that does not fit into its item. */
export async function putPayload(
  reference: { readonly bucket: string; readonly key: string },
  text: string,
): Promise<void> {
  await sendToS3('PutObject', reference, { body: text });
}
