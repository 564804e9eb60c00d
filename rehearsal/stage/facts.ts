/** What the rehearsal must know of a stage beside its templates; the rehearsed app writes it into its own stack's metadata. */
export interface StageFacts {
  readonly stage: string;
  readonly model: string;
  readonly deployment: string;
  readonly region: string;
  readonly criteria: readonly { readonly metric: string; readonly atLeast: number }[];
  readonly latencyP95Ms: number;
  readonly peakRequestsPerSecond: number;
  /** Judged answers from which a success criterion is decided. */
  readonly minimumFeedback: number;
}

export const FACTS_METADATA = 'slipway:rehearsal';
/** Of the operate stack: which clause is enforced by which resource. */
export const CONTRACT_METADATA = 'slipway:contract';
