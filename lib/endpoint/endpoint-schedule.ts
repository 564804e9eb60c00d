import { Duration, RemovalPolicy, Stack, type TimeZone } from 'aws-cdk-lib';
import { ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression, ScheduleGroup, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { ControlRequest } from '../../protocol/endpoint-control';
import { checkText, faultsOf, show } from '../core/checks';
import { ConfigError } from '../core/config-error';
import { queueLink, stateMachineLink } from '../core/console-link';
import { deadLetterQueue } from '../core/dead-letter-queue';
import { type IMonitor, Severity } from '../monitor/api';
import type { EndpointController } from './endpoint-controller';

/** Properties of an `EndpointSchedule`. */
export interface EndpointScheduleProps {
  /** The endpoint's controller, which starts and stops it. */
  readonly controller: EndpointController;
  /** Where the office is; daylight saving time is kept. */
  readonly timeZone: TimeZone;
  /** When the endpoint is started, as `HH:MM`; waking takes minutes. */
  readonly startAt: string;
  /** When the endpoint is stopped, as `HH:MM`. */
  readonly stopAt: string;
  /**
   * Days on which it is started and stopped, as `MON`, `TUE` ... `SUN`.
   * @default Monday to Friday
   */
  readonly days?: string[];
  /**
   * Who is told about a schedule that fails or does not run.
   * @default nobody
   */
  readonly monitor?: IMonitor;
}

const WEEK = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];
const OFFICE_DAYS = WEEK.slice(0, 5);
/** A promotion that is under way when the office closes ends first. */
const PATIENCE = Duration.hours(4);
/** An alarm looks at a week at most. */
const MOST_PERIODS = 7;

/**
 * Runs an endpoint in office hours only, through its controller: the version that is in use comes back in the morning,
 * whatever was deployed meanwhile.
 *
 * @example
 * new EndpointSchedule(this, 'OfficeHours', { controller, timeZone: TimeZone.EUROPE_DUBLIN, startAt: '07:30', stopAt: '19:00' });
 */
export class EndpointSchedule extends Construct {
  /** Group of both schedules; a literal. */
  readonly groupName: string;
  /** Queue of starts and stops that could not be asked for; a literal. */
  readonly deadLetterQueueName: string;

  constructor(scope: Construct, id: string, props: EndpointScheduleProps) {
    super(scope, id);
    checkProps(this, props);
    const { deployment } = props.controller;
    this.groupName = `${deployment}-office-hours`;
    this.deadLetterQueueName = `${deployment}-endpoint-schedule-failed`;
    const group = new ScheduleGroup(this, 'Group', {
      scheduleGroupName: this.groupName,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const failed = deadLetterQueue(this, 'Failed', this.deadLetterQueueName);
    const parts = { group, failed, role: this.role(), machine: this.machine(props.controller) };
    this.schedule('Start', props, parts, props.startAt, { action: 'start', reason: 'office hours begin' });
    this.schedule('Stop', props, parts, props.stopAt, { action: 'stop', reason: 'office hours end' });
    if (props.monitor !== undefined) this.watch(props.monitor, props);
  }

  /** Schedules of this account alone may take it. */
  private role(): Role {
    const { account } = Stack.of(this);
    return new Role(this, 'Role', {
      description: 'by which the schedules of office hours ask the controller of the endpoint',
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    });
  }

  private machine(controller: EndpointController) {
    return StateMachine.fromStateMachineArn(this, 'Controller', controller.stateMachineArn);
  }

  private schedule(
    id: string,
    { timeZone, days = OFFICE_DAYS, controller }: EndpointScheduleProps,
    { group, failed, role, machine }: ScheduleParts,
    at: string,
    action: { readonly action: 'start' | 'stop'; readonly reason: string },
  ): void {
    const [hour, minute] = at.split(':').map((part) => String(Number(part)));
    const input: ControlRequest = {
      ...action,
      requestedBy: 'office-hours',
      waitIfBusySeconds: PATIENCE.toSeconds(),
    };
    new Schedule(this, id, {
      scheduleName: `${controller.deployment}-${action.action}`,
      description: `${action.reason}: the endpoint of ${controller.deployment}`,
      scheduleGroup: group,
      schedule: ScheduleExpression.cron({ minute, hour, weekDay: days.join(','), timeZone }),
      target: new StepFunctionsStartExecution(machine, {
        role,
        input: ScheduleTargetInput.fromObject(input),
        deadLetterQueue: failed,
        // What could not be asked for within an hour is told, not done at midnight.
        maxEventAge: Duration.hours(1),
        retryAttempts: 20,
      }),
    });
  }

  private watch(monitor: IMonitor, { controller, days = OFFICE_DAYS }: EndpointScheduleProps): void {
    monitor.watch({
      id: 'endpoint-schedule-failed',
      metric: new Metric({
        namespace: 'AWS/SQS',
        metricName: 'ApproximateNumberOfMessagesVisible',
        dimensionsMap: { QueueName: this.deadLetterQueueName },
        statistic: Stats.MAXIMUM,
        period: Duration.minutes(5),
      }),
      threshold: 0,
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      severity: Severity.MEDIUM,
      what: 'the controller could not be asked to start or stop the endpoint at office hours',
      link: queueLink(this, this.deadLetterQueueName),
    });
    const periods = silentPeriods(days);
    monitor.watch({
      id: 'endpoint-schedule-silent',
      metric: new Metric({
        namespace: 'AWS/Scheduler',
        metricName: 'InvocationAttemptCount',
        dimensionsMap: { ScheduleGroup: this.groupName },
        statistic: Stats.SUM,
        period: Duration.days(1),
      }),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: periods,
      datapointsToAlarm: periods,
      treatMissingData: TreatMissingData.BREACHING,
      severity: Severity.MEDIUM,
      what: `the endpoint was neither started nor stopped by its schedule during ${periods} days`,
      link: stateMachineLink(this, controller.stateMachineArn),
    });
  }
}

interface ScheduleParts {
  readonly group: ScheduleGroup;
  readonly failed: Queue;
  readonly role: Role;
  readonly machine: ReturnType<typeof StateMachine.fromStateMachineArn>;
}

/** Days in a row without a schedule, and two more, because a day of the metric is not a day of the office. */
function silentPeriods(days: readonly string[]): number {
  const works = [...WEEK, ...WEEK].map((day) => days.includes(day));
  let longest = 0;
  let run = 0;
  for (const day of works) {
    run = day ? 0 : run + 1;
    longest = Math.max(longest, run);
  }
  return Math.min(MOST_PERIODS, longest + 2);
}

function checkProps(scope: Construct, { startAt, stopAt, days }: EndpointScheduleProps): void {
  const rule = {
    pattern: /^([01]\d|2[0-3]):[0-5]\d$/,
    expected: 'a time such as 07:30',
    known: true,
    fix: 'give hours and minutes, of 24 hours',
  };
  const faults = faultsOf(checkText('startAt', startAt, rule), checkText('stopAt', stopAt, rule));
  if (startAt === stopAt)
    faults.push(`startAt and stopAt are both ${show(startAt)}, expected two times; move one of them`);
  const unknown = (days ?? OFFICE_DAYS).filter((day) => !WEEK.includes(day));
  if (unknown.length > 0) {
    faults.push(`days has ${show(unknown)}, expected ${WEEK.join(', ')}; use their first three letters in capitals`);
  }
  if (days?.length === 0) faults.push('days is empty, expected a day at least; leave the schedule out instead');
  if (faults.length > 0) throw new ConfigError(scope, faults);
}
