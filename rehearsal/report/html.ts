import { count, milliseconds, moment, NOT_RUN, percent, seconds, UNKNOWN } from './format';
import { html, Markup } from './markup';
import { dataSection } from './page-data';
import {
  guardSection,
  latencySection,
  qualitySection,
  recordsSection,
  trafficSection,
  trainingSection,
} from './page-measured';
import {
  alarmsSection,
  budgetSection,
  deployedSection,
  nothingLeftSection,
  notRunSection,
  stepsSection,
} from './page-stage';
import { PAGE_STYLE } from './page-style';
import type { RehearsalReport } from './report';

/** Nothing is fetched and nothing runs, whatever a string of the report may hold. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** One page that needs nothing beside itself. */
export function renderHtml(report: RehearsalReport): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rehearsal of ${report.deployment}: ${report.verdict}</title>
<style>${new Markup(PAGE_STYLE)}</style>
</head>
<body>
<main>
<header>
<h1>Rehearsal of ${report.model} · ${report.stage}</h1>
<p class="meta"><time datetime="${report.startedAt}">${moment(report.startedAt)}</time> · deployment ${report.deployment} · ${report.region} · model on ${report.backend} · Slipway ${report.slipwayVersion} · ${emulator(report)}</p>
</header>
${banner(report)}
${keyFigures(report)}
${dataSection(report)}
${qualitySection(report)}
${latencySection(report)}
${guardSection(report)}
${alarmsSection(report)}
<div class="pair">${trafficSection(report)}${trainingSection(report)}</div>
<div class="pair">${recordsSection(report)}${budgetSection(report)}</div>
${deployedSection(report)}
${stepsSection(report)}
<div class="pair">${notRunSection(report)}${nothingLeftSection(report)}</div>
<footer>The same figures, as JSON of schema ${report.schema}, are beside this page.</footer>
</main>
</body>
</html>
`;
  return page.source;
}

/** Without the scheme: an address to read, not one to follow after the emulator has ended. */
function emulator({ emulator: { name, version, endpoint } }: RehearsalReport): string {
  return `${name} ${version} at ${endpoint.replace(/^https?:\/\//, '')}`;
}

function banner({ verdict, failures, notes }: RehearsalReport): Markup {
  const sentences = (all: readonly string[], kind: string): Markup | null =>
    all.length === 0 ? null : html`<ul class="${kind}">${all.map((sentence) => html`<li>${sentence}</li>`)}</ul>`;
  return html`<div class="banner ${verdict}"><strong>${verdict === 'passed' ? '✓ Passed' : '✗ Failed'}</strong>${sentences(failures, 'failures')}${sentences(notes, 'notes')}</div>`;
}

interface KeyFigure {
  readonly title: string;
  readonly value: string | null;
  readonly note: string;
  readonly bad?: boolean;
}

function keyFigures(report: RehearsalReport): Markup {
  const figures = [answered(report), accuracy(report), p95(report), recorded(report), denied(report), took(report)];
  return html`<dl class="figures">${figures.map(
    ({ title, value, note, bad }) =>
      html`<div class="figure"><dt>${title}</dt><dd><span class="value${value === null ? ' missing' : bad === true ? ' bad' : ''}">${value ?? NOT_RUN}</span><span class="note">${note}</span></dd></div>`,
  )}</dl>`;
}

function answered({ traffic }: RehearsalReport): KeyFigure {
  if (traffic === null) return { title: 'Answered', value: null, note: '' };
  return {
    title: 'Answered',
    value: count(traffic.answered),
    note: `of ${count(traffic.requests)} requests, ${count(traffic.blocked)} blocked`,
    bad: traffic.failed.length > 0,
  };
}

function accuracy({ quality }: RehearsalReport): KeyFigure {
  if (quality === null) return { title: 'Accuracy', value: null, note: '' };
  const { truePositives, falsePositives, falseNegatives, trueNegatives } = quality;
  const judged = truePositives + falsePositives + falseNegatives + trueNegatives;
  return {
    title: 'Accuracy',
    value: percent(quality.accuracy),
    note: `${count(truePositives + trueNegatives)} of ${count(judged)} judged`,
  };
}

function p95({ latency }: RehearsalReport): KeyFigure {
  const title = 'Latency p95';
  if (latency === null) return { title, value: null, note: '' };
  const objective = latency.objectiveP95Ms;
  return {
    title,
    value: latency.total === null ? UNKNOWN : milliseconds(latency.total.p95),
    note: objective === null ? 'no objective' : `objective ${milliseconds(objective)}`,
    bad: objective !== null && latency.total !== null && latency.total.p95 > objective,
  };
}

function recorded({ records }: RehearsalReport): KeyFigure {
  if (records === null) return { title: 'Records', value: null, note: '' };
  const same = records.equal && records.records === records.answers;
  return {
    title: 'Records',
    value: count(records.records),
    note: `${same ? 'equal to' : 'not equal to'} ${count(records.answers)} answers`,
    bad: !same,
  };
}

function denied({ denied: part }: RehearsalReport): KeyFigure {
  if (part === null) return { title: 'Denied calls', value: null, note: '' };
  return { title: 'Denied calls', value: count(part.count), note: 'with IAM enforced', bad: part.count > 0 };
}

function took({ steps }: RehearsalReport): KeyFigure {
  const done = steps.filter((step) => step.status !== NOT_RUN);
  return {
    title: 'Took',
    value: seconds(steps.reduce((sum, step) => sum + step.seconds, 0)),
    note: `${count(done.length)} of ${count(steps.length)} steps`,
  };
}
