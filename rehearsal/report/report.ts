import type { GateCheck, RowCounts } from '../../protocol/dataset';
import type { RunOutcome } from '../../protocol/dataset-catalogue';
import type { GuardAction, GuardMode, SensitiveKind } from '../../protocol/guard';

/** Raised when a field changes its meaning or goes away; a new field does not raise it. */
export const REPORT_SCHEMA = 1;

/** A measured share or score; `unknown` where its denominator is 0, because 0 would be a claim. */
export type Measured = number | 'unknown';

/**
 * What one rehearsal measured, as JSON. A part that is `null` did not run, or ended before it could say anything;
 * a number is in it only because something counted it.
 */
export interface ReportParts {
  readonly schema: typeof REPORT_SCHEMA;
  readonly slipwayVersion: string;
  readonly stage: string;
  readonly model: string;
  /** `<model>-<stage>` */
  readonly deployment: string;
  readonly region: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Where the model ran: `lambda`, or an endpoint of the double of SageMaker. */
  readonly backend: string;
  readonly emulator: EmulatorReport;
  /** What the contract counts as good enough; empty where it states nothing. */
  readonly criteria: readonly CriterionReport[];
  /** In the order in which they run. */
  readonly steps: readonly StepReport[];
  readonly deployed: DeployedReport | null;
  /** What no rehearsal on this machine can check. */
  readonly notRun: readonly NotRunReport[];
  /** A stage may have no data pipeline; that is not the same as one that did not run. */
  readonly data: DataReport | 'not declared' | null;
  readonly training: TrainingReport | null;
  readonly traffic: TrafficReport | null;
  readonly quality: QualityReport | null;
  readonly latency: LatencyReport | null;
  readonly guard: GuardReport | null;
  /** Ways through the stage that the mails do not take, each taken once. */
  readonly paths: readonly PathReport[] | null;
  readonly feedback: FeedbackReport | null;
  readonly records: RecordsReport | null;
  readonly denied: DeniedReport | null;
  readonly alarms: readonly AlarmReport[] | null;
  /** A pilot may have none; that is not the same as one that was never looked at. */
  readonly budget: BudgetReport | 'not declared' | null;
  readonly nothingLeft: NothingLeftReport | null;
}

export interface RehearsalReport extends ReportParts {
  readonly verdict: 'passed' | 'failed';
  /** One sentence each; empty exactly when the verdict is `passed`. */
  readonly failures: readonly string[];
  /** What a reader should know although it does not fail the rehearsal; one sentence each. */
  readonly notes: readonly string[];
}

export interface EmulatorReport {
  readonly name: string;
  readonly version: string;
  readonly endpoint: string;
}

export interface CriterionReport {
  readonly metric: QualityMetric;
  /** 0..1 */
  readonly atLeast: number;
}

export interface StepReport {
  readonly name: string;
  /** 0 on a step that did not run. */
  readonly seconds: number;
  readonly status: 'done' | 'failed' | 'not run';
  readonly detail?: string;
}

export interface DeployedReport {
  readonly stacks: readonly { readonly name: string; readonly resources: number }[];
  /** Resources that went to the emulator as they would go to AWS. */
  readonly resourcesUnchanged: number;
  /** Distinct resource types of the stage, stand-ins included. */
  readonly resourceTypes: number;
  readonly standIns: readonly StandInReport[];
}

export interface StandInReport {
  readonly logicalId: string;
  /** Construct path. */
  readonly path: string;
  /** The CloudFormation type that was declared. */
  readonly type: string;
  readonly stack: string;
  /** The emulator's API that holds the real thing, such as `Budgets API`; absent where it was recorded only. */
  readonly backedBy?: string;
}

export interface NotRunReport {
  readonly what: string;
  readonly why: string;
}

/** What the data pipeline made of what arrived. */
export interface DataReport {
  readonly dataset: string;
  readonly runs: readonly DataRunReport[];
  /** The first first. */
  readonly versions: readonly DataVersionReport[];
  /** Rows that were set apart, by what was wrong with them; a row may have several faults. */
  readonly faults: readonly { readonly rule: string; readonly column: string | null; readonly rows: number }[];
  /** Rows that one version held out and a later one would train on: none, ever. */
  readonly heldOutThenTrained: number;
}

export interface DataRunReport {
  readonly what: string;
  readonly objects: number;
  readonly outcome: RunOutcome;
  /** Null where the run ended before it counted. */
  readonly counts: RowCounts | null;
  /** What was put into the objects. */
  readonly planted: RowCounts;
  readonly version: string | null;
  /** Empty where nothing was judged. */
  readonly gate: readonly GateCheck[];
  readonly seconds: number;
}

export interface DataVersionReport {
  readonly version: string;
  readonly parent: string | null;
  readonly train: number;
  readonly holdOut: number;
  readonly shards: number;
  /** Its address and the digest of every shard were recomputed from what is stored. */
  readonly verified: boolean;
}

export interface TrainingReport {
  readonly mails: number;
  /** Dataset version; absent where the mails were read from disk. */
  readonly dataset?: string;
  readonly train: number;
  readonly heldOut: number;
  /** By name, as the model version was registered with. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly modelVersion: string;
}

export interface StatusCount {
  readonly status: number | 'no answer';
  readonly count: number;
}

export interface TrafficReport {
  readonly requests: number;
  /** 200. */
  readonly answered: number;
  /** Refused by a guard rule. */
  readonly blocked: number;
  /** Everything else, by HTTP status. */
  readonly failed: readonly StatusCount[];
  /** Requests in flight at once. */
  readonly concurrency: number;
  readonly seconds: number;
  readonly requestsPerSecond: number;
}

export type QualityMetric = 'accuracy' | 'precision' | 'recall' | 'f1';

/** Spam is the positive class. */
export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
}

export type QualityMetrics = Readonly<Record<QualityMetric, Measured>>;

/** Answers that carried a confidence in `from <= confidence < to`; the last bin holds its upper bound too. */
export interface ConfidenceBin {
  readonly from: number;
  readonly to: number;
  /** By the true label. */
  readonly spam: number;
  readonly ham: number;
}

export interface QualityReport extends Confusion, QualityMetrics {
  readonly confidence: readonly ConfidenceBin[];
}

/** Percentiles by nearest rank: each is a sample that was measured, never one in between. */
export interface LatencySummary {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** `total` = `overhead` + `model`, measured in the handler; `client` is the round trip that the caller saw. */
export type LatencyKind = 'total' | 'overhead' | 'model' | 'client';

export interface LatencyReport extends Readonly<Record<LatencyKind, LatencySummary | null>> {
  readonly unit: 'ms';
  readonly percentiles: 'nearest rank';
  /** The contract's objective for `total`; null where it states none. */
  readonly objectiveP95Ms: number | null;
  /** Ascending, thinned evenly where there are many: for charts, not for recomputing percentiles. */
  readonly samples: Readonly<Record<LatencyKind, readonly number[]>>;
}

export interface InterventionReport {
  readonly rule: string;
  readonly mode: GuardMode;
  readonly action: GuardAction;
  /** Requests and replies in which the rule found something. */
  readonly count: number;
  readonly kinds?: readonly SensitiveKind[];
}

export interface GuardReport {
  readonly interventions: readonly InterventionReport[];
}

export interface PathReport {
  readonly what: string;
  readonly ok: boolean;
  /** What came of it: an HTTP status and the problem, or the error. */
  readonly seen: string;
}

export interface FeedbackReport {
  readonly sent: number;
  /** Records that carry the label that was sent. */
  readonly joined: number;
  /** What was refused, by HTTP status. */
  readonly failed: readonly StatusCount[];
  /** Joined labels from which a success criterion is decided. */
  readonly neededByCriteria: number;
}

export interface RecordsReport {
  readonly answers: number;
  readonly records: number;
  /** The same inference ids on both sides, not only the same number. */
  readonly equal: boolean;
  /** Where a record says something else than its caller was answered; one sentence each. */
  readonly differing: readonly string[];
}

export interface DeniedReport {
  readonly count: number;
  readonly calls: readonly { readonly function: string; readonly error: string }[];
}

export interface AlarmReport {
  readonly name: string;
  readonly severity: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA' | 'NOT_EVALUATED';
  readonly reason: string;
  /** Clause of the contract that it enforces. */
  readonly clause?: string;
  readonly actions: readonly string[];
  /** Metrics that it reads and that nothing emitted, with exactly their dimensions. */
  readonly unseen: readonly string[];
  /** Section of the runbook. */
  readonly runbook: string;
  /** The rehearsal provoked it on purpose, so that its state ALARM is no failure. */
  readonly provoked?: boolean;
}

export interface BudgetReport {
  readonly limitUsd: number;
  readonly thresholds: readonly { readonly percent: number; readonly type: 'ACTUAL' | 'FORECASTED' }[];
  /** How many are told; never their addresses. */
  readonly subscribers: number;
  readonly filteredBy: string;
}

export interface NothingLeftReport {
  /** False when the stage was kept, so that there was nothing to check yet. */
  readonly checked: boolean;
  /** Kept by the profile, then removed by the rehearsal. */
  readonly removedRetained: readonly LeftResource[];
  readonly leftOver: readonly LeftResource[];
}

export interface LeftResource {
  readonly type: string;
  readonly name: string;
}
