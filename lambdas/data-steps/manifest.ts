import type { DataPipelineConfig, DatasetManifest, SourceObject } from '../../protocol/dataset';
import { liveShards, rowsBySide } from '../shared/dataset/live-shards';
import { contentHashOf, schemaHashOf, versionOf } from '../shared/dataset/version-address';
import type { DatasetProfile } from '../shared/statistics/dataset-profile';
import { mergeProfiles } from '../shared/statistics/profile';
import { readProfile } from '../shared/statistics/read-profile';
import type { JudgedRun } from './judge';
import { later } from './merged-run';
import { credible } from './run-time';

export interface MadeOf {
  readonly config: DataPipelineConfig;
  readonly run: string;
  readonly judged: JudgedRun;
  readonly sources: readonly SourceObject[];
  /** Undefined for the first version. */
  readonly parent: DatasetManifest | undefined;
  /** Milliseconds since the epoch: when the run began or was taken up. */
  readonly began: number;
  /** ISO 8601, UTC. */
  readonly publishedAt: string;
}

/** The manifest of the version that a run makes: the shards that are left of the parent, and those of the rows it adds. */
export function manifestOf({ config, run, judged, sources, parent, began, publishedAt }: MadeOf): DatasetManifest {
  const { schema, holdOut, partitions, dataset, codeVersion } = config;
  const shards = [...(parent === undefined ? [] : liveShards(parent)), ...judged.files];
  const schemaHash = schemaHashOf(schema);
  const contentHash = contentHashOf(
    schemaHash,
    shards.map(({ digest }) => digest),
  );
  const newestEvent = later(credible(parent?.newestEvent, began), judged.newestEvent);
  return {
    dataset,
    version: versionOf(contentHash),
    contentHash,
    schema,
    schemaHash,
    holdOut,
    partitions,
    shards,
    rows: rowsBySide(shards),
    counts: judged.counts,
    sources,
    profile: profileOfAll(parent, judged.added),
    addedProfile: judged.added ?? null,
    gate: judged.gate,
    parent: parent?.version ?? null,
    run,
    codeVersion,
    publishedAt,
    ...(newestEvent === undefined ? {} : { newestEvent }),
    tombstones: [],
  };
}

function profileOfAll(parent: DatasetManifest | undefined, added: DatasetProfile | undefined): DatasetProfile | null {
  const before = parent === undefined ? undefined : readProfile(parent.profile);
  if (before === undefined || added === undefined) return before ?? added ?? null;
  return mergeProfiles(before, added);
}
