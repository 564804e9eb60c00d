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

/** What `HANDLER_CONFIG_FILE` holds beside the bundle of `endpoint-watch`. */
export interface EndpointWatchConfig {
  /** Without it, the endpoint does not expire. */
  readonly expiresAfterDays?: number;
  /** Without it, the endpoint may idle. */
  readonly stopWhenIdleHours?: number;
  /** Metrics that count requests: an endpoint is idle when all of them are silent. */
  readonly activity: readonly {
    readonly namespace: string;
    readonly metricName: string;
    readonly dimensions: Readonly<Record<string, string>>;
  }[];
}

/** What `HANDLER_CONFIG_FILE` holds beside the bundle of `endpoint-controller`. */
export interface EndpointControllerConfig {
  /** First request to an endpoint that was started or changed; without it none is sent. */
  readonly warmUp?: {
    readonly inferenceComponent?: string;
    readonly contentType: string;
    readonly body: string;
  };
  readonly limits: {
    readonly stackWaitMs: number;
    readonly updateMs: number;
    readonly settleMs: number;
  };
}
