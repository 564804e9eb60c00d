import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HANDLER_CONFIG_FILE } from '../../protocol/env';
import type { PredictConfig } from '../../protocol/handler-config';
import { ALL_RULES } from '../guard-policy';
import { median } from '../median';
import { percentile } from '../percentile';
import { type BenchRow, memoryRow } from '../row';
import type { Figures } from './handler';
import { environmentOf, type HandlerName, type Load, runHandler } from './run';

/** Milliseconds by which each service holds its answer back. */
const DELAYS_MS = [0, 3];
const RUNS = 5;
const REQUESTS = 600;
const CALLERS = 32;
const REQUESTS_AT_ONCE = 1_500;
const COLD_STARTS = 15;

/** "No worse", as far as turns of one and the same handler differ. */
const NO_WORSE = '<= 1.1';

/** One handler with the Lambda backend, and one with a SageMaker endpoint, which is to be no worse. */
const LAMBDA: HandlerName = 'predict';
const ENDPOINT: HandlerName = 'predict-endpoint';
const HANDLERS: readonly HandlerName[] = [LAMBDA, ENDPOINT];
/** The two calls of a prediction without anything around them: what this machine takes for them at the least. */
const BARE: HandlerName = 'bare';

type Runs = Readonly<Record<HandlerName, readonly Figures[]>>;

/**
 * The handlers' own share of a prediction: the shipped bundles, each in a process of its own, DynamoDB and the model as a server
 * on loopback in another, real SDK clients, every kind of guard rule, a kilobyte of text. Net is without what the server was told
 * to hold back; the two round trips over loopback are in it. Runs of the handlers take turns, so that what disturbs the machine
 * disturbs both.
 */
export async function benchPredict(project: string): Promise<BenchRow[]> {
  const bench = new PredictBench(project);
  try {
    const rows: BenchRow[] = [];
    for (const delayMs of DELAYS_MS) rows.push(...(await bench.overhead(delayMs)));
    for (const delayMs of DELAYS_MS) rows.push(...(await bench.atOnce(delayMs)));
    return [...rows, ...(await bench.coldStart())];
  } finally {
    bench.end();
  }
}

class PredictBench {
  private readonly folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'));
  private readonly bundles: Record<HandlerName, string>;

  constructor(private readonly project: string) {
    const config: PredictConfig = { guard: ALL_RULES };
    const bundle = (handler: HandlerName) => join(this.folder, handler, 'index.js');
    this.bundles = {
      predict: bundle('predict'),
      'predict-endpoint': bundle('predict-endpoint'),
      bare: join(project, 'dist/bench/predict/bare.js'),
    };
    for (const handler of HANDLERS) {
      cpSync(join(project, 'dist/handlers', handler), join(this.folder, handler), { recursive: true });
      writeFileSync(join(this.folder, handler, HANDLER_CONFIG_FILE), JSON.stringify(config));
    }
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  async overhead(delayMs: number): Promise<BenchRow[]> {
    const runs = await this.repeat(RUNS, { delayMs, callers: 1, requests: REQUESTS }, [...HANDLERS, BARE]);
    const condition = `one caller, services ${delayMs} ms`;
    const row = (handler: HandlerName, what: Share, share: number, target?: string): BenchRow => ({
      name: `${handler}, ${condition}: ${NAME[what]} p${share * 100}`,
      unit: 'ms',
      target,
      ...median(runs[handler].map((figures) => percentile(figures[what], share))),
    });
    const rows = HANDLERS.flatMap((handler) => [
      row(handler, 'grossMs', 0.5),
      row(handler, 'grossMs', 0.99),
      row(handler, 'netMs', 0.5, '<= 2'),
      row(handler, 'netMs', 0.99, '<= 8'),
      row(handler, 'cpuMs', 0.5),
    ]);
    return [
      ...rows,
      row(BARE, 'netMs', 0.5),
      row(BARE, 'cpuMs', 0.5),
      ratioRow(runs, condition, 0.5, NO_WORSE),
      ratioRow(runs, condition, 0.99),
    ];
  }

  async atOnce(delayMs: number): Promise<BenchRow[]> {
    const requests = REQUESTS_AT_ONCE;
    const runs = await this.repeat(RUNS, { delayMs, callers: CALLERS, requests });
    return HANDLERS.flatMap((handler) => {
      const name = `${handler}, ${CALLERS} callers, services ${delayMs} ms`;
      return [
        { name, unit: 'requests/s', ...median(runs[handler].map(({ togetherMs }) => (requests / togetherMs) * 1000)) },
        memoryRow(name, median(runs[handler].map(({ maxRssKiB }) => maxRssKiB)).value),
      ];
    });
  }

  async coldStart(): Promise<BenchRow[]> {
    const runs = await this.repeat(COLD_STARTS, { delayMs: 0, callers: 0, requests: 0 });
    return HANDLERS.flatMap((handler) => [
      {
        name: `${handler}, cold start: fresh process to first answer`,
        unit: 'ms',
        target: '<= 250',
        ...median(runs[handler].map(({ firstAnswerMs }) => firstAnswerMs)),
      },
      memoryRow(`${handler} after its first answer`, median(runs[handler].map(({ maxRssKiB }) => maxRssKiB)).value),
    ]);
  }

  /** Runs of all handlers in turns. */
  private async repeat(times: number, load: Load, handlers = HANDLERS): Promise<Runs> {
    const runs: Record<HandlerName, Figures[]> = { predict: [], 'predict-endpoint': [], bare: [] };
    for (let i = 0; i < times; i += 1) {
      for (const handler of handlers) {
        const environment = (url: string) => environmentOf(handler, url);
        runs[handler].push(await runHandler(this.project, this.bundles[handler], load, environment));
      }
    }
    return runs;
  }
}

type Share = 'grossMs' | 'netMs' | 'cpuMs';
const NAME: Readonly<Record<Share, string>> = { grossMs: 'gross', netMs: 'net', cpuMs: 'processor time' };

/** Of each turn the net time with the endpoint, by that with the Lambda backend. */
function ratioRow(runs: Runs, condition: string, share: number, target?: string): BenchRow {
  const net = (handler: HandlerName) => runs[handler].map(({ netMs }) => percentile(netMs, share));
  const lambda = net(LAMBDA);
  return {
    name: `${ENDPOINT} by ${LAMBDA}, ${condition}: net p${share * 100}`,
    unit: 'times',
    target,
    ...median(net(ENDPOINT).map((ms, turn) => ms / (lambda[turn] ?? Number.NaN))),
  };
}
