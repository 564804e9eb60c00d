import { DATASET_OBJECTS } from '../../../protocol/dataset-objects';

/** Keys of what the steps of one run hand to each other in the dataset bucket; gone, or of no use, once it has ended. */
export const RUN_KEYS = {
  /** What `merge` found: counts and the profile of the run. */
  merged: (run: string): string => `${DATASET_OBJECTS.run(run)}merged.json`,
  /** Where the rows of one partition stand in all blocks. */
  parts: (run: string, partition: number): string => `${DATASET_OBJECTS.run(run)}parts/${partition}.json`,
  fates: (run: string, partition: number): string => `${DATASET_OBJECTS.run(run)}fates/${partition}.bin`,
  matched: (run: string, partition: number): string => `${DATASET_OBJECTS.run(run)}matched/${partition}.json`,
  keyIndex: (run: string, partition: number): string => `${DATASET_OBJECTS.run(run)}index/keys-${partition}.bin`,
  groupIndex: (run: string, partition: number): string => `${DATASET_OBJECTS.run(run)}index/groups-${partition}.bin`,
  shard: (run: string, digest: string): string => `${DATASET_OBJECTS.run(run)}out/${digest}.jsonl.gz`,
  split: (run: string, partition: number): string => `${DATASET_OBJECTS.run(run)}split/${partition}.json`,
  /** What `judge` decided, for `publish`. */
  judged: (run: string): string => `${DATASET_OBJECTS.run(run)}judged.json`,
  /** Prefixes under which rows, or hashes of them, lie: removed when the run has ended. */
  temporary: (run: string): readonly string[] =>
    ['rows/', 'fates/', 'index/', 'out/', 'parts/'].map((folder) => `${DATASET_OBJECTS.run(run)}${folder}`),
} as const;
