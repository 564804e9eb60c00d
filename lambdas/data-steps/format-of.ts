import type { SourceDocument, SourceFormat } from '../../protocol/dataset';
import { replayFormat } from '../../protocol/dataset-objects';

export interface ObjectFormat {
  readonly format: SourceFormat;
  readonly gzip: boolean;
  readonly delimiter: string;
}

const DEFAULT_DELIMITER = ',';
const BY_ENDING: Readonly<Record<string, SourceFormat>> = {
  csv: 'csv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  parquet: 'parquet',
};

/** How an object is to be read: as its source declares, or as its name tells. Undefined where neither says. */
export function formatOf(source: SourceDocument, key: string): ObjectFormat | undefined {
  const { delimiter = DEFAULT_DELIMITER } = source;
  const name = key.slice(key.lastIndexOf('/') + 1).toLowerCase();
  const gzip = name.endsWith('.gz');
  const [, ending = ''] = /\.([a-z]+)$/.exec(gzip ? name.slice(0, -'.gz'.length) : name) ?? [];
  const format = source.format ?? BY_ENDING[ending];
  if (format === undefined) return undefined;
  // Parquet compresses within itself, and is read from its end.
  if (format === 'parquet') return gzip ? undefined : { format, gzip, delimiter };
  return { format, gzip, delimiter };
}

/** How an object of replayed rows is to be read; its key tells. */
export function formatOfReplay(key: string): ObjectFormat | undefined {
  const how = replayFormat(key);
  if (how === undefined) return undefined;
  return { format: how.format, gzip: false, delimiter: how.format === 'csv' ? how.delimiter : DEFAULT_DELIMITER };
}
