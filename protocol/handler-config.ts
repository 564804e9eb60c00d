import type { GuardPolicyDocument } from './guard';

/** What `HANDLER_CONFIG_FILE` holds beside the bundle of `predict`. */
export interface PredictConfig {
  readonly guard: GuardPolicyDocument;
}

/** What `HANDLER_CONFIG_FILE` holds beside the bundle of `records`. */
export interface RecordsConfig {
  /**
   * Label that counts as positive, one against the rest. Without it feedback is counted over all labels (micro-average): a
   * right answer is a true positive, a wrong one a false positive of its label and a false negative of the true one.
   */
  readonly positiveLabel?: string;
  /** Terms that the guard masks in recorded replies, and so in the labels that feedback is compared with. */
  readonly maskedTerms: readonly string[];
}
