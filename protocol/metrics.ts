/** Namespace of every metric that handlers emit as embedded metric format (EMF). */
export const METRIC_NAMESPACE = 'Slipway';

/** The dimension of every metric here: `<model>-<stage>`. */
export const DEPLOYMENT_DIMENSION = 'Deployment';

/** Second dimension of metrics that are counted per guard rule. Values are rule names, never anything of a request. */
export const GUARD_RULE_DIMENSION = 'GuardRule';

/** Metric names, once. Units are CloudWatch's. */
export const METRIC = {
  /** Count: requests to POST /predictions that reached the handler. */
  predictions: 'Predictions',
  /** Milliseconds: from the start of the handler to its answer. Only answered (200) predictions. */
  latency: 'Latency',
  /** Milliseconds: spent waiting for the model backend. */
  modelTime: 'ModelTime',
  /** Milliseconds: latency less model time, the product's own share. */
  overhead: 'Overhead',
  /** Count: backend answered with an error, or could not be reached. */
  backendFailures: 'BackendFailures',
  /** Count: backend did not answer within the deadline. */
  backendTimeouts: 'BackendTimeouts',
  /** Count: the endpoint refused the request as one too many, also after retries. */
  backendThrottles: 'BackendThrottles',
  /** Count: the endpoint was still loading the model, also after retries. */
  backendNotReady: 'BackendNotReady',
  /** Count: no instance of the model was running; of requests, and of those that wait each time they are tried again. */
  backendAsleep: 'BackendAsleep',
  /** Count: the endpoint did not exist although the pointers say that the model runs. */
  backendStopped: 'BackendStopped',
  /** Count: the model's container answered with an error. */
  modelErrors: 'ModelErrors',
  /** Count: the connection to the endpoint could not be made, or broke, also after another attempt. */
  connectionsLost: 'ConnectionsLost',
  /** Count: requests that were accepted to be answered later (202). */
  deferred: 'Deferred',
  /** Count: accepted requests that were closed with an answer. */
  deferredAnswered: 'DeferredAnswered',
  /** Count: accepted requests that were closed without an answer. */
  deferredFailed: 'DeferredFailed',
  /** Count: messages about accepted requests that could not be dealt with. */
  deferredLost: 'DeferredLost',
  /** Milliseconds: from the request to the end of its record, of requests that were accepted to be answered later. */
  waitTime: 'WaitTime',
  /** Count: a guard rule intervened (blocked or masked); with the rule as second dimension also per rule. */
  guardInterventions: 'GuardInterventions',
  /** Count: requests that a guard rule blocked. */
  guardBlocked: 'GuardBlocked',
  /** Count: a guard rule itself failed. */
  guardFailures: 'GuardFailures',
  /** None, 0..1: the model's confidence in the answer. */
  confidence: 'Confidence',
  /** Count: the prediction record could not be written, so that no answer was given. */
  recordFailures: 'RecordFailures',
  /** Count: feedback joined to its prediction. Negative never; a correction counts 0. */
  feedback: 'Feedback',
  /** Counts over joined feedback; a correction takes the earlier count back with -1. */
  truePositives: 'TruePositives',
  falsePositives: 'FalsePositives',
  falseNegatives: 'FalseNegatives',
  trueNegatives: 'TrueNegatives',
  /** Count: records that were left open by a killed handler and were closed as `cut` by the sweeper. */
  recordsCut: 'RecordsCut',
  /** None: days until a pilot's endpoint is stopped for good, in fractions; negative once it is over. */
  endpointDaysLeft: 'EndpointDaysLeft',
  /** Count: runs of a data pipeline that ended, however they did. Runs that left because another worked are none. */
  dataRuns: 'DataRuns',
  /** Count: 1 for a run that ended as failed, else 0. */
  dataRunFailures: 'DataRunFailures',
  /** Count: 1 for a run whose gate did not pass, else 0. */
  dataGateFailures: 'DataGateFailures',
  /** Count: rows that a run read. */
  dataRows: 'DataRows',
  /** Count: rows of a run that were set apart. */
  dataQuarantined: 'DataQuarantined',
  /** Count: rows of a run that were there before. */
  dataDuplicates: 'DataDuplicates',
  /** None, 0..1: share of the rows of a run that were set apart; only of runs that read rows. */
  dataBadShare: 'DataBadShare',
  /** Seconds: from the beginning of a run to its end. */
  dataRunSeconds: 'DataRunSeconds',
  /** Seconds: since a run last ended well, looked at on a schedule; before the first one, since it is looked at. */
  dataRunAge: 'DataRunAge',
  /**
   * Seconds: age of the newest event of the latest version, looked at on a schedule, where the schema says what an event is; before there is
   * one, since it is looked at.
   */
  dataNewestEventAge: 'DataNewestEventAge',
  /** Count: dataset versions that a run published. */
  dataVersionsPublished: 'DataVersionsPublished',
} as const;

export type MetricName = (typeof METRIC)[keyof typeof METRIC];
