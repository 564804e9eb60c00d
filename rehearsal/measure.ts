import { METRIC, METRIC_NAMESPACE } from '../protocol/metrics';
import { readBudget } from './observe/budget';
import { deniedCalls, extractMetrics } from './observe/function-logs';
import { apiMetrics, functionMetrics, publish, queueMetrics } from './observe/platform-metrics';
import { compareRecords, differingRecords, findingsOf } from './observe/records';
import type { RehearsedStage } from './rehearsed-stage';
import { latencyOf } from './report/percentiles';
import type { ReportParts, TrafficReport } from './report/report';
import { interventionsOf, qualityOf } from './report/summary';
import { failuresByStatus } from './traffic/failures';
import type { SentMail } from './traffic/send-mails';
import type { MetricDatapoint } from './watch/metric-store';
import { MetricStore } from './watch/metric-store';

/** Every metric that the stage has caused so far: of its handlers, of its API, of its functions and queues. */
export async function collectMetrics(
  stage: RehearsedStage,
  since: Date,
): Promise<{ readonly datapoints: readonly MetricDatapoint[]; readonly store: MetricStore }> {
  const logs = await stage.logs();
  const { datapoints: emitted, malformed } = extractMetrics(logs);
  if (malformed.length > 0)
    throw new Error(`${malformed.length} lines claim to be metrics and are none; the first: ${malformed[0]}`);
  const { deployment } = stage.templates.facts;
  const functions = logs.map(({ functionName }) => functionName);
  const datapoints = [
    ...emitted,
    ...apiMetrics(stage.answers, deployment, 'v1'),
    ...(await functionMetrics(stage.config, functions, since)),
    ...(await queueMetrics(stage.config, deployment)),
    ...((await stage.double?.metrics()) ?? []),
  ];
  const store = new MetricStore();
  store.add(...datapoints);
  return { datapoints, store };
}

export interface Traffic {
  /** Requests before those that are measured: they belong to no figure but to the records. */
  readonly before: readonly SentMail[];
  readonly sent: readonly SentMail[];
  /** When the rehearsal began. */
  readonly since: Date;
  /** When the traffic that is measured began. */
  readonly trafficSince: Date;
}

type Measured = Pick<ReportParts, 'quality' | 'latency' | 'guard' | 'records' | 'denied' | 'alarms' | 'budget'>;

/** What the rehearsal measured of the stage after its traffic. */
export async function measure(
  stage: RehearsedStage,
  { before, sent, since, trafficSince }: Traffic,
): Promise<Measured> {
  const { config, templates } = stage;
  const { datapoints, store } = await collectMetrics(stage, since);
  await publish(
    config,
    // What the emulator counts itself, or got from the double already.
    datapoints.filter(({ namespace }) => !['AWS/Lambda', 'AWS/SageMaker'].includes(namespace)),
  );
  const records = await stage.records();
  const all = [...before, ...sent];
  const ids = all.flatMap(({ inferenceId }) => (inferenceId === undefined ? [] : [inferenceId]));
  const valuesOf = (name: string) =>
    datapoints
      .filter(
        (point) =>
          point.namespace === METRIC_NAMESPACE && point.name === name && point.timestamp >= trafficSince.getTime(),
      )
      .map(({ value }) => value);
  return {
    quality: qualityOf(sent.flatMap(({ judgement }) => (judgement === undefined ? [] : [judgement]))),
    latency: latencyOf(
      {
        total: valuesOf(METRIC.latency),
        overhead: valuesOf(METRIC.overhead),
        model: valuesOf(METRIC.modelTime),
        client: sent.map(({ answer }) => answer.latencyMs),
      },
      templates.facts.latencyP95Ms,
    ),
    guard: { interventions: interventionsOf(findingsOf(sent, records)) },
    records: { ...compareRecords(ids, records), differing: differingRecords(all, records) },
    denied: deniedCalls(await stage.logs()),
    alarms: await stage.alarms().evaluate(store, Date.now()),
    budget: await readBudget(config, templates),
  };
}

export function trafficReport(sent: readonly SentMail[], concurrency: number, seconds: number): TrafficReport {
  const count = (wanted: (status: number | undefined) => boolean) =>
    sent.filter(({ answer }) => wanted(answer.status)).length;
  return {
    requests: sent.length,
    answered: count((status) => status === 200),
    blocked: count((status) => status === 422),
    failed: failuresByStatus(
      sent.map(({ answer }) => answer),
      [200, 422],
    ),
    concurrency,
    seconds,
    requestsPerSecond: sent.length / seconds,
  };
}
