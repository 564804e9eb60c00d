import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Construct } from 'constructs';
import { ENDPOINT_PARAMETER } from '../../protocol/endpoint-control';
import { ENV } from '../../protocol/env';
import type { EndpointWatchConfig } from '../../protocol/handler-config';
import { DEPLOYMENT_DIMENSION, METRIC, METRIC_NAMESPACE } from '../../protocol/metrics';
import { acknowledgeWildcard } from '../core/acknowledge';
import { checkDuration, faultsOf } from '../core/checks';
import { ConfigError } from '../core/config-error';
import { functionLink, queueLink } from '../core/console-link';
import { deadLetterQueue } from '../core/dead-letter-queue';
import { type FunctionSettings, HandlerFunction } from '../core/handler-function';
import { readLink, STATE_LINK } from '../core/state-links';
import { type IMonitor, Severity } from '../monitor/api';
import type { EndpointController } from './endpoint-controller';
import { parameterArn } from './endpoint-parameters';

/** Properties of an `EndpointWatch`. */
export interface EndpointWatchProps {
  /** The endpoint's controller, which is asked to stop it. */
  readonly controller: EndpointController;
  /**
   * How long the endpoint may run at all; whole days. The owner is warned a week and a day before.
   * @default it does not expire
   */
  readonly expiresAfter?: Duration;
  /**
   * How long it may run without a request; whole hours, two weeks at most.
   * @default it may idle
   */
  readonly stopWhenIdleFor?: Duration;
  /**
   * Name of its variant, by which SageMaker counts requests.
   * @default 'AllTraffic'
   */
  readonly variantName?: string;
  /**
   * ISO 8601: from when its time is counted.
   * @default when the parameters of the deployment were created
   */
  readonly createdAt?: string;
  /**
   * Who is told about warnings, and about a watch that fails or does not run.
   * @default nobody
   */
  readonly monitor?: IMonitor;
  /**
   * How its function is run and logged.
   * @default as `FunctionSettings` says
   */
  readonly functionSettings?: FunctionSettings;
}

/** An endpoint that nobody uses costs an hour more than allowed at most. */
const INTERVAL = Duration.hours(1);
/** Two looks that did not come are chance, three are not. */
const SILENCE = Duration.hours(3);

/**
 * Stops an endpoint that has expired, or that nobody uses, through its controller. Requests are counted by SageMaker and by
 * the function that takes predictions: an endpoint is idle when neither counted any.
 *
 * @example
 * new EndpointWatch(this, 'Watch', { controller, expiresAfter: Duration.days(30), stopWhenIdleFor: Duration.hours(8) });
 */
export class EndpointWatch extends Construct {
  /** Function that looks; a literal. */
  readonly functionName: string;
  /** Queue of looks that failed even after retries; a literal. */
  readonly deadLetterQueueName: string;

  constructor(scope: Construct, id: string, props: EndpointWatchProps) {
    super(scope, id);
    checkProps(this, props);
    const { deployment } = props.controller;
    this.functionName = `${deployment}-endpoint-watch`;
    this.deadLetterQueueName = `${deployment}-endpoint-watch-failed`;
    const handler = this.watchFunction(props);
    new Rule(this, 'Schedule', {
      description: `looks whether the endpoint of ${deployment} has expired or idles`,
      schedule: Schedule.rate(INTERVAL),
      targets: [new LambdaTarget(handler)],
    });
    if (props.monitor !== undefined) this.watchAlarms(props.monitor, props);
  }

  private watchFunction(props: EndpointWatchProps): HandlerFunction {
    const { deployment } = props.controller;
    const failed = deadLetterQueue(this, 'Failed', this.deadLetterQueueName);
    const handler = new HandlerFunction(this, 'Handler', {
      ...props.functionSettings,
      handler: 'endpoint-watch',
      functionName: this.functionName,
      description: `stops the endpoint of ${deployment} when it has expired or idles`,
      timeout: Duration.minutes(1),
      config: configOf(props),
    });
    handler.configureAsyncInvoke({
      onFailure: new SqsDestination(failed),
      retryAttempts: 2,
      // The next look comes after an hour.
      maxEventAge: Duration.minutes(30),
    });
    handler.addEnvironment(ENV.deployment, deployment);
    handler.addEnvironment(ENV.endpointSince, props.createdAt ?? readLink(this, deployment, STATE_LINK.endpointSince));
    this.connect(handler, props.controller);
    return handler;
  }

  private connect(handler: HandlerFunction, controller: EndpointController): void {
    const version = ENDPOINT_PARAMETER.desiredVersion(controller.deployment);
    const state = ENDPOINT_PARAMETER.desiredState(controller.deployment);
    handler.addToRolePolicy(
      new PolicyStatement({
        actions: ['ssm:GetParameter'],
        resources: [version, state].map((name) => parameterArn(this, name)),
      }),
    );
    this.allowMetrics(handler);
    controller.grantStart(handler);
    handler.addEnvironment(ENV.desiredVersionParameter, version);
    handler.addEnvironment(ENV.desiredStateParameter, state);
    handler.addEnvironment(ENV.endpointController, controller.stateMachineArn);
  }

  /** In a policy of its own, whose wildcard has a reason of its own. */
  private allowMetrics(handler: HandlerFunction): void {
    if (handler.role === undefined) return;
    const policy = new Policy(this, 'Metrics', {
      roles: [handler.role],
      statements: [new PolicyStatement({ actions: ['cloudwatch:GetMetricData'], resources: ['*'] })],
    });
    acknowledgeWildcard(policy, '*', 'metrics are read, and CloudWatch knows no resources for reading them');
  }

  private watchAlarms(monitor: IMonitor, { controller, expiresAfter }: EndpointWatchProps): void {
    const link = functionLink(this, this.functionName);
    monitor.watch({
      ...AT_ONCE,
      id: 'endpoint-watch-failed',
      metric: new Metric({
        namespace: 'AWS/SQS',
        metricName: 'ApproximateNumberOfMessagesVisible',
        dimensionsMap: { QueueName: this.deadLetterQueueName },
        statistic: Stats.MAXIMUM,
        period: Duration.minutes(5),
      }),
      threshold: 0,
      severity: Severity.MEDIUM,
      what: 'looking whether the endpoint has expired or idles failed after its retries: it may run up a bill',
      link: queueLink(this, this.deadLetterQueueName),
    });
    monitor.watch({
      ...AT_ONCE,
      id: 'endpoint-watch-silent',
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'Invocations',
        dimensionsMap: { FunctionName: this.functionName },
        statistic: Stats.SUM,
        period: SILENCE,
      }),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
      severity: Severity.MEDIUM,
      what: `nobody looked during ${SILENCE.toHours()} hours whether the endpoint has expired or idles: it may run up a bill`,
      link,
    });
    if (!isSet(expiresAfter)) return;
    for (const [id, days, when] of WARNINGS) {
      monitor.watch({
        ...AT_ONCE,
        id,
        metric: new Metric({
          namespace: METRIC_NAMESPACE,
          metricName: METRIC.endpointDaysLeft,
          dimensionsMap: { [DEPLOYMENT_DIMENSION]: controller.deployment },
          statistic: Stats.MINIMUM,
          period: INTERVAL,
        }),
        threshold: days,
        comparison: ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
        // An alarm tells once, when it fires; an hour without a look must not make it tell again.
        treatMissingData: TreatMissingData.IGNORE,
        severity: Severity.LOW,
        what: `the endpoint expires ${when} and is stopped then, unless the profile gives it more time`,
        link,
      });
    }
  }
}

/** Alarms that warn the owner: id, days that are left, and how that is said. */
const WARNINGS = [
  ['endpoint-expires-in-a-week', 7, 'within a week'],
  ['endpoint-expires-tomorrow', 1, 'within a day'],
] as const;

/** Fires in the first period that breaches; absence of data is no failure. */
const AT_ONCE = {
  comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
  evaluationPeriods: 1,
  datapointsToAlarm: 1,
  treatMissingData: TreatMissingData.NOT_BREACHING,
} as const;

function configOf({ controller, expiresAfter, stopWhenIdleFor, variantName }: EndpointWatchProps): EndpointWatchConfig {
  const { endpointName, deployment } = controller;
  return {
    expiresAfterDays: isSet(expiresAfter) ? expiresAfter.toDays() : undefined,
    stopWhenIdleHours: isSet(stopWhenIdleFor) ? stopWhenIdleFor.toHours() : undefined,
    activity: [
      {
        namespace: 'AWS/SageMaker',
        metricName: 'Invocations',
        dimensions: { EndpointName: endpointName, VariantName: variantName ?? 'AllTraffic' },
      },
      // Asynchronous endpoints publish no invocations.
      {
        namespace: METRIC_NAMESPACE,
        metricName: METRIC.predictions,
        dimensions: { [DEPLOYMENT_DIMENSION]: deployment },
      },
    ],
  };
}

/** No time at all is no limit. */
function isSet(limit: Duration | undefined): limit is Duration {
  return limit !== undefined && limit.toMilliseconds() > 0;
}

function checkProps(scope: Construct, { expiresAfter, stopWhenIdleFor }: EndpointWatchProps): void {
  const faults = faultsOf(
    checkDuration('expiresAfter', expiresAfter, {
      minMs: 0,
      maxMs: Duration.days(3653).toMilliseconds(),
      known: true,
      wholeDays: true,
      fix: 'give whole days, or no time at all for an endpoint that does not expire',
    }),
    checkDuration('stopWhenIdleFor', stopWhenIdleFor, {
      minMs: 0,
      maxMs: Duration.days(14).toMilliseconds(),
      known: true,
      fix: 'give whole hours, or no time at all for an endpoint that may idle',
    }),
  );
  if (
    stopWhenIdleFor !== undefined &&
    faults.length === 0 &&
    !Number.isInteger(stopWhenIdleFor.toHours({ integral: false }))
  ) {
    faults.push(
      `stopWhenIdleFor is ${stopWhenIdleFor.toMilliseconds()} ms, expected whole hours; requests are counted by the hour`,
    );
  }
  if (faults.length > 0) throw new ConfigError(scope, faults);
}
