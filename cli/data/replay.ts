import type { DatasetRun } from '../../protocol/dataset-catalogue';
import { CliError, EXIT } from '../errors';
import type { DataStage, Tell } from './data-stage';
import type { HeldLease } from './lease';
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
  /** Rows of CSV whose header is not kept with them, nor the line that should have been it, and such lines that nobody could read. */
  readonly withoutHeader: number;
  /** Keys of the source objects that it gives. */
  readonly objects: readonly string[];
  readonly bytes: number;
}

/** A run whose quarantine is not for a replay, and why. */
export interface NotReplayed {
  readonly run: string;
  readonly reason: string;
}

export interface Replays {
  readonly plans: readonly ReplayPlan[];
  readonly notReplayed: readonly NotReplayed[];
}

/** Which runs are replayed, and what that gives. Nothing is written. */
export async function planReplay(stage: DataStage, selection: ReplaySelection): Promise<Replays> {
  const { chosen, notReplayed } = await runsToReplay(stage, selection);
  const plans: ReplayPlan[] = [];
  for (const one of chosen) plans.push(await gather(stage, one, async () => {}));
  return { plans: plans.filter(({ rows, leftOut, withoutHeader }) => rows + leftOut + withoutHeader > 0), notReplayed };
}

/**
 * Writes the rows as source objects, and remembers that. Of a replay that was cut off the objects are there under the same
 * names, with the same bytes: they are not put again, and the pipeline takes them once. What another command has done since
 * somebody looked is looked up anew, for only now nobody else works on the dataset.
 */
export async function writeReplay(
  stage: DataStage,
  selection: ReplaySelection,
  { keep }: Pick<HeldLease, 'keep'>,
  tell: Tell,
  now: Date,
): Promise<ReplayPlan[]> {
  const { objects, catalogue, identity } = stage;
  const plans: ReplayPlan[] = [];
  for (const one of (await runsToReplay(stage, selection)).chosen) {
    let total = 0;
    const plan = await gather(stage, one, async ({ key, body, rows }) => {
      await keep();
      await objects.writeOnce(key, body);
      total += rows;
      tell(`${total} rows of ${one.run} written`);
    });
    if (plan.rows === 0) continue;
    plans.push(plan);
    const by = { replayedAt: now.toISOString(), replayedBy: await identity() };
    await keep();
    await catalogue.markReplay({ ...one, rows: plan.rows, objects: plan.objects, ...by });
  }
  return plans;
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

/** Makes the objects of one run, one after the other. */
async function gather(
  { objects }: DataStage,
  { run, times }: ToReplay,
  use: (object: ReplayObject) => Promise<void>,
): Promise<ReplayPlan> {
  const replay = new ReplayObjects(replayFolder(run, times));
  const plan = { run, times, rows: 0, leftOut: 0, withoutHeader: 0, objects: [] as string[], bytes: 0 };
  const take = async (made: readonly ReplayObject[]) => {
    for (const object of made) {
      await use(object);
      plan.rows += object.rows;
      plan.objects.push(object.key);
      plan.bytes += object.body.length;
    }
  };
  for await (const { row, raw } of wholeRows(quarantinedRows(objects, run))) {
    if (raw === undefined) plan.leftOut += 1;
    else await take(replay.add(row, raw));
  }
  await take(replay.finish());
  return { ...plan, withoutHeader: replay.withoutHeader };
}

function replayFolder(run: string, times: number): string {
  return times === 1 ? run : `${run}.${times}`;
}

interface ToReplay {
  readonly run: string;
  readonly times: number;
}

interface Selected {
  readonly chosen: readonly ToReplay[];
  readonly notReplayed: readonly NotReplayed[];
}

async function runsToReplay({ objects, catalogue }: DataStage, selection: ReplaySelection): Promise<Selected> {
  const marks = new Map((await catalogue.replays()).map((mark) => [mark.run, mark]));
  const next = (one: string): ToReplay => ({ run: one, times: (marks.get(one)?.times ?? 0) + 1 });
  const { run, again } = selection;
  if (run !== undefined) {
    const item = await catalogue.run(run);
    if (item === undefined) {
      throw new CliError(`there is no run "${run}"; "slipway data list --runs" shows those there are`);
    }
    const reason = whyNot(item);
    if (reason !== undefined) throw new CliError(`the quarantine of ${run} is not replayed: ${reason}`, EXIT.failed);
    const mark = marks.get(run);
    if (mark === undefined || again) return { chosen: [next(run)], notReplayed: [] };
    throw new CliError(
      `the quarantine of ${run} was replayed at ${mark.replayedAt} by ${mark.replayedBy}; --again replays it once more`,
      EXIT.failed,
    );
  }
  const items = new Map((await catalogue.runs()).map((item) => [item.run, item]));
  const chosen: ToReplay[] = [];
  const notReplayed: NotReplayed[] = [];
  for (const one of await quarantinedRuns(objects)) {
    const reason = whyNot(items.get(one));
    if (reason !== undefined) notReplayed.push({ run: one, reason });
    else if (again || !marks.has(one)) chosen.push(next(one));
  }
  return { chosen, notReplayed };
}

/** Only of a run that has taken its objects do the rows come back by a replay alone; of any other they would come twice. */
function whyNot(run: DatasetRun | undefined): string | undefined {
  if (run === undefined) return 'the catalogue does not know the run';
  const { state, phase } = run;
  if (state === 'published' || state === 'unchanged') return undefined;
  if (state === 'running') return 'the run is still at work';
  if (phase === 'committed') return 'the run is not finished; "slipway data run" finishes it';
  const how = state === 'gate-failed' ? 'its gate failed' : `the run ended as "${state}"`;
  return `${how}, and the next run reads its sources again`;
}
