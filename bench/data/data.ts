import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { privatePython } from '../../rehearsal/emulator/python';
import { ChildGroup } from '../../rehearsal/process';
import { median } from '../median';
import { OwnProcess } from '../own-process';
import type { BenchRow } from '../row';
import { type FileKind, PLANTED, ROWS, SCHEMA, writeOrders } from './orders';
import type { Reader, Turn } from './turn';

const TURNS: Readonly<Record<FileKind, number>> = { csv: 7, gzip: 3, jsonl: 3 };
const KINDS: Readonly<Record<FileKind, string>> = { csv: 'CSV', gzip: 'CSV in gzip', jsonl: 'JSON Lines' };

/** The handler's whole work on a shard: hashes of key, content and group, canonical lines, blocks and quarantine on disk. */
const WORKER = 'a whole shard, blocks written';

/** Of the peer's: what the project promises. */
const TIME = '<= 1.5';
const MEMORY = '<= 0.333';

/**
 * A million rows of five columns from the file on disk: parsed, checked (unique key, not null, range, in set, pattern) and
 * profiled, against pandas and pandera, which do not profile; and the same as a whole shard of a worker. Each turn has a fresh process, the two take turns, and what is loaded
 * before the file is opened does not count as time. Both must find the same planted failures.
 */
export async function benchData(project: string): Promise<BenchRow[]> {
  stayOnOneCore();
  const children = new ChildGroup();
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-data-'));
  try {
    const python = await privatePython(
      join(project, '.slipway/bench-data'),
      join(project, 'bench/data/requirements.txt'),
      children,
    );
    const bench = new DataBench(project, folder, python, children);
    return [
      ...(await bench.against('csv')),
      ...(await bench.alone()),
      ...(await bench.against('gzip')),
      ...(await bench.against('jsonl')),
    ];
  } finally {
    children.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** This process and all that it starts, where the system can. On two cores the peer takes a seventh more memory. */
function stayOnOneCore(): void {
  spawnSync('taskset', ['-acp', String(cpus().length - 1), String(process.pid)]);
}

class DataBench {
  constructor(
    private readonly project: string,
    private readonly folder: string,
    private readonly python: string,
    private readonly children: ChildGroup,
  ) {}

  async against(kind: FileKind): Promise<BenchRow[]> {
    await writeOrders(this.path(kind), kind);
    const ours: Turn[] = [];
    const peers: Turn[] = [];
    const workers: Turn[] = [];
    for (let turn = 0; turn < TURNS[kind]; turn += 1) {
      ours.push(expectFound('slipway', await this.turn('slipway', kind)));
      peers.push(expectFound('the peer', await this.peer(kind)));
      workers.push(expectRows('the worker', await this.turn('worker', kind)));
    }
    const what = `${KINDS[kind]}, ${ROWS.toLocaleString('en')} rows`;
    return [
      ...figures(`${what}: parsed, checked, profiled`, ours),
      ...figures(`${what}: ${WORKER}`, workers),
      ...figures(`${what}: pandas and pandera`, peers),
      ...ratios(what, ours, peers, { time: TIME, memory: MEMORY }),
      ...ratios(`${what}: ${WORKER}`, workers, peers),
    ];
  }

  /** For comparison, on the same file: what parsers take that make texts and check nothing. */
  async alone(): Promise<BenchRow[]> {
    const rows: BenchRow[] = [];
    for (const [reader, name] of [
      ['csv-parse', 'csv-parse, parsed only'],
      ['papaparse', 'papaparse, parsed only'],
    ] as const) {
      const turns: Turn[] = [];
      for (let turn = 0; turn < TURNS.gzip; turn += 1) turns.push(expectRows(name, await this.turn(reader, 'csv')));
      rows.push(...figures(`CSV, ${ROWS.toLocaleString('en')} rows: ${name}`, turns));
    }
    return rows;
  }

  private path(kind: FileKind): string {
    return join(this.folder, { csv: 'orders.csv', gzip: 'orders.csv.gz', jsonl: 'orders.jsonl' }[kind]);
  }

  private turn(reader: Reader, kind: FileKind): Promise<Turn> {
    return new OwnProcess<Turn>(join(this.project, 'dist/bench/data/turn.js'), [reader, this.path(kind), kind]).says;
  }

  private async peer(kind: FileKind): Promise<Turn> {
    const script = join(this.project, 'bench/data/peer.py');
    const said = await this.children.run(this.python, [script, this.path(kind), kind], { what: 'the peer' });
    return JSON.parse(said.trim().split('\n').at(-1) ?? '') as Turn;
  }
}

/** Whoever finds something else than was planted is fast for nothing. */
function expectFound(who: string, turn: Turn): Turn {
  for (const { name } of SCHEMA.columns) {
    if (turn.found[name] !== PLANTED)
      throw new Error(`${who} found ${turn.found[name]} failures in ${name}, not ${PLANTED}`);
  }
  return expectRows(who, turn);
}

function expectRows(who: string, turn: Turn): Turn {
  if (turn.rows !== ROWS) throw new Error(`${who} read ${turn.rows} rows, not ${ROWS}`);
  return turn;
}

function figures(name: string, turns: readonly Turn[]): BenchRow[] {
  const of = (value: (turn: Turn) => number) => median(turns.map(value));
  return [
    { name: `${name}: processor time`, unit: 's', ...of(({ processorMs }) => processorMs / 1000) },
    { name: `${name}: time`, unit: 's', ...of(({ wallMs }) => wallMs / 1000) },
    { name: `${name}: memory`, unit: 'MiB', ...of(({ maxRssKiB }) => maxRssKiB / 1024) },
  ];
}

/** By what the peer takes in the same turn; all stay on one core, so that neither has an advantage from a second one. */
function ratios(
  what: string,
  ours: readonly Turn[],
  peers: readonly Turn[],
  { time, memory }: { readonly time?: string; readonly memory?: string } = {},
): BenchRow[] {
  const row = (name: string, target: string | undefined, value: (turn: Turn) => number) =>
    ratio(`${what}: ${name} by that of pandas and pandera`, target, ours, peers, value);
  return [
    row('processor time', time, ({ processorMs }) => processorMs),
    row('time', time, ({ wallMs }) => wallMs),
    row('memory', memory, ({ maxRssKiB }) => maxRssKiB),
  ];
}

function ratio(
  name: string,
  target: string | undefined,
  ours: readonly Turn[],
  peers: readonly Turn[],
  value: (turn: Turn) => number,
): BenchRow {
  const ratios = ours.flatMap((turn, index) => {
    const peer = peers[index];
    return peer === undefined ? [] : [value(turn) / value(peer)];
  });
  return { name, unit: 'times', ...(target === undefined ? {} : { target }), ...median(ratios) };
}
