import { DATASET_OBJECTS, type DatasetRun } from '../../protocol/dataset';
import { CliError, EXIT } from '../errors';
import type { DataStage, Tell } from './data-stage';
import { quarantinedRows } from './quarantine';
import { ReplayObjects } from './replay-objects';

export interface ReplaySelection {
  /** Absent: the quarantine of every run that was not replayed yet. */
  readonly run?: string;
  /** Also what was replayed before. */
  readonly again: boolean;
}

/** Quarantine of one run that is to be put in again. */
export interface ReplayPlan {
  readonly run: string;
  readonly rows: number;
  /** Keys of the source objects that it gives. */
  readonly objects: readonly string[];
  readonly bytes: number;
}

/** Which runs are replayed, and what that gives. Nothing is written. */
export async function planReplay(stage: DataStage, selection: ReplaySelection): Promise<ReplayPlan[]> {
  const runs = await runsToReplay(stage, selection);
  const plans: ReplayPlan[] = [];
  for (const run of runs) {
    const plan = { run, rows: 0, objects: [] as string[], bytes: 0 };
    await eachObject(stage, run, async ({ key, rows, body }) => {
      plan.rows += rows;
      plan.objects.push(key);
      plan.bytes += body.length;
    });
    if (plan.rows > 0) plans.push(plan);
  }
  return plans;
}

/**
 * Writes the rows as source objects, and remembers that. An object that is written again is another source, which the pipeline
 * reads anew: what a replay that was cut off has left under the same names is written again only where that was asked for.
 */
export async function writeReplay(
  stage: DataStage,
  plans: readonly ReplayPlan[],
  { again, tell, now }: { readonly again: boolean; readonly tell: Tell; readonly now: Date },
): Promise<void> {
  const { objects, catalogue, identity } = stage;
  for (const { run } of plans) {
    const there = new Set((await objects.list(`${DATASET_OBJECTS.replay}${run}/`)).map(({ key }) => key));
    const written: string[] = [];
    let total = 0;
    await eachObject(stage, run, async ({ key, body, rows }) => {
      if (again || !there.has(key)) await objects.write(key, body);
      written.push(key);
      total += rows;
      tell(`${total} rows of ${run} written`);
    });
    await catalogue.markReplay({
      run,
      rows: total,
      objects: written,
      replayedAt: now.toISOString(),
      replayedBy: await identity(),
    });
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
  use: (object: ReturnType<ReplayObjects['add']>[number]) => Promise<void>,
): Promise<void> {
  const replay = new ReplayObjects(run);
  for await (const row of quarantinedRows(objects, run)) for (const object of replay.add(row)) await use(object);
  for (const object of replay.finish()) await use(object);
}

async function runsToReplay({ objects, catalogue }: DataStage, selection: ReplaySelection): Promise<string[]> {
  const marks = new Map((await catalogue.replays()).map((mark) => [mark.run, mark]));
  const { run, again } = selection;
  if (run !== undefined) {
    if ((await catalogue.run(run)) === undefined) {
      throw new CliError(`there is no run "${run}"; "slipway data list --runs" shows those there are`);
    }
    const mark = marks.get(run);
    if (mark === undefined || again) return [run];
    throw new CliError(
      `the quarantine of ${run} was replayed at ${mark.replayedAt} by ${mark.replayedBy}; --again replays it once more`,
      EXIT.failed,
    );
  }
  const files = await objects.list(DATASET_OBJECTS.quarantine);
  const runs = new Set(files.map(({ key }) => key.split('/')[1] ?? ''));
  return [...runs].filter((one) => again || !marks.has(one)).toSorted();
}
