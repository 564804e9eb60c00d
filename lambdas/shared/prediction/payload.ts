import { INLINE_PAYLOAD_BYTES, type StoredPayload } from '../../../protocol/prediction';
import type { PayloadReference, PayloadStore } from './ports';

/** Where a payload will be kept, and what must be uploaded for it first. */
export interface PlannedPayload {
  readonly stored: StoredPayload;
  readonly upload?: { readonly reference: PayloadReference; readonly text: string };
}

interface PayloadPlace {
  readonly bucket: string;
  readonly inferenceId: string;
  /** ISO 8601 time of the record: its day is in the key. */
  readonly at: string;
  readonly name: 'input' | 'output';
}

export function planPayload(value: unknown, place: PayloadPlace): PlannedPayload {
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) <= INLINE_PAYLOAD_BYTES) return { stored: { inline: value } };
  const day = place.at.slice(0, 10).replaceAll('-', '/');
  const reference = { bucket: place.bucket, key: `predictions/${day}/${place.inferenceId}/${place.name}.json` };
  return { stored: reference, upload: { reference, text } };
}

export async function uploadPayload(planned: PlannedPayload | null, payloads: PayloadStore): Promise<void> {
  if (planned?.upload !== undefined) await payloads.put(planned.upload.reference, planned.upload.text);
}

export async function loadPayload(stored: StoredPayload, payloads: PayloadStore): Promise<unknown> {
  return 'inline' in stored ? stored.inline : JSON.parse(await payloads.get(stored));
}
