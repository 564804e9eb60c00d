import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { DEPLOYMENT_DIMENSION, GUARD_RULE_DIMENSION, METRIC, METRIC_NAMESPACE } from '../../protocol/metrics';

/** The period in which failures are counted: long enough for a share to mean something, short enough to wake in time. */
export const FAILURE_PERIOD = Duration.minutes(5);

/** Metrics that the handlers of a deployment emit. */
export class ModelMetrics {
  constructor(private readonly deployment: string) {}

  metric(name: string, options: MetricOptions = {}): Metric {
    return new Metric({
      namespace: METRIC_NAMESPACE,
      metricName: name,
      dimensionsMap: { [DEPLOYMENT_DIMENSION]: this.deployment },
      statistic: Stats.SUM,
      period: FAILURE_PERIOD,
      ...options,
    });
  }

  perGuardRule(rule: string, options: MetricOptions = {}): Metric {
    return this.metric(METRIC.guardInterventions, {
      dimensionsMap: { [DEPLOYMENT_DIMENSION]: this.deployment, [GUARD_RULE_DIMENSION]: rule },
      label: rule,
      ...options,
    });
  }
}
