import type { ComparisonOperator, IAlarmAction, IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct, IConstruct } from 'constructs';

/** How bad an alarm is. Constructs say how bad; the operator says who is told. */
export class Severity {
  /** Users are harmed now: somebody is woken. */
  static readonly CRITICAL = new Severity('critical', 1);
  /** Users will be harmed soon. */
  static readonly HIGH = new Severity('high', 2);
  /** To be looked at in working hours. */
  static readonly MEDIUM = new Severity('medium', 3);
  /** Good to know. */
  static readonly LOW = new Severity('low', 4);

  private constructor(
    readonly name: string,
    /** 1 is the most severe; OpsCenter counts the same way. */
    readonly rank: number,
  ) {}

  /** This severity, or `ceiling` where this one is worse. */
  atMost(ceiling: Severity): Severity {
    return this.rank < ceiling.rank ? ceiling : this;
  }
}

/** Who is told about alarms. Made by `AlarmRoute`. */
export interface IAlarmRoute {
  /** Actions for an alarm of this severity. */
  actionsFor(scope: Construct, severity: Severity): IAlarmAction[];
  /** The topic that alerts other than alarms (budgets) are sent to, where the route has one. */
  topicFor(scope: Construct): ITopic | undefined;
  /** The resources that reach people, for the trace. */
  reachedBy(scope: Construct): IConstruct[];
}

/** One alarm: what is measured, when it fires, and what the person woken reads. */
export interface AlarmDeclaration {
  /** Part of the alarm's name after the deployment, and heading of its runbook section. */
  readonly id: string;
  readonly metric: IMetric;
  readonly threshold: number;
  readonly comparison: ComparisonOperator;
  /** Periods looked at. */
  readonly evaluationPeriods: number;
  /** Of these periods, how many must breach. */
  readonly datapointsToAlarm: number;
  readonly treatMissingData: TreatMissingData;
  readonly severity: Severity;
  /** What happened, as a sentence without a full stop. */
  readonly what: string;
  /** Link to the very resource. */
  readonly link: string;
  /**
   * Clause of the contract that the alarm enforces.
   * @default none
   */
  readonly clause?: string;
}

/** Something that watches: other domains declare alarms with it. */
export interface IMonitor extends IConstruct {
  /** Declares an alarm and registers the clause it enforces. */
  watch(alarm: AlarmDeclaration): void;
}
