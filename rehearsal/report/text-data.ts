import type { createColors } from 'picocolors';
import { count, counted, seconds } from './format';
import type { DataRunReport, RehearsalReport } from './report';
import { fact, table } from './text-layout';

type Ink = ReturnType<typeof createColors>;

/** The data pipeline: its runs, versions, what was set apart, and the gate. */
export function dataText({ data: part }: RehearsalReport, ink: Ink): readonly string[] | null {
  if (part === null) return null;
  if (part === 'not declared') return [`  ${part}`];
  const runs = part.runs.map((run) => [
    run.what,
    run.version ?? run.outcome,
    ...countsOf(run),
    gateOf(run),
    seconds(run.seconds),
  ]);
  const titles = ['rows', 'published', 'set apart', 'duplicates'].map((title) => ({ title, numeric: true }));
  const versions = part.versions.map(({ version, parent, train, holdOut, shards, verified }) => [
    version,
    parent ?? '',
    count(train),
    count(holdOut),
    count(shards),
    verified ? { text: 'yes', tint: ink.green } : { text: 'no', tint: ink.red },
  ]);
  const faults = part.faults.map(
    ({ rule, column, rows }) => `${column === null ? rule : `${column}: ${rule}`} ${count(rows)}`,
  );
  return [
    table(
      [
        { title: 'run' },
        { title: 'version', flexible: true },
        ...titles,
        { title: 'gate' },
        { title: 'took', numeric: true },
      ],
      runs,
      ink.dim,
    ),
    table(
      [
        { title: 'version' },
        { title: 'parent' },
        { title: 'to train', numeric: true },
        { title: 'held out', numeric: true },
        { title: 'shards', numeric: true },
        { title: 'verified' },
      ],
      versions,
      ink.dim,
    ),
    fact('set apart', faults.length === 0 ? 'nothing' : faults.join(', ')),
    fact('held out', {
      text: `${counted(part.heldOutThenTrained, 'row')} trained on later`,
      tint: part.heldOutThenTrained === 0 ? ink.green : ink.red,
    }),
  ];
}

function countsOf({ counts }: DataRunReport): readonly string[] {
  if (counts === null) return ['', '', '', ''];
  const { rows, published, quarantined, duplicates } = counts;
  return [rows, published, quarantined, duplicates].map(count);
}

function gateOf({ gate }: DataRunReport): string {
  if (gate.length === 0) return 'not judged';
  return `${count(gate.filter(({ passed }) => passed).length)} of ${count(gate.length)}`;
}
