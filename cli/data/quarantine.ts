import type { DatasetSchemaDocument, QuarantinedRow, RowFault } from '../../protocol/dataset';
import { CATALOGUE_KEYS } from '../../protocol/dataset-catalogue';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { CliError, EXIT } from '../errors';
import { linesOf } from './lines';
import type { DatasetObjects } from './ports';

const MASKED = '***';

/** A quarantined row as it may be shown: nothing of it but where it stood, what was expected, and values that are not personal. */
export interface ShownRow {
  /** `s3://bucket/key`. */
  readonly object: string;
  readonly versionId?: string;
  readonly row: number;
  readonly offset?: number;
  readonly faults: readonly RowFault[];
}

/** Lines of what a run set apart, in the order of its shards: a row, or one piece of it after the other. */
export async function* quarantinedRows(objects: DatasetObjects, run: string): AsyncGenerator<QuarantinedRow> {
  for (const key of await quarantineFiles(objects, run)) yield* rowsOfFile(objects, key);
}

/** Keys of the files of a run, the files of a shard as they were written: pieces of a row may go on in the next. */
export async function quarantineFiles(objects: DatasetObjects, run: string): Promise<string[]> {
  const found = (await objects.list(DATASET_OBJECTS.quarantineOf(run))).map(({ key }) => ({ key, ...fileOf(key) }));
  return found
    .toSorted((a, b) => (a.shard === b.shard ? a.number - b.number : a.shard < b.shard ? -1 : 1))
    .map(({ key }) => key);
}

/** Runs that have a quarantine. */
export async function quarantinedRuns(objects: DatasetObjects): Promise<string[]> {
  const files = await objects.list(DATASET_OBJECTS.quarantine);
  return [...new Set(files.map(({ key }) => key.split('/')[1] ?? ''))].toSorted();
}

/** `00000`, `00000-1`, `conflicts-7`, `conflicts-7-1`. */
function fileOf(key: string): { readonly shard: string; readonly number: number } {
  const name = key.slice(key.lastIndexOf('/') + 1);
  const [, shard = name, number = '0'] = /^(\d+|conflicts-\d+)(?:-(\d+))?\.jsonl$/.exec(name) ?? [];
  return { shard, number: Number(number) };
}

/** What tells the lines of one row from those of others of its run. */
export function rowIdOf({ object, row }: Pick<QuarantinedRow, 'object' | 'row'>): string {
  return `${CATALOGUE_KEYS.source(object)}#${row}`;
}

/** Whether a line is the first of its row, or all of it. */
export function isFirst({ piece = 0 }: QuarantinedRow): boolean {
  return piece === 0;
}

async function* rowsOfFile(objects: DatasetObjects, key: string): AsyncGenerator<QuarantinedRow> {
  const stream = await objects.read(key);
  if (stream === undefined) return;
  let number = 0;
  for await (const lines of linesOf(stream)) {
    for (const line of lines) {
      number += 1;
      yield parsedRow(line, key, number);
    }
  }
}

/** What cannot be read is told by its place: the line itself may hold anything. */
export function parsedRow(line: Buffer, key: string, number: number): QuarantinedRow {
  try {
    return JSON.parse(line.toString('utf8')) as QuarantinedRow;
  } catch {
    throw new CliError(`line ${number} of ${key} is no JSON: the quarantine file is damaged`, EXIT.failed);
  }
}

/**
 * Without its bytes, and with the values that its schema says are not personal. A value that no column has, or of a column that
 * the schema does not know, could be anybody's.
 */
export function shownRow(row: QuarantinedRow, schema: DatasetSchemaDocument | undefined): ShownRow {
  const { bucket, key, versionId } = row.object;
  return {
    object: `s3://${bucket}/${key}`,
    ...(versionId === undefined ? {} : { versionId }),
    row: row.row,
    ...(row.offset === undefined ? {} : { offset: row.offset }),
    faults: row.faults.map((fault) => shownFault(fault, schema)),
  };
}

/** The value of a fault is shown only where its schema says that it is not personal. */
export function shownFault(fault: RowFault, schema: DatasetSchemaDocument | undefined): RowFault {
  if (fault.value === undefined) return fault;
  const column = schema?.columns.find(({ name }) => name === fault.column);
  return column === undefined || column.personal ? { ...fault, value: MASKED } : fault;
}
