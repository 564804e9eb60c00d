import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENV, HANDLER_CONFIG_FILE } from '../../protocol/env';
import type { PredictConfig } from '../../protocol/handler-config';
import { ALL_RULES } from '../guard-policy';
import { median } from '../median';
import { OwnProcess } from '../own-process';
import { percentile } from '../percentile';
import { type BenchRow, memoryRow } from '../row';
import type { Figures } from './handler';

/** Milliseconds by which each service holds its answer back. */
const DELAYS_MS = [0, 3];
const RUNS = 5;
const REQUESTS = 600;
const CALLERS = 32;
const REQUESTS_AT_ONCE = 4_000;
const COLD_STARTS = 15;

/**
 * The handler's own share of a prediction: the shipped bundle in a process of its own, DynamoDB and the backend as servers on
 * loopback in another, real SDK clients, every kind of guard rule, a kilobyte of text. Net is without what the servers were told
 * to hold back; the two round trips over loopback are in it.
 */
export async function benchPredict(project: string): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'));
  try {
    cpSync(join(project, 'dist/handlers/predict'), folder, { recursive: true });
    const config: PredictConfig = { guard: ALL_RULES };
    writeFileSync(join(folder, HANDLER_CONFIG_FILE), JSON.stringify(config));
    const rows: BenchRow[] = [];
    for (const delayMs of DELAYS_MS) rows.push(...(await overhead(project, folder, delayMs)));
    for (const delayMs of DELAYS_MS) rows.push(...(await atOnce(project, folder, delayMs)));
    return [...rows, ...(await coldStart(project, folder))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function overhead(project: string, folder: string, delayMs: number): Promise<BenchRow[]> {
  const runs = await repeat(RUNS, () => run(project, folder, { delayMs, callers: 1, requests: REQUESTS }));
  const row = (
    what: string,
    of: (figures: Figures) => readonly number[],
    share: number,
    target?: string,
  ): BenchRow => ({
    name: `predict, one caller, services ${delayMs} ms: ${what} p${share * 100}`,
    unit: 'ms',
    target,
    ...median(runs.map((figures) => percentile(of(figures), share))),
  });
  return [
    row('gross', ({ grossMs }) => grossMs, 0.5),
    row('gross', ({ grossMs }) => grossMs, 0.99),
    row('net', ({ netMs }) => netMs, 0.5, '<= 2'),
    row('net', ({ netMs }) => netMs, 0.99, '<= 8'),
  ];
}

async function atOnce(project: string, folder: string, delayMs: number): Promise<BenchRow[]> {
  const requests = REQUESTS_AT_ONCE;
  const runs = await repeat(RUNS, () => run(project, folder, { delayMs, callers: CALLERS, requests }));
  const name = `predict, ${CALLERS} callers, services ${delayMs} ms`;
  return [
    { name, unit: 'requests/s', ...median(runs.map(({ togetherMs }) => (requests / togetherMs) * 1000)) },
    memoryRow(name, median(runs.map(({ maxRssKiB }) => maxRssKiB)).value),
  ];
}

async function coldStart(project: string, folder: string): Promise<BenchRow[]> {
  const runs = await repeat(COLD_STARTS, () => run(project, folder, { delayMs: 0, callers: 0, requests: 0 }));
  return [
    {
      name: 'predict, cold start: fresh process to first answer',
      unit: 'ms',
      target: '<= 250',
      ...median(runs.map(({ firstAnswerMs }) => firstAnswerMs)),
    },
    memoryRow('predict after its first answer', median(runs.map(({ maxRssKiB }) => maxRssKiB)).value),
  ];
}

interface Load {
  readonly delayMs: number;
  readonly callers: number;
  readonly requests: number;
}

async function run(project: string, folder: string, { delayMs, callers, requests }: Load): Promise<Figures> {
  const script = (name: string) => join(project, 'dist/bench/predict', `${name}.js`);
  const services = new OwnProcess<{ readonly port: number }>(script('services'), [String(delayMs)]);
  try {
    const url = `http://127.0.0.1:${(await services.says).port}`;
    const args = [join(folder, 'index.js'), url, String(callers), String(requests)];
    return await new OwnProcess<Figures>(script('handler'), args, environment(url)).says;
  } finally {
    services.end();
  }
}

/** What the construct and the Lambda runtime set. */
function environment(url: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_ENDPOINT_URL: url,
    [ENV.deployment]: 'bench',
    [ENV.model]: 'bench',
    [ENV.recordsTable]: 'records',
    [ENV.registryTable]: 'registry',
    [ENV.payloadBucket]: 'payloads',
    [ENV.subjectSecret]: 'subjects',
    [ENV.backendFunction]: 'model',
    [ENV.timeoutMs]: '5000',
    [ENV.recordTtlDays]: '30',
    [ENV.logLevel]: 'INFO',
  };
}

async function repeat<Result>(times: number, once: () => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let i = 0; i < times; i += 1) results.push(await once());
  return results;
}
