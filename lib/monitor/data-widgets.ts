import { Duration } from 'aws-cdk-lib';
import { Color, GraphWidget, type IWidget, SingleValueWidget, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC } from '../../protocol/metrics';
import type { ModelMetrics } from '../core/model-metrics';
import type { IDataPipeline } from '../data/api';

const THIRD = { width: 8, height: 6 };
/** Runs are hours apart: shorter periods show dots. */
const PERIOD = { period: Duration.hours(1) };
const DAY = { period: Duration.days(1) };

/** The section of a data pipeline: what came in, what became of it, how long it took, how old the data are. */
export function dataRows(metrics: ModelMetrics, { datasetName, longestPause }: IDataPipeline): IWidget[][] {
  const rows = new GraphWidget({
    title: `Rows of the dataset ${datasetName}`,
    ...THIRD,
    left: [
      metrics.metric(METRIC.dataRows, { ...PERIOD, label: 'read' }),
      metrics.metric(METRIC.dataQuarantined, { ...PERIOD, label: 'set apart', color: Color.RED }),
      metrics.metric(METRIC.dataDuplicates, { ...PERIOD, label: 'duplicates', color: Color.GREY }),
    ],
    leftYAxis: { min: 0, showUnits: false },
    right: [metrics.metric(METRIC.dataBadShare, { ...PERIOD, statistic: Stats.MAXIMUM, label: 'share set apart' })],
    rightYAxis: { min: 0, max: 1, showUnits: false },
  });
  const time = new GraphWidget({
    title: 'Runs of the data pipeline (s)',
    ...THIRD,
    left: [metrics.metric(METRIC.dataRunSeconds, { ...PERIOD, statistic: Stats.MAXIMUM, label: 'longest run' })],
    leftAnnotations:
      longestPause === undefined
        ? []
        : [{ value: longestPause.toSeconds(), label: 'pause between two runs', color: Color.ORANGE }],
    leftYAxis: { min: 0, showUnits: false },
    right: [
      metrics.metric(METRIC.dataNewestEventAge, { ...PERIOD, statistic: Stats.MINIMUM, label: 'newest event (s)' }),
      metrics.metric(METRIC.dataRunAge, { ...PERIOD, statistic: Stats.MINIMUM, label: 'since a good run (s)' }),
    ],
    rightYAxis: { min: 0, showUnits: false },
  });
  const ends = new SingleValueWidget({
    title: 'Data, last day',
    ...THIRD,
    metrics: [
      metrics.metric(METRIC.dataRuns, { ...DAY, label: 'runs' }),
      metrics.metric(METRIC.dataVersionsPublished, { ...DAY, label: 'versions' }),
      metrics.metric(METRIC.dataGateFailures, { ...DAY, label: 'gate failed' }),
      metrics.metric(METRIC.dataRunFailures, { ...DAY, label: 'failed' }),
    ],
  });
  return [[ends, rows, time]];
}
