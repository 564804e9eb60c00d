import { type FlightRow, loadFlights } from '../../examples/flights/flights';
import { flights } from '../../examples/flights/stack';
import { PipelineStack } from '../../rehearsal/data/pipeline-stack';
import { median } from '../median';
import type { BenchRow } from '../row';

/** Objects of one run: each is a shard, which one worker checks. */
const SHARDS = [1, 2, 4, 8];
const ROWS = 40_000;
const TURNS = 3;

/**
 * The whole machine on the emulator, from objects in the inbox to a published version: the same number of rows in more or fewer
 * shards. Functions are processes of this machine, so that what is shown is the cost of states and workers, and not how AWS scales.
 */
export async function benchMachine(project: string): Promise<BenchRow[]> {
  const pipeline = new PipelineStack({ project, name: 'flights', stack: flights });
  try {
    await pipeline.start();
    const taken = new Map<number, number[]>(SHARDS.map((shards) => [shards, []]));
    const all = loadFlights();
    // The first run starts processes and has no version before it.
    await turn(pipeline, rowsOf(all, 0), 'first', 1);
    for (let round = 1; round <= TURNS; round += 1) {
      for (const shards of SHARDS) {
        const rows = rowsOf(all, round * 100 + shards);
        taken.get(shards)?.push(await turn(pipeline, rows, `${round}-${shards}`, shards));
      }
    }
    return SHARDS.map((shards) => ({
      name: `data pipeline on the emulator, ${ROWS.toLocaleString('en')} rows in ${shards} ${shards === 1 ? 'shard' : 'shards'}`,
      unit: 'rows/s',
      ...median((taken.get(shards) ?? []).map((seconds) => ROWS / seconds)),
    }));
  } finally {
    await pipeline.end();
  }
}

/** Seconds of one execution over rows that no run before it had. */
async function turn(
  pipeline: PipelineStack,
  rows: readonly FlightRow[],
  name: string,
  shards: number,
): Promise<number> {
  const each = Math.ceil(rows.length / shards);
  for (let shard = 0; shard < shards; shard += 1) {
    const lines = rows.slice(shard * each, (shard + 1) * each).map((row) => `${JSON.stringify(row)}\n`);
    await pipeline.data.arrive(`flights/${name}-${shard}.jsonl`, Buffer.from(lines.join('')));
  }
  const started = performance.now();
  const { runs } = await pipeline.data.run();
  const seconds = (performance.now() - started) / 1000;
  const published = runs.at(-1)?.counts?.published;
  if (published !== ROWS) throw new Error(`a run published ${published} rows, not ${ROWS}`);
  return seconds;
}

/** The flights of two years that no other turn has. */
function rowsOf(all: readonly FlightRow[], year: number): readonly FlightRow[] {
  return [0, 1]
    .flatMap((half) => all.map((row) => ({ ...row, departure: `${2_002 + 2 * year + half}${row.departure.slice(4)}` })))
    .slice(0, ROWS);
}
