import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Color,
  Dashboard,
  GraphWidget,
  type IWidget,
  type Metric,
  SingleValueWidget,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { METRIC, type MetricName } from '../../protocol/metrics';
import type { ProductionContract } from '../contract/api';
import { criterionPeriod } from '../core/feedback-window';
import { ModelMetrics } from '../core/model-metrics';
import type { IDataPipeline } from '../data/api';
import type { EndpointFront } from '../endpoint/api';
import type { IPredictionApi } from '../serve/api';
import { dataRows } from './data-widgets';
import type { Monitor } from './monitor';
import { apiMetric } from './platform-metrics';
import { criterionMetric } from './success-criteria';

/** Properties of a `ModelDashboard`. */
export interface ModelDashboardProps {
  /** The API that is shown. */
  readonly api: IPredictionApi;
  /** Whose objectives are drawn. */
  readonly contract: ProductionContract;
  /** Whose alarms are shown. */
  readonly monitor: Monitor;
  /**
   * What a SageMaker endpoint declares of itself.
   * @default the backend is none
   */
  readonly front?: EndpointFront;
  /**
   * The pipeline that makes the model's data.
   * @default none is shown
   */
  readonly data?: IDataPipeline;
  /** Names of guard rules, one line each. */
  readonly guardRules: string[];
}

/** Six columns of four units make the 24 of a dashboard's width. */
const THIRD = { width: 8, height: 6 };
const HALF = { width: 12, height: 6 };
const FULL_WIDTH = 24;

/**
 * One page a person looks at first: is it up, is it fast, is it right, what did the guard do.
 *
 * @example
 * const monitor = new Monitor(this, 'Monitor', { deployment: api.deployment, route: AlarmRoute.toOwnTopic() });
 * new ModelDashboard(this, 'Dashboard', { api, contract, monitor, guardRules: GuardPolicy.standard().ruleNames });
 */
export class ModelDashboard extends Construct {
  /** Literal name of the dashboard. */
  readonly dashboardName: string;

  constructor(scope: Construct, id: string, props: ModelDashboardProps) {
    super(scope, id);
    this.dashboardName = props.api.deployment;
    const metrics = new ModelMetrics(props.api.deployment);
    new Dashboard(this, 'Dashboard', {
      dashboardName: this.dashboardName,
      defaultInterval: Duration.hours(24),
      widgets: [
        [header(props)],
        [summary(metrics, props), alarmStates(props.monitor)],
        [traffic(props.api), errors(props.api, metrics), latency(metrics, props.contract)],
        [overhead(metrics), confidence(metrics), guard(metrics, props.guardRules)],
        [successCriteria(metrics, props.contract), feedback(metrics, props.contract)],
        ...endpointRows(metrics, props),
        ...(props.data === undefined ? [] : dataRows(metrics, props.data)),
      ],
    });
  }
}

function header({ api, contract }: ModelDashboardProps): IWidget {
  const owner = contract.owner === undefined ? 'nobody yet' : contract.owner.team;
  return new TextWidget({
    width: FULL_WIDTH,
    height: 2,
    markdown: `# ${api.deployment}\n${contract.purpose} · owner: ${owner} · objective: p95 ≤ ${contract.latencyP95.toMilliseconds()} ms, ${contract.availability} % available`,
  });
}

function summary(metrics: ModelMetrics, { contract }: ModelDashboardProps): IWidget {
  const hour = { period: Duration.hours(1) };
  return new SingleValueWidget({
    title: 'Last hour',
    ...HALF,
    height: 4,
    metrics: [
      metrics.metric(METRIC.predictions, { ...hour, label: 'predictions' }),
      metrics.metric(METRIC.latency, { ...hour, statistic: Stats.percentile(95), label: 'p95 (ms)' }),
      metrics.metric(METRIC.guardBlocked, { ...hour, label: 'blocked' }),
      ...(contract.success ?? []).map(({ metric }) =>
        criterionMetric(metrics, metric, contract.positiveLabel, criterionPeriod(contract.requestsPerMonth)),
      ),
    ],
  });
}

function alarmStates(monitor: Monitor): IWidget {
  return new AlarmStatusWidget({ title: 'Alarms', width: 12, height: 4, alarms: Object.values(monitor.alarms) });
}

function traffic(api: IPredictionApi): IWidget {
  return new GraphWidget({
    title: 'Traffic (requests a period)',
    ...THIRD,
    left: [apiMetric(api, 'Count', { label: 'requests' })],
    leftYAxis: { min: 0, showUnits: false },
  });
}

function errors(api: IPredictionApi, metrics: ModelMetrics): IWidget {
  return new GraphWidget({
    title: 'Errors',
    ...THIRD,
    left: [
      apiMetric(api, '5XXError', { label: '5xx', color: Color.RED }),
      apiMetric(api, '4XXError', { label: '4xx', color: Color.ORANGE }),
      metrics.metric(METRIC.backendFailures, { label: 'backend failed', color: Color.PURPLE }),
      metrics.metric(METRIC.backendTimeouts, { label: 'backend late', color: Color.BROWN }),
      metrics.metric(METRIC.recordFailures, { label: 'not recorded', color: Color.GREY }),
    ],
    leftYAxis: { min: 0, showUnits: false },
  });
}

function latency(metrics: ModelMetrics, contract: ProductionContract): IWidget {
  return new GraphWidget({
    title: 'Latency against the objective (ms)',
    ...THIRD,
    left: [50, 95, 99].map((p) => percentile(metrics, METRIC.latency, p, `p${p}`)),
    leftAnnotations: [{ value: contract.latencyP95.toMilliseconds(), label: 'objective of p95', color: Color.RED }],
    leftYAxis: { min: 0, showUnits: false },
  });
}

function overhead(metrics: ModelMetrics): IWidget {
  return new GraphWidget({
    title: 'Where the time goes (ms)',
    ...THIRD,
    left: [
      percentile(metrics, METRIC.modelTime, 50, 'model p50'),
      percentile(metrics, METRIC.modelTime, 95, 'model p95'),
      percentile(metrics, METRIC.overhead, 50, 'overhead p50'),
      percentile(metrics, METRIC.overhead, 95, 'overhead p95'),
    ],
    leftYAxis: { min: 0, showUnits: false },
  });
}

function confidence(metrics: ModelMetrics): IWidget {
  return new GraphWidget({
    title: 'Confidence',
    ...THIRD,
    left: [5, 50, 95].map((p) => percentile(metrics, METRIC.confidence, p, `p${p}`)),
    leftYAxis: { min: 0, max: 1, showUnits: false },
  });
}

function guard(metrics: ModelMetrics, rules: readonly string[]): IWidget {
  return new GraphWidget({
    title: 'Guard interventions',
    ...THIRD,
    left: [
      ...rules.map((rule) => metrics.perGuardRule(rule)),
      metrics.metric(METRIC.guardFailures, { label: 'rule failed', color: Color.RED }),
    ],
    leftYAxis: { min: 0, showUnits: false },
  });
}

function successCriteria(metrics: ModelMetrics, contract: ProductionContract): IWidget {
  const criteria = contract.success ?? [];
  // The accuracy also where it is no criterion: it is what a person asks first.
  const shown = [...new Set(['accuracy', ...criteria.map(({ metric }) => metric)])];
  const period = criterionPeriod(contract.requestsPerMonth);
  return new GraphWidget({
    title: 'Right, by feedback',
    ...HALF,
    left: shown.map((metric) => criterionMetric(metrics, metric, contract.positiveLabel, period)),
    leftAnnotations: criteria.map(({ metric, threshold }) => ({
      value: threshold,
      label: `${metric} at least`,
      color: Color.RED,
    })),
    leftYAxis: { min: 0, max: 1, showUnits: false },
    period,
  });
}

function feedback(metrics: ModelMetrics, contract: ProductionContract): IWidget {
  const period = criterionPeriod(contract.requestsPerMonth);
  return new GraphWidget({
    title: 'Feedback joined',
    ...HALF,
    left: [metrics.metric(METRIC.feedback, { period, label: 'judged answers' })],
    leftYAxis: { min: 0, showUnits: false },
  });
}

/** Only of a SageMaker endpoint: other backends emit none of it. */
function endpointRows(metrics: ModelMetrics, { api, front }: ModelDashboardProps): IWidget[][] {
  if (front === undefined) return [];
  const failures = new GraphWidget({
    title: 'Why the endpoint gave no answer',
    ...HALF,
    left: [
      metrics.metric(METRIC.backendThrottles, { label: 'throttled' }),
      metrics.metric(METRIC.backendNotReady, { label: 'loading' }),
      metrics.metric(METRIC.backendAsleep, { label: 'asleep' }),
      metrics.metric(METRIC.backendStopped, { label: 'stopped' }),
      metrics.metric(METRIC.modelErrors, { label: 'model error' }),
      metrics.metric(METRIC.connectionsLost, { label: 'connection lost' }),
    ],
    leftYAxis: { min: 0, showUnits: false },
  });
  if (api.deferred === undefined) return [[failures]];
  const later = new GraphWidget({
    title: 'Answered later',
    ...HALF,
    left: [
      metrics.metric(METRIC.deferred, { label: 'accepted' }),
      metrics.metric(METRIC.deferredAnswered, { label: 'answered' }),
      metrics.metric(METRIC.deferredFailed, { label: 'unanswered', color: Color.RED }),
      metrics.metric(METRIC.deferredLost, { label: 'lost', color: Color.GREY }),
    ],
    leftYAxis: { min: 0, showUnits: false },
    right: [percentile(metrics, METRIC.waitTime, 95, 'wait p95 (ms)')],
    rightYAxis: { min: 0, showUnits: false },
  });
  return [[failures, later]];
}

function percentile(metrics: ModelMetrics, name: MetricName, p: number, label: string): Metric {
  return metrics.metric(name, { statistic: Stats.percentile(p), label });
}
