import type { QuarantinedRow, RowFault, ShardTask } from '../../protocol/dataset';
import type { SourceBytes } from './shard-rows';

/** A file of quarantined rows is finished when it has so many bytes. */
export const QUARANTINE_FILE_BYTES = 8 * 1024 * 1024;

export interface Rejected {
  readonly row: number;
  readonly faults: readonly RowFault[];
  readonly source: SourceBytes;
  readonly piece?: number;
  readonly header?: readonly string[];
}

/** Lines of quarantined rows, gathered into files. */
export class QuarantineWriter {
  private lines: Buffer[] = [];
  private bytes = 0;

  constructor(private readonly task: Pick<ShardTask, 'object' | 'format' | 'delimiter'>) {}

  get size(): number {
    return this.bytes;
  }

  add({ row, faults, source, piece, header }: Rejected): void {
    const { object, format, delimiter } = this.task;
    const { bytes, from, to, offset, compressed } = source;
    const line: QuarantinedRow = {
      object,
      format,
      delimiter,
      ...(header === undefined ? {} : { header }),
      row,
      ...(offset === undefined ? {} : { offset }),
      raw: bytes.toString('base64', from, to),
      ...(piece === undefined ? {} : { piece }),
      ...(compressed === undefined ? {} : { compressed }),
      faults,
    };
    const text = Buffer.from(`${JSON.stringify(line)}\n`);
    this.lines.push(text);
    this.bytes += text.length;
  }

  /** The file so far; the next one is empty. */
  finish(): Buffer {
    const file = Buffer.concat(this.lines);
    this.lines = [];
    this.bytes = 0;
    return file;
  }
}
