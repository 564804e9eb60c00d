import type { GateCheck } from '../../protocol/dataset';
import { dataChart } from './chart-data';
import { count, seconds, significant } from './format';
import { html, type Markup } from './markup';
import { badge, code, facts, figure, pageTable, section } from './page-parts';
import type { DataReport, DataRunReport, RehearsalReport } from './report';

export function dataSection({ data }: RehearsalReport): Markup {
  if (data === null) return section('Data', null);
  if (data === 'not declared') return section('Data', html`<p>The stage declares no data pipeline.</p>`);
  const drawing = dataChart(data);
  return section(
    `Data: ${data.dataset}`,
    html`${
      drawing === null ? null : figure('Where the rows went', 'published, set apart, duplicates', drawing)
    }${runsTable(data)}${versionsTable(data)}${gateTable(data)}${facts([
      ['Set apart', faults(data)],
      [
        'Held out, then trained on',
        badge(data.heldOutThenTrained === 0 ? 'good' : 'bad', count(data.heldOutThenTrained)),
      ],
    ])}`,
  );
}

function runsTable({ runs }: DataReport): Markup {
  const numeric = ['Objects', 'Rows', 'Published', 'Set apart', 'Duplicates', 'Took'].map((title) => ({
    title,
    numeric: true,
  }));
  return pageTable(
    'Runs of the pipeline',
    [{ title: 'Run', width: 'name' }, ...numeric],
    runs.map((run) => [run.what, count(run.objects), ...countsOf(run), seconds(run.seconds)]),
  );
}

function countsOf({ counts }: DataRunReport): readonly string[] {
  if (counts === null) return ['', '', '', ''];
  const { rows, published, quarantined, duplicates } = counts;
  return [rows, published, quarantined, duplicates].map(count);
}

function versionsTable({ versions }: DataReport): Markup {
  const numeric = ['To train', 'Held out', 'Shards'].map((title) => ({ title, numeric: true }));
  return pageTable(
    'Dataset versions',
    [{ title: 'Version', width: 'name' }, { title: 'Parent', width: 'name' }, ...numeric, { title: 'Bytes' }],
    versions.map(({ version, parent, train, holdOut, shards, verified }) => [
      code(version),
      parent === null ? '–' : code(parent),
      count(train),
      count(holdOut),
      count(shards),
      badge(verified ? 'good' : 'bad', verified ? 'verified' : 'differ'),
    ]),
  );
}

/** The gate of the last run that was judged: of the others it is in the JSON. */
function gateTable({ runs }: DataReport): Markup | null {
  const judged = runs.findLast(({ gate }) => gate.length > 0);
  if (judged === undefined) return null;
  return pageTable(
    `Gate of the ${judged.what}`,
    [
      { title: 'Check', width: 'name' },
      { title: 'Column' },
      { title: 'Measured' },
      { title: 'Expected', width: 'long' },
      { title: 'Passed' },
    ],
    judged.gate.map((check) => [check.rule, check.column ?? '–', measured(check), check.expected, passed(check)]),
  );
}

function measured({ measured: value, reason }: GateCheck): string {
  if (value === null) return reason ?? 'unknown';
  return typeof value === 'number' ? significant(value) : value;
}

function passed({ passed: good, measured: value }: GateCheck): Markup {
  if (good && value === null) return badge('warn', 'could not run');
  return badge(good ? 'good' : 'bad', good ? 'passed' : 'failed');
}

function faults({ faults: all }: DataReport): Markup | string {
  if (all.length === 0) return 'nothing';
  const lines = all.map(
    ({ rule, column, rows }) =>
      html`<li>${count(rows)} × ${column === null ? rule : html`${code(column)}: ${rule}`}</li>`,
  );
  return html`<ul class="plain">${lines}</ul>`;
}
