import type { DatasetRun, RunOutcome } from '../../protocol/dataset-catalogue';
import { METRIC } from '../../protocol/metrics';
import type { MetricValues } from '../shared/emf';
import { beginOf } from './run-time';

/** What is measured of a run that ends at `now`. */
export function metricsOf(run: DatasetRun | undefined, ending: RunOutcome, now: number): MetricValues {
  const counts = run?.counts;
  return {
    [METRIC.dataRuns]: 1,
    [METRIC.dataRunFailures]: ending === 'failed' ? 1 : 0,
    [METRIC.dataGateFailures]: ending === 'gate-failed' ? 1 : 0,
    [METRIC.dataVersionsPublished]: ending === 'published' ? 1 : 0,
    [METRIC.dataRows]: counts?.rows ?? 0,
    [METRIC.dataQuarantined]: counts?.quarantined ?? 0,
    [METRIC.dataDuplicates]: counts?.duplicates ?? 0,
    [METRIC.dataBadShare]: counts === undefined || counts.rows === 0 ? undefined : counts.quarantined / counts.rows,
    [METRIC.dataRunSeconds]: run === undefined ? undefined : (now - beginOf(run, now)) / 1000,
  };
}
