import type { DatasetRun } from '../../protocol/dataset';
import { CliError, EXIT } from '../errors';
import type { DataStage, Tell } from './data-stage';
import { isFirst, quarantinedRows, quarantinedRuns } from './quarantine';
import { type ReplayObject, ReplayObjects } from './replay-objects';
import { wholeRows } from './whole-rows';

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
  /** Rows that no source object can be made of: longer than any worker takes, or what follows a damage in a compressed object. */
  readonly leftOut: number;
  /** Keys of the source objects that it gives. */
  readonly objects: readonly string[];
  readonly bytes: number;
}

/** Which runs are replayed, and what that gives. Nothing is written. */
export async function planReplay(stage: DataStage, selection: ReplaySelection): Promise<ReplayPlan[]> {
  const plans: ReplayPlan[] = [];
  for (const { run, times } of await runsToReplay(stage, selection)) {
    const plan = { run, times, rows: 0, leftOut: 0, objects: [] as string[], bytes: 0 };
    plan.leftOut = await eachObject(stage, run, times, async ({ key, rows, body }) => {
      plan.rows += rows;
      plan.objects.push(key);
      plan.bytes += body.length;
    });
    if (plan.rows + plan.leftOut > 0) plans.push(plan);
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
  for (const { run, times, rows } of plans) {
    if (rows === 0) continue;
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
    for await (const row of quarantinedRows(stage.objects, run)) {
      const { object } = row;
      if (isFirst(row) && object.bucket === stage.objects.bucket && replayed.has(object.key)) again += 1;
    }
  }
  return again;
}

/** Gives how many rows there are that cannot be put in again. */
async function eachObject(
  { objects }: DataStage,
  run: string,
  times: number,
  use: (object: ReplayObject) => Promise<void>,
): Promise<number> {
  const replay = new ReplayObjects(replayFolder(run, times));
  let leftOut = 0;
  for await (const { row, raw } of wholeRows(quarantinedRows(objects, run))) {
    if (raw === undefined) leftOut += 1;
    else for (const object of replay.add(row, raw)) await use(object);
  }
  for (const object of replay.finish()) await use(object);
  return leftOut;
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
  const runs = await quarantinedRuns(objects);
  return runs.filter((one) => again || !marks.has(one)).map(next);
}
