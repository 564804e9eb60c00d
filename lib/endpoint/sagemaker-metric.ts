import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';

/** What publishes a metric: a variant of an endpoint, or an inference component. The dimensions are exactly these. */
export interface MetricSubject {
  readonly dimensionsMap: Record<string, string>;
}

export function variantSubject(endpointName: string, variantName: string): MetricSubject {
  return { dimensionsMap: { EndpointName: endpointName, VariantName: variantName } };
}

export function componentSubject(inferenceComponentName: string): MetricSubject {
  return { dimensionsMap: { InferenceComponentName: inferenceComponentName } };
}

/** Only the metrics of an asynchronous endpoint's queue have this dimension alone. */
export function queueSubject(endpointName: string): MetricSubject {
  return { dimensionsMap: { EndpointName: endpointName } };
}

/** A metric of SageMaker; sum of a minute by default. */
export function sageMakerMetric(subject: MetricSubject, metricName: string, options: MetricOptions = {}): Metric {
  return new Metric({
    namespace: 'AWS/SageMaker',
    metricName,
    ...subject,
    statistic: Stats.SUM,
    period: Duration.minutes(1),
    ...options,
  });
}

/** One failure among few requests is no reason to go back. */
const FAILURE_FLOOR = 3;

/**
 * Failures in percent of all requests, 0 while there are too few failures to mean anything. SageMaker sends 1 for a failed
 * request and 0 for another, so the average is the share; that works for asynchronous endpoints too, which count no invocations.
 */
export function failedPercent(subject: MetricSubject, metricName: string, label: string): MathExpression {
  return new MathExpression({
    expression: `IF(failures >= ${FAILURE_FLOOR}, 100 * share, 0)`,
    usingMetrics: {
      failures: sageMakerMetric(subject, metricName),
      share: sageMakerMetric(subject, metricName, { statistic: Stats.AVERAGE }),
    },
    label,
    period: Duration.minutes(1),
  });
}

/**
 * Requests that the model failed, in percent: `InvocationModelErrors` counts everything but 2xx, time-outs and broken connections
 * too, of which 4xx are the caller's fault.
 */
export function modelErrorPercent(subject: MetricSubject, label: string): MathExpression {
  const average = { statistic: Stats.AVERAGE };
  return new MathExpression({
    expression: `IF(failures - FILL(refused, 0) >= ${FAILURE_FLOOR}, 100 * (share - FILL(refusedShare, 0)), 0)`,
    usingMetrics: {
      failures: sageMakerMetric(subject, 'InvocationModelErrors'),
      refused: sageMakerMetric(subject, 'Invocation4XXErrors'),
      share: sageMakerMetric(subject, 'InvocationModelErrors', average),
      refusedShare: sageMakerMetric(subject, 'Invocation4XXErrors', average),
    },
    label,
    period: Duration.minutes(1),
  });
}
