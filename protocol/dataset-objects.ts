/** Keys of objects in the dataset bucket. */
export const DATASET_OBJECTS = {
  runs: 'runs/',
  run: (run: string): string => `runs/${run}/`,
  plan: (run: string): string => `runs/${run}/plan.json`,
  shardList: (run: string): string => `runs/${run}/shards.jsonl`,
  partitionList: (run: string): string => `runs/${run}/partitions.jsonl`,
  checked: (run: string, shard: string): string => `runs/${run}/checked/${shard}.json`,
  rows: (run: string): string => `runs/${run}/rows/`,
  rowBlock: (run: string, shard: string, block: number): string => `runs/${run}/rows/${shard}-${block}.rows`,
  report: (run: string): string => `runs/${run}/report.json`,
  quarantine: 'quarantine/',
  quarantineOf: (run: string): string => `quarantine/${run}/`,
  quarantineFile: (run: string, shard: string): string => `quarantine/${run}/${shard}.jsonl`,
  /** Quarantined rows of a shard come in files of bounded size: the first is `quarantineFile`, these are the second and later. */
  furtherQuarantineFile: (run: string, shard: string, file: number): string =>
    `quarantine/${run}/${shard}-${file}.jsonl`,
  shards: 'shards/',
  shard: (digest: string): string => `shards/${digest}.jsonl.gz`,
  manifests: 'manifests/',
  manifest: (version: string): string => `manifests/${version}.json`,
  indexes: 'index/',
  index: (version: string): string => `index/${version}/`,
  keyIndex: (version: string, partition: number): string => `index/${version}/keys-${partition}.bin`,
  groupIndex: (version: string, partition: number): string => `index/${version}/groups-${partition}.bin`,
  replay: 'replay/',
  /** Where objects can be put for a dataset that has no source bucket of its own. */
  inbox: 'inbox/',
} as const;

/** How an object of replayed rows is to be read. Rows of Parquet files come back as JSON lines. */
export type ReplayFormat = { readonly format: 'csv'; readonly delimiter: string } | { readonly format: 'jsonl' };

/**
 * Key of an object of replayed rows. It tells the delimiter, as the code of a character, for the bucket's rows are of many
 * sources. The folder is that of one replay of one run: what has the key and the bytes of an object that was taken is not read again.
 */
export function replayObject(folder: string, digest: string, how: ReplayFormat): string {
  const name = how.format === 'jsonl' ? `${digest}.jsonl` : `${digest}-${how.delimiter.charCodeAt(0)}.csv`;
  return `${DATASET_OBJECTS.replay}${folder}/${name}`;
}

/** What `replayObject` said; undefined for a key that it did not make. */
export function replayFormat(key: string): ReplayFormat | undefined {
  const [, name] = /^replay\/[^/]+\/([^/]+)$/.exec(key) ?? [];
  if (name === undefined) return undefined;
  const [, code] = /^[0-9a-f]+-(\d+)\.csv$/.exec(name) ?? [];
  if (code !== undefined) return { format: 'csv', delimiter: String.fromCharCode(Number(code)) };
  return /^[0-9a-f]+\.jsonl$/.test(name) ? { format: 'jsonl' } : undefined;
}
