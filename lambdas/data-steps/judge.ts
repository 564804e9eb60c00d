import { DATA_OUTCOME, type PipelineRun } from '../../protocol/data-pipeline';
import {
  accountsHold,
  type DatasetManifest,
  type GateReport,
  type RowCounts,
  type ShardFile,
} from '../../protocol/dataset';
import type { RunReport } from '../../protocol/dataset-catalogue';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { atOnce } from '../shared/at-once';
import { readJson, writeJson } from '../shared/dataset/object-store';
import type { MatchResult, RunPlan, SplitResult } from '../shared/dataset/partition-results';
import { RUN_KEYS } from '../shared/dataset/run-keys';
import type { DatasetProfile } from '../shared/statistics/dataset-profile';
import { mergeProfiles } from '../shared/statistics/profile';
import { readProfile } from '../shared/statistics/read-profile';
import { unaccounted } from './accounting';
import { judgeRun } from './gate';
import { keepLease } from './lease';
import type { MergedRun } from './merged-run';
import type { World } from './ports';
import { beginOf } from './run-time';

const READS = 16;

/** What `publish` goes by. */
export interface JudgedRun {
  readonly counts: RowCounts;
  readonly gate: GateReport;
  /** Of the rows that the run adds. */
  readonly files: readonly ShardFile[];
  readonly added?: DatasetProfile;
  readonly newestEvent?: string;
}

/** Checks that no row went missing, then judges the run by what is expected of it. */
export async function judge(world: World, execution: string, run: PipelineRun): Promise<PipelineRun> {
  const { bucket, catalogue, config } = world;
  await keepLease(world, execution, run.run);
  const { parent, leftAlone } = await readJson<RunPlan>(bucket, DATASET_OBJECTS.plan(run.run));
  const merged = await readJson<MergedRun>(bucket, RUN_KEYS.merged(run.run));
  const partitions = Array.from({ length: config.partitions }, (_, partition) => partition);
  const matched = await atOnce(partitions, READS, (partition) =>
    readJson<MatchResult>(bucket, RUN_KEYS.matched(run.run, partition)),
  );
  const split = await atOnce(partitions, READS, (partition) =>
    readJson<SplitResult>(bucket, RUN_KEYS.split(run.run, partition)),
  );
  const counts = countsOf(merged, matched, split);
  const wrong = unaccounted(merged.counts, matched, split);
  if (wrong !== undefined || !accountsHold(counts)) {
    const error = `the accounting does not hold: ${wrong ?? JSON.stringify(counts)}`;
    await catalogue.changeRun(run.run, { counts, error });
    return { ...run, counts, outcome: DATA_OUTCOME.refused, ending: 'failed' };
  }

  const { faultsByRule, samples, lost, profile, newestEvent } = merged;
  const told = { run: run.run, counts, faultsByRule, samples, leftAlone, lost, profile };
  // All that was planned had changed before it was read: there is nothing to judge, and `merge` has asked for a run that reads it anew.
  if (counts.rows === 0 && lost.length > 0) {
    const report: RunReport = { ...told, gate: { passed: true, checks: [] } };
    await writeJson(bucket, DATASET_OBJECTS.report(run.run), report);
    await catalogue.changeRun(run.run, { counts });
    return { ...run, counts, outcome: DATA_OUTCOME.unchanged, ending: 'unchanged' };
  }
  const added = addedProfile(split);
  const gate = judgeRun({
    schema: config.schema,
    counts,
    accepted: merged.counts.accepted,
    failFaults: merged.failFaults,
    conflicts: sum(split, ({ conflicts }) => conflicts),
    profile,
    added,
    parent: parent === null ? undefined : await parentProfile(world, parent),
    newestEvent,
    began: beginOf(await catalogue.run(run.run), world.now()),
  });
  const report: RunReport = { ...told, gate };
  await writeJson(bucket, DATASET_OBJECTS.report(run.run), report);
  const judged: JudgedRun = { counts, gate, files: split.flatMap(({ files }) => files), added, newestEvent };
  await writeJson(bucket, RUN_KEYS.judged(run.run), judged);
  await catalogue.changeRun(run.run, { phase: 'judged', counts, gate: withinItem(gate) });
  if (gate.passed) return { ...run, counts, outcome: DATA_OUTCOME.next };
  return { ...run, counts, outcome: DATA_OUTCOME.refused, ending: 'gate-failed' };
}

/** An item holds 400 KB, and a schema of a thousand columns has thousands of checks; the report of the run has all of them. */
const CHECKS_OF_ITEM = 100;

/** What the item of a run keeps of a gate: all checks, or the first that failed where there are many. */
export function withinItem({ passed, checks }: GateReport): GateReport {
  if (checks.length <= CHECKS_OF_ITEM) return { passed, checks };
  return { passed, checks: checks.filter((check) => !check.passed).slice(0, CHECKS_OF_ITEM) };
}

function countsOf({ counts }: MergedRun, matched: readonly MatchResult[], split: readonly SplitResult[]): RowCounts {
  return {
    rows: counts.rows,
    published: sum(split, ({ published }) => published),
    quarantined: counts.quarantined + sum(split, ({ conflicts }) => conflicts),
    duplicates: sum(matched, ({ duplicates }) => duplicates),
  };
}

function addedProfile(split: readonly SplitResult[]): DatasetProfile | undefined {
  return split
    .flatMap(({ profile }) => (profile === undefined ? [] : [profile]))
    .reduce<DatasetProfile | undefined>((all, one) => (all === undefined ? one : mergeProfiles(all, one)), undefined);
}

async function parentProfile({ bucket }: World, version: string) {
  const { profile } = await readJson<DatasetManifest>(bucket, DATASET_OBJECTS.manifest(version));
  return { version, profile: readProfile(profile) };
}

function sum<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
