import type { Field } from '../template/field';
import type { Resource } from '../template/parts';
import type { TemplateSet } from '../template/template-set';
import { dashboardMetrics } from './dashboard-metrics';
import type { MetricUse } from './metric-use';

/** Every metric that alarms, scaling policies and dashboards of the templates look at. */
export function metricUses(set: TemplateSet): MetricUse[] {
  return [
    ...set.ofType('AWS::CloudWatch::Alarm').flatMap((resource) => alarmMetrics(set, resource)),
    ...set.ofType('AWS::ApplicationAutoScaling::ScalingPolicy').flatMap((resource) => policyMetrics(set, resource)),
    ...set.ofType('AWS::CloudWatch::Dashboard').flatMap((resource) => dashboardMetrics(set.properties(resource))),
  ];
}

function alarmMetrics(set: TemplateSet, resource: Resource): MetricUse[] {
  const properties = set.properties(resource);
  const own = properties.at('MetricName').isThere ? [structured(properties)] : [];
  return [...own, ...queried(properties.at('Metrics'))];
}

function policyMetrics(set: TemplateSet, resource: Resource): MetricUse[] {
  const custom = set
    .properties(resource)
    .at('TargetTrackingScalingPolicyConfiguration', 'CustomizedMetricSpecification');
  const own = custom.at('MetricName').isThere ? [structured(custom)] : [];
  return [...own, ...queried(custom.at('Metrics'))];
}

/** Metrics that an expression is computed from. */
function queried(queries: Field): MetricUse[] {
  return queries.items
    .filter((query) => query.at('MetricStat').isThere)
    .map((query) => structured(query.at('MetricStat', 'Metric'), !query.at('AccountId').isMissing));
}

function structured(metric: Field, isElsewhere = false): MetricUse {
  const dimensions = metric.at('Dimensions');
  return {
    at: metric.at('MetricName'),
    namespace: metric.at('Namespace').text,
    metric: metric.at('MetricName').text,
    dimensions: dimensions.items.map((dimension) => ({
      at: dimension.at('Value'),
      name: dimension.at('Name').text,
      value: dimension.at('Value').symbol,
    })),
    isComplete: dimensions.isComplete,
    isElsewhere,
  };
}
