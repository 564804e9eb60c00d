import type { DatasetSchemaDocument, QuarantinedRow, RowFault } from '../../protocol/dataset';
import { DATASET_OBJECTS } from '../../protocol/dataset';
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

/** Rows that a run set apart, in the order of its shards. */
export async function* quarantinedRows(objects: DatasetObjects, run: string): AsyncGenerator<QuarantinedRow> {
  for (const { key } of await objects.list(DATASET_OBJECTS.quarantineOf(run))) yield* rowsOfFile(objects, key);
}

export async function* rowsOfFile(objects: DatasetObjects, key: string): AsyncGenerator<QuarantinedRow> {
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

function shownFault(fault: RowFault, schema: DatasetSchemaDocument | undefined): RowFault {
  if (fault.value === undefined) return fault;
  const column = schema?.columns.find(({ name }) => name === fault.column);
  return column === undefined || column.personal ? { ...fault, value: MASKED } : fault;
}
