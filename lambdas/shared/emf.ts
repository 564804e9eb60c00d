import {
  DEPLOYMENT_DIMENSION,
  GUARD_RULE_DIMENSION,
  METRIC,
  METRIC_NAMESPACE,
  type MetricName,
} from '../../protocol/metrics';

export type MetricValues = Readonly<Partial<Record<MetricName, number>>>;

export interface MetricLine {
  readonly deployment: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly metrics: MetricValues;
  /** Second dimension, for what is counted per guard rule. */
  readonly guardRule?: string;
  /** Searchable in Logs Insights, no metric: ids, versions, states. */
  readonly properties?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
}

const UNITS: Readonly<Partial<Record<MetricName, string>>> = {
  [METRIC.latency]: 'Milliseconds',
  [METRIC.modelTime]: 'Milliseconds',
  [METRIC.overhead]: 'Milliseconds',
  [METRIC.waitTime]: 'Milliseconds',
  [METRIC.confidence]: 'None',
  [METRIC.endpointDaysLeft]: 'None',
  [METRIC.dataBadShare]: 'None',
  [METRIC.dataRunSeconds]: 'Seconds',
  [METRIC.dataRunAge]: 'Seconds',
  [METRIC.dataNewestEventAge]: 'Seconds',
};

/** One line of CloudWatch's embedded metric format. */
export function emfLine(line: MetricLine): string {
  const dimensions =
    line.guardRule === undefined ? [DEPLOYMENT_DIMENSION] : [DEPLOYMENT_DIMENSION, GUARD_RULE_DIMENSION];
  const names = (Object.keys(line.metrics) as MetricName[]).filter((name) => line.metrics[name] !== undefined);
  return JSON.stringify({
    _aws: {
      Timestamp: line.at,
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [dimensions],
          Metrics: names.map((name) => ({ Name: name, Unit: UNITS[name] ?? 'Count' })),
        },
      ],
    },
    ...line.properties,
    [DEPLOYMENT_DIMENSION]: line.deployment,
    [GUARD_RULE_DIMENSION]: line.guardRule,
    ...line.metrics,
  });
}
