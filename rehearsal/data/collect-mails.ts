import { join } from 'node:path';
import { type MailBatch, type MailRow, mailBatches, mailOf } from '../../examples/spam-filter/mail-batches';
import { loadMails } from '../../examples/spam-filter/mails';
import type { DatasetManifest, DatasetSide } from '../../protocol/dataset';
import type { DatasetRun } from '../../protocol/dataset-catalogue';
import type { DataReport, DataRunReport, DataVersionReport } from '../report/report';
import type { TrainingData } from '../traffic/train-model';
import type { StageData } from './stage-data';

export interface Collected {
  readonly report: DataReport;
  /** Of the last version. */
  readonly training: TrainingData;
}

/** Folder below the inbox that the stage names as its source. */
const FOLDER = 'mails/';
const NAMES = ['first batch', 'second batch'] as const;
const NOTHING_NEW: MailBatch = { objects: [], rows: 0, damaged: 0, duplicates: 0 };

interface Made {
  readonly manifest: DatasetManifest;
  readonly rows: Readonly<Record<DatasetSide, readonly MailRow[]>>;
  readonly whole: boolean;
}

/**
 * Lets the mails arrive in two batches and the pipeline make a version of each, then lets it run with nothing new. What is trained
 * on is the last version, fetched by its manifest alone.
 */
export async function collectMails(data: StageData, folder: string, tell: (text: string) => void): Promise<Collected> {
  const runs: DataRunReport[] = [];
  const made: Made[] = [];
  const faults = new Faults();
  for (const [index, batch] of [...mailBatches(await loadMails()), NOTHING_NEW].entries()) {
    const what = NAMES[index] ?? 'run with nothing new';
    for (const { name, body } of batch.objects) await data.arrive(`${FOLDER}${name}`, body);
    const started = performance.now();
    const run = lastOf((await data.run((state) => tell(`${what}: ${state}`))).runs, what);
    const seconds = (performance.now() - started) / 1000;
    runs.push(runReport(what, batch, run, seconds));
    for (const row of await data.quarantined(run.run)) faults.add(row.faults);
    if (run.state === 'published' && run.version !== undefined) made.push(await fetchMails(data, folder, run.version));
  }
  const last = made.at(-1);
  if (last === undefined) throw new Error('the data pipeline published no version');
  return {
    report: {
      dataset: data.dataset,
      runs,
      versions: made.map(versionReport),
      faults: faults.counted(),
      heldOutThenTrained: heldOutThenTrained(made),
    },
    training: {
      split: { train: last.rows.train.map(mailOf), holdOut: last.rows.holdout.map(mailOf) },
      dataset: last.manifest.version,
    },
  };
}

function lastOf(runs: readonly DatasetRun[], what: string): DatasetRun {
  const run = runs.at(-1);
  if (run === undefined) throw new Error(`the ${what} left no run in the catalogue`);
  return run;
}

async function fetchMails(data: StageData, folder: string, version: string): Promise<Made> {
  const manifest = await data.manifest(version);
  const { train, holdout } = await data.rows(manifest, join(folder, version));
  // Rows of the schema that the stage declares: the pipeline lets no others pass.
  const rows = { train: train as readonly MailRow[], holdout: holdout as readonly MailRow[] };
  return { manifest, rows, whole: await data.isWhole(manifest) };
}

function runReport(what: string, batch: MailBatch, run: DatasetRun, seconds: number): DataRunReport {
  const { rows, damaged, duplicates } = batch;
  return {
    what,
    objects: batch.objects.length,
    outcome: run.state === 'running' ? 'failed' : run.state,
    counts: run.counts ?? (batch === NOTHING_NEW ? NO_ROWS : null),
    planted: { rows, published: rows - damaged - duplicates, quarantined: damaged, duplicates },
    version: run.state === 'published' ? (run.version ?? null) : null,
    gate: run.gate?.checks ?? [],
    seconds,
  };
}

/** Of a run that found nothing to read. */
const NO_ROWS = { rows: 0, published: 0, quarantined: 0, duplicates: 0 };

function versionReport({ manifest, whole }: Made): DataVersionReport {
  const { version, parent, rows, shards } = manifest;
  return { version, parent, train: rows.train, holdOut: rows.holdout, shards: shards.length, verified: whole };
}

/** Mails that a version held out and a later one would train on, by id and by content. */
function heldOutThenTrained(made: readonly Made[]): number {
  const held = new Set<string>();
  let straying = 0;
  for (const { rows } of made) {
    straying += rows.train.filter(({ id, fingerprint }) => held.has(id) || held.has(fingerprint)).length;
    for (const { id, fingerprint } of rows.holdout) held.add(id).add(fingerprint);
  }
  return straying;
}

class Faults {
  private readonly rows = new Map<string, { rule: string; column: string | null; rows: number }>();

  add(faults: readonly { readonly rule: string; readonly column?: string }[]): void {
    for (const { rule, column = null } of faults) {
      const key = JSON.stringify([rule, column]);
      const seen = this.rows.get(key) ?? { rule, column, rows: 0 };
      seen.rows += 1;
      this.rows.set(key, seen);
    }
  }

  counted(): DataReport['faults'] {
    return [...this.rows.values()].toSorted((a, b) => b.rows - a.rows);
  }
}
