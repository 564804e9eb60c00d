import type { Feedback, PredictionRecord } from '../../protocol/prediction';
import type { Diagnostics } from '../shared/diagnostics';

/** What reading records and joining feedback need of the world. */
export interface Ports {
  readonly records: RecordFile;
  readonly payloads: PayloadReader;
  readonly log: Diagnostics;
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface RecordFile {
  find(inferenceId: string): Promise<PredictionRecord | undefined>;
  /**
   * Writes feedback over the revision that was seen (none: there was no feedback), on an answered record. `lost` when another
   * request wrote it meanwhile, or the record is gone.
   */
  writeFeedback(inferenceId: string, feedback: Feedback, seenRevision: number | undefined): Promise<'written' | 'lost'>;
}

export interface PayloadReader {
  get(reference: { readonly bucket: string; readonly key: string }): Promise<string>;
}
