import { guardChart } from './chart-bars';
import { latencyChart } from './chart-latency';
import { confidenceChart, confusionChart } from './chart-quality';
import { count, list, milliseconds, NOT_RUN, percent, seconds, shareOf, UNKNOWN } from './format';
import { html, type Markup } from './markup';
import { badge, code, facts, figure, missing, pageTable, section } from './page-parts';
import type {
  FeedbackReport,
  LatencyKind,
  PathReport,
  QualityMetric,
  QualityReport,
  RehearsalReport,
  StatusCount,
} from './report';

export function trafficSection({ traffic }: RehearsalReport): Markup {
  if (traffic === null) return section('Traffic', null);
  return section(
    'Traffic',
    facts([
      ['Requests', `${count(traffic.requests)} in ${seconds(traffic.seconds)}`],
      ['At once', count(traffic.concurrency)],
      ['Rate', `${traffic.requestsPerSecond.toFixed(1)} requests a second`],
      ['Answered', shareOf(traffic.answered, traffic.requests)],
      ['Blocked', shareOf(traffic.blocked, traffic.requests)],
      ['Failed', refusals(traffic.failed)],
    ]),
  );
}

function refusals(failed: readonly StatusCount[]): Markup | string {
  if (failed.length === 0) return 'none';
  const lines = failed.map(
    ({ status, count: times }) => html`<li>${badge('bad', String(status))} ${count(times)}</li>`,
  );
  return html`<ul class="plain">${lines}</ul>`;
}

function joined({ joined: joins, sent, failed }: FeedbackReport): Markup | string {
  const share = shareOf(joins, sent);
  return failed.length === 0 ? share : html`${share}, refused: ${refusals(failed)}`;
}

export function trainingSection({ training }: RehearsalReport): Markup {
  if (training === null) return section('Training', null);
  const metrics = Object.entries(training.metrics).map(
    ([name, value], index) => html`${index === 0 ? '' : ', '}<span class="whole">${name} ${percent(value)}</span>`,
  );
  return section(
    'Training',
    facts([
      ['Model version', code(training.modelVersion)],
      ...(training.dataset === undefined ? [] : [['Dataset version', code(training.dataset)] as const]),
      ['Mails', `${count(training.mails)}: ${count(training.train)} to train, ${count(training.heldOut)} held out`],
      ['Took', seconds(training.seconds)],
      ['Measured then', metrics.length === 0 ? UNKNOWN : metrics],
    ]),
  );
}

export function qualitySection(report: RehearsalReport): Markup {
  const { quality } = report;
  if (quality === null) return section('Quality', null);
  const confidence = confidenceChart(quality);
  return section(
    'Quality',
    html`<div class="columns">${figure('Answers by true label', 'shares are of the mails with that label', confusionChart(quality))}${
      confidence === null
        ? html`<p class="quiet">no answer carried a confidence</p>`
        : figure('Confidence by true label', 'answers in each bin, on a square root scale', confidence)
    }</div>${metricsTable(report, quality)}`,
  );
}

function metricsTable({ criteria }: RehearsalReport, quality: QualityReport): Markup {
  const { truePositives: tp, falsePositives: fp, falseNegatives: fn, trueNegatives: tn } = quality;
  const counts: readonly (readonly [QualityMetric, string])[] = [
    ['accuracy', `${count(tp + tn)} of ${count(tp + fp + fn + tn)} judged`],
    ['precision', `${count(tp)} of ${count(tp + fp)} called spam`],
    ['recall', `${count(tp)} of ${count(tp + fn)} spam`],
    ['f1', `${count(fp)} ham called spam, ${count(fn)} spam called ham`],
  ];
  return pageTable(
    'Quality against the contract',
    [
      { title: 'Metric' },
      { title: 'Measured', numeric: true },
      { title: 'Counts', width: 'long' },
      { title: 'Demanded' },
    ],
    counts.map(([metric, of]) => [metric, percent(quality[metric]), of, demand(criteria, metric, quality)]),
  );
}

function demand(criteria: RehearsalReport['criteria'], metric: QualityMetric, quality: QualityReport): Markup | string {
  const atLeast = criteria.find((criterion) => criterion.metric === metric)?.atLeast;
  if (atLeast === undefined) return '–';
  const measured = quality[metric];
  const met = measured !== UNKNOWN && measured >= atLeast;
  return html`at least ${percent(atLeast)} ${badge(met ? 'good' : 'bad', met ? 'met' : 'missed')}`;
}

export function latencySection({ latency }: RehearsalReport): Markup {
  if (latency === null) return section('Latency', null);
  const kinds: readonly (readonly [LatencyKind, string])[] = [
    ['total', 'total: in the handler'],
    ['overhead', 'overhead: the product’s own share'],
    ['model', 'model: waiting for the backend'],
    ['client', 'client: the round trip seen outside'],
  ];
  const rows = kinds.map(([kind, title]) => {
    const summary = latency[kind];
    if (summary === null) return [title, UNKNOWN];
    const { p50, p95, p99, max } = summary;
    return [title, ...[p50, p95, p99, max].map(milliseconds), count(summary.count)];
  });
  const columns = ['p50', 'p95', 'p99', 'max', 'Samples'].map((title) => ({ title, numeric: true }));
  const drawing = latencyChart(latency);
  const objective = latency.objectiveP95Ms;
  const stated =
    objective === null
      ? 'The contract states no objective.'
      : `The objective is a total p95 of ${milliseconds(objective)}.`;
  return section(
    'Latency',
    html`<div class="columns">${
      drawing === null ? missing() : figure('Share of requests answered within', 'the dotted line is 95 %', drawing)
    }<div>${pageTable('Latency percentiles', [{ title: 'Latency', width: 'name' }, ...columns], rows)}<p class="quiet">${stated} Percentiles by ${latency.percentiles}, measured on this machine.</p></div></div>`,
  );
}

export function guardSection({ guard }: RehearsalReport): Markup {
  if (guard === null) return section('Guard', null);
  const drawing = guardChart(guard);
  if (drawing === null) return section('Guard', html`<p>No rule intervened.</p>`);
  const rows = guard.interventions.map((one) => [
    one.rule,
    one.mode,
    one.action,
    count(one.count),
    list(one.kinds ?? [], '–'),
  ]);
  const columns = [
    { title: 'Rule', width: 'name' },
    { title: 'Mode' },
    { title: 'Action' },
    { title: 'Count', numeric: true },
    { title: 'Kinds' },
  ] as const;
  return section(
    'Guard',
    html`<div class="columns">${figure('Interventions by rule', 'hollow: observed only, nothing was changed', drawing)}<div>${pageTable('Guard interventions', columns, rows)}</div></div>`,
  );
}

function walked(paths: readonly PathReport[]): Markup {
  return html`<ul class="plain">${paths.map(
    ({ what, ok, seen }) => html`<li>${badge(ok ? 'good' : 'bad', seen)} ${what}</li>`,
  )}</ul>`;
}

export function recordsSection({ records, paths, feedback, denied }: RehearsalReport): Markup {
  const same = records?.equal === true && records.records === records.answers;
  const calls = (denied?.calls ?? []).map((call) => html`<li>${code(call.function)}: ${call.error}</li>`);
  return section(
    'Records and permissions',
    facts([
      [
        'Records',
        records === null
          ? NOT_RUN
          : html`${count(records.records)} for ${count(records.answers)} answers ${badge(same ? 'good' : 'bad', same ? 'equal' : 'not equal')}${records.differing.length === 0 ? null : html`<ul>${records.differing.map((one) => html`<li>${one}</li>`)}</ul>`}`,
      ],
      ['Paths that mails do not take', paths === null ? NOT_RUN : walked(paths)],
      ['Feedback joined', feedback === null ? NOT_RUN : joined(feedback)],
      [
        'Calls denied by IAM',
        denied === null
          ? NOT_RUN
          : html`${count(denied.count)} ${badge(denied.count === 0 ? 'good' : 'bad', denied.count === 0 ? 'none' : 'denied')}${calls.length === 0 ? null : html`<ul>${calls}</ul>`}`,
      ],
    ]),
  );
}
