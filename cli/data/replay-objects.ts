import { createHash } from 'node:crypto';
import { MAX_ROW_BYTES } from '../../lambdas/shared/dataset/read/window';
import type { QuarantinedRow } from '../../protocol/dataset';
import { CATALOGUE_KEYS } from '../../protocol/dataset-catalogue';
import { replayObject } from '../../protocol/dataset-objects';

/** A source object made of quarantined rows. */
export interface ReplayObject {
  readonly key: string;
  readonly body: Buffer;
  readonly rows: number;
}

/** A worker reads an object of this size in one go. */
const MAX_OBJECT_BYTES = 64 * 1024 * 1024;
const LINE_FEED = Buffer.from('\n');

/** Rows that are read alike: of one format, with one delimiter and one header. */
interface Group {
  readonly format: QuarantinedRow['format'];
  readonly delimiter: string;
  readonly header: Buffer | undefined;
  readonly rows: Buffer[];
  bytes: number;
}

/** A first line that was set apart, and with it every row. */
interface HeaderLine {
  readonly raw: Buffer;
  /** Whether it names columns, though not those of the schema; else nobody could read it. */
  readonly isHeader: boolean;
  /** Whether rows have come for it. */
  used: boolean;
}

interface Columns {
  readonly name: string;
  readonly header: Buffer | undefined;
}

/**
 * Makes source objects of the original bytes of quarantined rows. Their names are made of their content: rows that are put in
 * again after a crash give the objects that are there.
 */
export class ReplayObjects {
  private readonly groups = new Map<string, Group>();
  /** Header lines that were set apart as row 0, by the object that they stood in. */
  private readonly headers = new Map<string, HeaderLine>();
  private rowsWithoutHeader = 0;

  /** The folder of a replay has a name of its own: what has the name and bytes of an object that was taken is not read again. */
  constructor(private readonly folder: string) {}

  /** Rows that cannot be put in again, since nobody knows any more what their columns are. After `finish`. */
  get withoutHeader(): number {
    const unread = [...this.headers.values()].filter(({ used, isHeader }) => !used && !isHeader).length;
    return this.rowsWithoutHeader + unread;
  }

  /** Takes a row with all of its bytes, the header line of an object before its rows, and gives the objects that it completes. */
  add(row: QuarantinedRow, raw: Buffer): ReplayObject[] {
    if (row.format === 'csv' && row.row === 0) {
      const isHeader = row.faults.every(({ rule }) => rule === 'columns');
      this.headers.set(CATALOGUE_KEYS.source(row.object), { raw, isHeader, used: false });
      return [];
    }
    const columns = this.columnsOf(row);
    if (columns === undefined) {
      this.rowsWithoutHeader += 1;
      return [];
    }
    const { name, header } = columns;
    const fresh = (): Group => ({ format: row.format, delimiter: row.delimiter, header, rows: [], bytes: 0 });
    if (row.format === 'csv' && swallows(raw)) return [this.objectOf({ ...fresh(), rows: [raw], bytes: raw.length })];
    const group = this.groups.get(name) ?? fresh();
    this.groups.set(name, group);
    group.rows.push(raw);
    group.bytes += raw.length;
    if (group.bytes < MAX_OBJECT_BYTES) return [];
    this.groups.delete(name);
    return [this.objectOf(group)];
  }

  /** The objects that are left. */
  finish(): ReplayObject[] {
    const objects = [...this.groups.values()].map((group) => this.objectOf(group));
    this.groups.clear();
    return objects;
  }

  /** What tells rows that are read alike, and the line that goes before them; undefined where a row of CSV has none. */
  private columnsOf({ format, delimiter, header = [], object }: QuarantinedRow): Columns | undefined {
    if (format !== 'csv') return { name: 'jsonl', header: undefined };
    const source = CATALOGUE_KEYS.source(object);
    const line = this.headers.get(source);
    if (line !== undefined && line.raw.length <= MAX_ROW_BYTES) {
      line.used = true;
      return { name: JSON.stringify([delimiter, source]), header: line.raw };
    }
    if (header.length === 0) return undefined;
    return { name: JSON.stringify([delimiter, header]), header: headerLine(header, delimiter) };
  }

  private objectOf({ format, delimiter, header, rows }: Group): ReplayObject {
    const lines = header === undefined ? rows : [header, ...rows];
    const body = Buffer.concat(lines.flatMap((line) => (endsLine(line) ? [line] : [line, LINE_FEED])));
    const digest = createHash('sha256').update(body).digest('hex').slice(0, 16);
    const key = replayObject(this.folder, digest, format === 'csv' ? { format, delimiter } : { format: 'jsonl' });
    return { key, body, rows: rows.length };
  }
}

function headerLine(names: readonly string[], delimiter: string): Buffer {
  const cells = names.map((name) =>
    /["\r\n]/.test(name) || name.includes(delimiter) ? `"${name.replaceAll('"', '""')}"` : name,
  );
  return Buffer.from(cells.join(delimiter));
}

/** Whether quotes are left open, so that the row would take the rows after it for its own. It gets an object of its own. */
function swallows(raw: Buffer): boolean {
  let quotes = 0;
  for (let at = raw.indexOf(0x22); at !== -1; at = raw.indexOf(0x22, at + 1)) quotes += 1;
  return quotes % 2 === 1;
}

function endsLine(line: Buffer): boolean {
  const last = line.at(-1);
  return last === 0x0a || last === 0x0d;
}
