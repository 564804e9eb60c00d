import type { Duration } from 'aws-cdk-lib';

/**
 * What production demands of a model. Every member except `purpose` is enforced by something deployed or by synthesis;
 * `npx slipway contract <stage>` shows by what.
 */
export interface ProductionContract {
  /** What the model is for, in one sentence; description, not a clause. */
  readonly purpose: string;
  /**
   * Who answers for the model.
   * @default nobody; refused by profiles that demand a whole contract
   */
  readonly owner?: Owner;
  /** The objective: 95 of 100 answers are given within it, measured in the handler. 1 ms to 28 s. */
  readonly latencyP95: Duration;
  /**
   * The deadline of one request, after which it is answered 504. At least `latencyP95`, at most 28 s: the API gives up
   * after 29 s.
   * @default 10 x latencyP95, at most 28 s
   */
  readonly timeout?: Duration;
  /** Share of requests that must not fail on our side, in percent, 50 to 99.999. */
  readonly availability: number;
  /** Requests a second at the peak, above 0 to 100,000. */
  readonly peakRequestsPerSecond: number;
  /**
   * Requests a month that are expected; an alarm tells when the traffic is far above it.
   * @default unknown
   */
  readonly requestsPerMonth?: number;
  /**
   * What counts as good enough, measured from feedback.
   * @default none; refused by profiles that demand a whole contract
   */
  readonly success?: Criterion[];
  /**
   * The label that counts as positive for precision, recall and F1.
   * @default all labels count alike (micro-average): precision, recall and F1 are then the accuracy
   */
  readonly positiveLabel?: string;
  /**
   * What the model may cost a month in US dollars, over all stages that share the contract; a profile takes its share.
   * @default no budget; refused by profiles that demand a whole contract
   */
  readonly monthlyBudgetUsd?: number;
  /**
   * Mailboxes of finance that get the budget's alerts, 10 at most.
   * @default only the owner's topic gets them
   */
  readonly financeEmails?: string[];
  /**
   * How old the newest event of the data that the model learns from may be; a minute to ten years. Needs `data` of the stage, whose
   * schema says which column tells an event.
   * @default no demand
   */
  readonly dataFreshness?: Duration;
  /** How sensitive the data is. */
  readonly dataClass: DataClass;
  /** Regions where the model and its data may live; a stage elsewhere fails synthesis. */
  readonly allowedRegions: string[];
}

/** Who answers for a model. */
export interface Owner {
  /** Team, as it stands in the tag `slipway:owner`. */
  readonly team: string;
  /** Mailbox of the team. */
  readonly email: string;
  /**
   * Who is called at night.
   * @default nobody; refused by profiles that demand a whole contract
   */
  readonly onCall?: OnCall;
  /**
   * Who pays, as it stands in the tag `slipway:cost-centre`.
   * @default the team
   */
  readonly costCentre?: string;
}

/** How the person on call is reached. */
export class OnCall {
  /** A mailbox that wakes somebody; the stage's own alarm topic sends to it. */
  static email(address: string): OnCall {
    return new OnCall('email', address);
  }

  /**
   * A topic that exists, such as that of a paging service. Its policy must admit CloudWatch, and its key, if it has one
   * of its own, too.
   */
  static topic(topicArn: string): OnCall {
    return new OnCall('topic', topicArn);
  }

  /** OpsItems in Systems Manager OpsCenter. */
  static opsCenter(): OnCall {
    return new OnCall('ops-center', '');
  }

  private constructor(
    /** email, topic or ops-center. */
    readonly channel: string,
    /** The address or ARN; empty for OpsCenter. */
    readonly target: string,
  ) {}
}

/**
 * How sensitive the data of a model is. Whatever the class, what is kept is encrypted with the stage's own key and recognised
 * personal data are masked in it. Data that concern people are findable by subject besides, and a policy that lets them reach the
 * model is pointed out at synthesis.
 */
export class DataClass {
  static readonly PUBLIC = new DataClass('public', false);
  static readonly INTERNAL = new DataClass('internal', false);
  static readonly CONFIDENTIAL = new DataClass('confidential', false);
  /** Concerns people: masked wherever it is kept, findable by subject, erasable. */
  static readonly PERSONAL = new DataClass('personal', true);

  private constructor(
    readonly name: string,
    /** Whether the data concerns people. */
    readonly personal: boolean,
  ) {}
}

/** A measure of success and the least it may be. */
export class Criterion {
  /**
   * `metric` is one of accuracy, precision, recall, f1; `threshold` is above 0 and at most 1. Anything else fails
   * synthesis, together with the other faults of the contract.
   */
  static atLeast(metric: string, threshold: number): Criterion {
    return new Criterion(metric, threshold);
  }

  private constructor(
    readonly metric: string,
    readonly threshold: number,
  ) {}
}
