import { sendToS3 } from './clients/s3';

/** Deletes a payload that has served; one that is gone already is no fault. */
export async function deletePayload(reference: { readonly bucket: string; readonly key: string }): Promise<void> {
  await sendToS3('DeleteObject', reference);
}
