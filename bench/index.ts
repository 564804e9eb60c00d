import { writeFileSync } from 'node:fs';
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

/** `npm run bench [-- name]`: measures on this machine, prints a table and, when all ran, writes bench/results.json. */
const PIECES: Readonly<Record<string, (project: string) => BenchRow[] | Promise<BenchRow[]>>> = {
  guard: benchGuard,
  predict: benchPredict,
  bundles: benchBundles,
  check: () => benchCheck(),
  statistics: () => benchStatistics(),
  synth: benchSynth,
  data: benchData,
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
  const rows: BenchRow[] = [];
  for (const name of chosen) {
    process.stderr.write(`measuring ${name} ...\n`);
    // In a process of its own, so that no piece warms or burdens the next.
    rows.push(...(await new OwnProcess<BenchRow[]>(__filename, [name], { ...process.env, [PIECE]: name }).says));
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
  if (wanted !== undefined) return;
  const machine = { processor: cpus()[0]?.model, cores: cpus().length, node: process.version };
  const results = { date: new Date().toISOString().slice(0, 10), machine, rows };
  writeFileSync(join(project, 'bench/results.json'), `${JSON.stringify(results, null, 2)}\n`);
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
