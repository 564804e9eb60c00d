import { createReadStream, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse';
import Papa from 'papaparse';
import { checkShard } from '../../lambdas/check-data/check-shard';
import { CsvRows } from '../../lambdas/check-data/csv-rows';
import { JsonRows } from '../../lambdas/check-data/json-rows';
import { LineWriter } from '../../lambdas/check-data/line-writer';
import { RowCheck } from '../../lambdas/check-data/row-check';
import type { RowTaker } from '../../lambdas/check-data/shard-rows';
import { HASH_WORDS, hash128 } from '../../lambdas/shared/dataset/hash';
import { KeySet } from '../../lambdas/shared/dataset/key-set';
import { CsvScanner } from '../../lambdas/shared/dataset/read/csv-scanner';
import { gunzip } from '../../lambdas/shared/dataset/read/gunzip';
import { LineScanner } from '../../lambdas/shared/dataset/read/line-scanner';
import { RecordStream } from '../../lambdas/shared/dataset/read/record-stream';
import { ProfileBuilder } from '../../lambdas/shared/statistics/profile';
import { type FileKind, SCHEMA } from './orders';

/** What one turn took, of a fresh process. */
export interface Turn {
  readonly wallMs: number;
  /** Of all threads, user and system: what it takes on one core. */
  readonly processorMs: number;
  readonly maxRssKiB: number;
  readonly rows: number;
  /** Failures by column. */
  readonly found: Readonly<Record<string, number>>;
}

export type Reader = 'slipway' | 'worker' | 'csv-parse' | 'papaparse';

type Count = Pick<Turn, 'rows' | 'found'>;

const CHUNK = 256 * 1024;

/** Parsed, checked, profiled, and every key looked for among those before. */
async function slipway(path: string, kind: FileKind): Promise<Count> {
  const found: Record<string, number> = {};
  const fault = (name = 'row') => {
    found[name] = (found[name] ?? 0) + 1;
  };
  const key = SCHEMA.columns.flatMap(({ name }, index) => (SCHEMA.key.includes(name) ? [index] : []));
  const check = new RowCheck(SCHEMA.columns);
  const profile = ProfileBuilder.of(SCHEMA.columns);
  const lines = new LineWriter(SCHEMA.columns);
  const keys = new KeySet();
  const hash = new Uint32Array(HASH_WORDS);
  let rows = 0;
  const taker: RowTaker = {
    full: false,
    accept: () => {
      rows += 1;
      check.addTo(profile);
      lines.writeValues(check, key);
      hash128(lines.bytes, 0, lines.length, hash);
      if (!keys.add(hash)) fault(SCHEMA.key[0]);
    },
    reject: (_row, faults) => {
      rows += 1;
      for (const { column } of faults) fault(column);
    },
  };
  const stream = streamOf(kind, check, taker);
  const take = async (chunk: Uint8Array) => {
    for (let at = 0; at < chunk.length; ) at += stream.take(chunk, at);
  };
  const open = () => createReadStream(path, { highWaterMark: CHUNK });
  if (kind === 'gzip') await gunzip(open, take);
  else for await (const chunk of open()) await take(chunk);
  stream.end();
  if (JSON.stringify(profile.toProfile()).length === 0) throw new Error('there is no profile');
  return { rows, found };
}

function streamOf(kind: FileKind, check: RowCheck, taker: RowTaker): RecordStream {
  if (kind === 'jsonl') {
    const stream = new RecordStream(new LineScanner());
    stream.handTo(new JsonRows(stream, SCHEMA, check, taker, 0, true));
    return stream;
  }
  const scanner = new CsvScanner(',');
  const stream = new RecordStream(scanner);
  stream.handTo(new CsvRows(stream, scanner, SCHEMA, check, taker, undefined, 0));
  return stream;
}

/** A shard as the handler checks it, its blocks and quarantined rows written to disk. */
async function worker(path: string, kind: FileKind): Promise<Count> {
  const object = { bucket: 'bench', key: path, etag: '', bytes: statSync(path).size };
  const format = kind === 'jsonl' ? 'jsonl' : 'csv';
  let file = 0;
  const { counts, faultsByRule } = await checkShard(
    { run: 'bench', shard: '00000', object, format, gzip: kind === 'gzip', delimiter: ',', firstRow: 1 },
    {
      dataset: 'orders',
      schema: SCHEMA,
      holdOut: { kind: 'hash', share: 0.2, salt: '' },
      sources: [],
      partitions: 16,
      shardBytes: object.bytes,
      codeVersion: '',
    },
    {
      open: () => createReadStream(path, { highWaterMark: CHUNK }),
      put: async (_key, bytes) => {
        // Over and over the same few: what is measured is the writing, not how much disk there is.
        file = (file + 1) % 4;
        writeFileSync(join(`${path}.put-${file}`), bytes);
      },
    },
  );
  return { rows: counts.rows, found: faultsByRule };
}

async function csvParse(path: string): Promise<Count> {
  let rows = 0;
  for await (const _ of createReadStream(path, { highWaterMark: CHUNK }).pipe(parse({ from: 2 }))) rows += 1;
  return { rows, found: {} };
}

async function papaParse(path: string): Promise<Count> {
  let rows = 0;
  const rowsOf = Papa.parse(Papa.NODE_STREAM_INPUT, { header: false });
  for await (const _ of createReadStream(path, { highWaterMark: CHUNK }).pipe(rowsOf)) rows += 1;
  return { rows: rows - 1, found: {} };
}

const READERS: Readonly<Record<Reader, (path: string, kind: FileKind) => Promise<Count>>> = {
  slipway,
  worker,
  'csv-parse': csvParse,
  papaparse: papaParse,
};

async function main(): Promise<void> {
  const [reader, path = '', kind] = process.argv.slice(2) as [Reader, string, FileKind];
  const before = process.cpuUsage();
  const started = performance.now();
  const count = await READERS[reader](path, kind);
  const { user, system } = process.cpuUsage(before);
  const turn: Turn = {
    wallMs: performance.now() - started,
    processorMs: (user + system) / 1000,
    maxRssKiB: process.resourceUsage().maxRSS,
    ...count,
  };
  process.send?.(turn);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
