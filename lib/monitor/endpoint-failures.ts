import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC, type MetricName } from '../../protocol/metrics';
import type { ProductionContract } from '../contract/api';
import { CLAUSE } from '../core/clause';
import { FAILURE_PERIOD, ModelMetrics } from '../core/model-metrics';
import type { EndpointFront } from '../endpoint/api';
import { AT_ONCE, allowedFailures } from './alarm-shape';
import { type AlarmDeclaration, Severity } from './api';
import { failureShare } from './platform-metrics';

/** What the alarms of an endpoint's failures are derived from. */
interface EndpointFailuresProps {
  readonly deployment: string;
  readonly contract: ProductionContract;
  /** Where a person looks when the endpoint fails. */
  readonly backendLink: string;
  readonly front: EndpointFront;
}

/**
 * Periods in a row in which a fleet was asked for and slept: waking takes up to ten minutes, and twice that means that it does
 * not wake.
 */
const SLEPT_PERIODS = 4;

/** One alarm for each way of giving no answer that the endpoint has: what is to be done is another thing each time. */
export function endpointFailures({
  deployment,
  contract,
  backendLink,
  front,
}: EndpointFailuresProps): AlarmDeclaration[] {
  const metrics = new ModelMetrics(deployment);
  const allowed = allowedFailures(contract);
  const share = (id: string, metric: MetricName, why: string): AlarmDeclaration => ({
    ...AT_ONCE,
    id,
    metric: failureShare(metrics.metric(metric), metrics.metric(METRIC.predictions), `% of predictions: ${why}`),
    threshold: allowed,
    severity: Severity.HIGH,
    what: `more than ${allowed} % of predictions fail because ${why}`,
    link: backendLink,
    clause: CLAUSE.availability,
  });
  return [
    share('backend-throttled', METRIC.backendThrottles, 'the endpoint takes no more requests'),
    share('backend-stopped', METRIC.backendStopped, 'the endpoint does not exist although the model is to run'),
    share('model-errors', METRIC.modelErrors, 'the container of the model answers with an error'),
    share('connections-lost', METRIC.connectionsLost, 'the connection to the endpoint is not made, or breaks'),
    ...(front.loadsOnDemand === true
      ? [share('backend-not-ready', METRIC.backendNotReady, 'the endpoint is still loading the model')]
      : []),
    ...(front.mayBeAsleep === true && front.asynchronous === undefined ? [asleep(metrics, backendLink)] : []),
  ];
}

/** A fleet that sleeps is no failure, one that does not wake is: the worker's tries count too, so that no period is empty. */
function asleep(metrics: ModelMetrics, link: string): AlarmDeclaration {
  return {
    ...AT_ONCE,
    id: 'backend-asleep',
    metric: new MathExpression({
      expression: 'FILL(asleep, 0)',
      usingMetrics: { asleep: metrics.metric(METRIC.backendAsleep) },
      label: 'requests and tries that met no instance',
      period: FAILURE_PERIOD,
    }),
    threshold: 0,
    evaluationPeriods: SLEPT_PERIODS,
    datapointsToAlarm: SLEPT_PERIODS,
    severity: Severity.HIGH,
    what: `the fleet was asked for during ${SLEPT_PERIODS * FAILURE_PERIOD.toMinutes()} minutes and no instance of the model is running`,
    link,
    clause: CLAUSE.availability,
  };
}
