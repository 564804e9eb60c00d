import { DATASET_OBJECTS, type DatasetRun } from '../../protocol/dataset';
import { CliError, EXIT } from '../errors';
import type { DataStage, Tell } from './data-stage';
import { quarantinedRows } from './quarantine';
import { type ReplayObject, ReplayObjects } from './replay-objects';

export interface ReplaySelection {
  /** Absent: the quarantine of every run that was not replayed yet. */
  readonly run?: string;
  /** Also what was replayed before. */
  readonly again: boolean;
}

/** Quarantine of one run that is to be put in again. */
export interface ReplayPlan {
  readonly run: string;
  /** How often it was replayed, this time included. */
  readonly times: number;
  readonly rows: number;
  /** Keys of the source objects that it gives. */
  readonly objects: readonly string[];
  readonly bytes: number;
}

/** Which runs are replayed, and what that gives. Nothing is written. */
export async function planReplay(stage: DataStage, selection: ReplaySelection): Promise<ReplayPlan[]> {
  const plans: ReplayPlan[] = [];
  for (const { run, times } of await runsToReplay(stage, selection)) {
    const plan = { run, times, rows: 0, objects: [] as string[], bytes: 0 };
    await eachObject(stage, run, times, async ({ key, rows, body }) => {
      plan.rows += rows;
      plan.objects.push(key);
      plan.bytes += body.length;
    });
    if (plan.rows > 0) plans.push(plan);
  }
  return plans;
}

/**
 * Writes the rows as source objects, and remembers that. Of a replay that was cut off the objects are there under the same
 * names, with the same bytes: the pipeline takes them once.
 */
export async function writeReplay(
  stage: DataStage,
  plans: readonly ReplayPlan[],
  tell: Tell,
  now: Date,
): Promise<void> {
  const { objects, catalogue, identity } = stage;
  for (const { run, times } of plans) {
    const written: string[] = [];
    let total = 0;
    await eachObject(stage, run, times, async ({ key, body, rows }) => {
      await objects.write(key, body);
      written.push(key);
      total += rows;
      tell(`${total} rows of ${run} written`);
    });
    const by = { replayedAt: now.toISOString(), replayedBy: await identity() };
    await catalogue.markReplay({ run, times, rows: total, objects: written, ...by });
  }
}

/** Of rows that were replayed, how many the runs since set apart again. */
export async function quarantinedAgain(
  stage: DataStage,
  plans: readonly ReplayPlan[],
  runs: readonly DatasetRun[],
): Promise<number> {
  const replayed = new Set(plans.flatMap(({ objects }) => objects));
  let again = 0;
  for (const { run } of runs) {
    for await (const { object } of quarantinedRows(stage.objects, run)) {
      if (object.bucket === stage.objects.bucket && replayed.has(object.key)) again += 1;
    }
  }
  return again;
}

async function eachObject(
  { objects }: DataStage,
  run: string,
  times: number,
  use: (object: ReplayObject) => Promise<void>,
): Promise<void> {
  const replay = new ReplayObjects(replayFolder(run, times));
  for await (const row of quarantinedRows(objects, run)) for (const object of replay.add(row)) await use(object);
  for (const object of replay.finish()) await use(object);
}

function replayFolder(run: string, times: number): string {
  return times === 1 ? run : `${run}.${times}`;
}

interface ToReplay {
  readonly run: string;
  readonly times: number;
}

async function runsToReplay({ objects, catalogue }: DataStage, selection: ReplaySelection): Promise<ToReplay[]> {
  const marks = new Map((await catalogue.replays()).map((mark) => [mark.run, mark]));
  const next = (one: string): ToReplay => ({ run: one, times: (marks.get(one)?.times ?? 0) + 1 });
  const { run, again } = selection;
  if (run !== undefined) {
    if ((await catalogue.run(run)) === undefined) {
      throw new CliError(`there is no run "${run}"; "slipway data list --runs" shows those there are`);
    }
    const mark = marks.get(run);
    if (mark === undefined || again) return [next(run)];
    throw new CliError(
      `the quarantine of ${run} was replayed at ${mark.replayedAt} by ${mark.replayedBy}; --again replays it once more`,
      EXIT.failed,
    );
  }
  const files = await objects.list(DATASET_OBJECTS.quarantine);
  const runs = new Set(files.map(({ key }) => key.split('/')[1] ?? ''));
  return [...runs]
    .filter((one) => again || !marks.has(one))
    .toSorted()
    .map(next);
}
