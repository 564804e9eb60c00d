import { Annotations, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleGroup, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { DataPipelineInput } from '../../protocol/data-pipeline';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { deadLetterQueue } from '../core/dead-letter-queue';
import type { DataSchedule } from './data-schedule';
import type { DataSource } from './data-source';

interface DataTriggersProps {
  readonly deployment: string;
  readonly machine: IStateMachine;
  /** Name of the dataset bucket. */
  readonly bucketName: string;
  readonly sources: readonly DataSource[];
  readonly schedule?: DataSchedule;
  readonly startOnArrival: boolean;
}

/**
 * What starts a data pipeline by itself: a schedule, and arriving objects. Each object asks for an execution. The first takes the lease
 * and lets others settle; those leave at once and tell it to look again when it is done, so that nothing that arrives is missed, and a
 * queue with a consumer of its own is not needed. Asking costs three transitions of a state machine an object: sources of millions of
 * objects want a schedule instead.
 *
 * @internal
 */
export class DataTriggers extends Construct {
  /** Queue of runs that could not be asked for; undefined where nothing asks by itself. */
  readonly deadLetterQueueName?: string;
  readonly schedule?: Schedule;

  constructor(scope: Construct, id: string, props: DataTriggersProps) {
    super(scope, id);
    const { deployment, machine, schedule, startOnArrival } = props;
    if (schedule === undefined && !startOnArrival) return;
    this.deadLetterQueueName = `${deployment}-data-trigger-failed`;
    const failed = deadLetterQueue(this, 'Failed', this.deadLetterQueueName);
    if (schedule !== undefined) this.schedule = this.makeSchedule(deployment, schedule, machine, failed);
    if (startOnArrival) this.arrivals(props, failed);
  }

  private makeSchedule(deployment: string, schedule: DataSchedule, machine: IStateMachine, failed: Queue): Schedule {
    const input: DataPipelineInput = {};
    return new Schedule(this, 'Schedule', {
      scheduleName: `${deployment}-data`,
      description: `makes a version of the dataset of ${deployment}`,
      scheduleGroup: new ScheduleGroup(this, 'Group', {
        scheduleGroupName: `${deployment}-data`,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      schedule: schedule._expression,
      target: new StepFunctionsStartExecution(machine, {
        role: this.role('scheduler.amazonaws.com', 'by which the schedule asks for runs of the data pipeline'),
        input: ScheduleTargetInput.fromObject(input),
        deadLetterQueue: failed,
        // A run that could not be asked for by the next one is that one's.
        maxEventAge: Duration.millis(
          Math.min(schedule.longestPause.toMilliseconds(), Duration.days(1).toMilliseconds()),
        ),
        retryAttempts: 185,
      }),
    });
  }

  private arrivals({ sources, bucketName, deployment, machine }: DataTriggersProps, failed: Queue): void {
    const input: DataPipelineInput = { arrival: true };
    const role = this.role('events.amazonaws.com', 'by which arriving objects ask for runs of the data pipeline');
    const target = new SfnStateMachine(machine, {
      role,
      input: RuleTargetInput.fromObject(input),
      deadLetterQueue: failed,
      maxEventAge: Duration.hours(24),
      retryAttempts: 185,
    });
    const places = [
      ...sources.map(({ bucketName: bucket, prefixText }) => ({ bucket: bucket || bucketName, prefix: prefixText })),
      { bucket: bucketName, prefix: DATASET_OBJECTS.replay },
    ];
    places.forEach(({ bucket, prefix }, index) => {
      new Rule(this, `Arrival${index}`, {
        description: `objects that arrive for the dataset of ${deployment}`,
        eventPattern: {
          source: ['aws.s3'],
          detailType: ['Object Created'],
          detail: {
            bucket: { name: [bucket] },
            ...(prefix === '' ? {} : { object: { key: [{ prefix }] } }),
          },
        },
        targets: [target],
      });
    });
    const foreign = sources.filter(({ bucketName: bucket }) => bucket !== '').map(({ bucketName: bucket }) => bucket);
    if (foreign.length === 0) return;
    Annotations.of(this).addInfoV2(
      'slipway:sourceMustTellEventBridge',
      `${[...new Set(foreign)].join(', ')} must send events to EventBridge, or nothing that arrives there starts a run: set eventBridgeEnabled on the bucket`,
    );
  }

  /** Schedules and rules of this account alone may take it. */
  private role(service: string, description: string): Role {
    return new Role(this, service.startsWith('events') ? 'ArrivalRole' : 'ScheduleRole', {
      description,
      assumedBy: new ServicePrincipal(service, {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
  }
}
