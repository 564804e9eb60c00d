import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { printTable } from '../cli/output';
import { benchBundles } from './bundles';
import { benchCheck } from './check';
import { benchData } from './data/data';
import { benchGuard } from './guard';
import { OwnProcess } from './own-process';
import { benchPredict } from './predict/predict';
import type { BenchRow } from './row';
import { benchStatistics } from './statistics';
import { benchSynth } from './synth';

/** `npm run bench [-- name]`: measures on this machine, prints a table and writes bench/results.json: all of it, or the rows of one piece. */
const PIECES: Readonly<Record<string, (project: string) => BenchRow[] | Promise<BenchRow[]>>> = {
  guard: benchGuard,
  predict: benchPredict,
  bundles: benchBundles,
  check: () => benchCheck(),
  statistics: () => benchStatistics(),
  synth: benchSynth,
  data: benchData,
  // Loaded by its own process alone: it brings the CDK and 20,000 flights, which are nobody else's memory.
  'data-machine': async (project) => (await import('./data/machine')).benchMachine(project),
};

async function main(): Promise<void> {
  const project = process.cwd();
  const [wanted] = process.argv.slice(2);
  const chosen = Object.keys(PIECES).filter((name) => wanted === undefined || name === wanted);
  if (chosen.length === 0) {
    process.stderr.write(`bench: there is no "${wanted}", expected one of ${Object.keys(PIECES).join(', ')}\n`);
    process.exitCode = 2;
    return;
  }
  const rows: MeasuredRow[] = [];
  for (const name of chosen) {
    process.stderr.write(`measuring ${name} ...\n`);
    // In a process of its own, so that no piece warms or burdens the next.
    const measured = await new OwnProcess<BenchRow[]>(__filename, [name], { ...process.env, [PIECE]: name }).says;
    rows.push(...measured.map((row) => ({ piece: name, ...row })));
  }
  printTable(
    process.stdout,
    ['figure', 'median', 'spread', 'target'],
    rows.map(({ name, value, unit, spread, target }) => [
      name,
      `${value.toPrecision(4)} ${unit}`,
      spread === undefined ? '' : spread.map((end) => end.toPrecision(4)).join(' to '),
      target ?? '',
    ]),
  );
  writeResults(join(project, 'bench/results.json'), rows);
}

interface MeasuredRow extends BenchRow {
  readonly piece: string;
  /** Day on which it was measured. */
  readonly date?: string;
}

/** Rows of pieces that were not measured now stay as they are. */
function writeResults(file: string, rows: readonly MeasuredRow[]): void {
  const date = new Date().toISOString().slice(0, 10);
  const machine = { processor: cpus()[0]?.model, cores: cpus().length, node: process.version };
  const before: { readonly rows: readonly MeasuredRow[] } = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { rows: [] };
  const measured = new Set(rows.map(({ piece }) => piece));
  const kept = before.rows.filter(({ piece }) => piece in PIECES && !measured.has(piece));
  const order = Object.keys(PIECES);
  const all = [...kept, ...rows.map((row) => ({ ...row, date }))];
  const sorted = all.toSorted((a, b) => order.indexOf(a.piece) - order.indexOf(b.piece));
  writeFileSync(file, `${JSON.stringify({ machine, rows: sorted }, null, 2)}\n`);
}

/** Set in the process that measures one piece, to its name. */
const PIECE = 'SLIPWAY_BENCH_PIECE';

async function onePiece(name: string): Promise<void> {
  const rows = await PIECES[name]?.(process.cwd());
  process.send?.(rows ?? [], () => process.exit());
}

const piece = process.env[PIECE];
(piece === undefined ? main() : onePiece(piece)).catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
