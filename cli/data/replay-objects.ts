import { createHash } from 'node:crypto';
import { type QuarantinedRow, replayObject } from '../../protocol/dataset';

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

/**
 * Makes source objects of the original bytes of quarantined rows. Their names are made of their content: rows that are put in
 * again after a crash give the objects that are there.
 */
export class ReplayObjects {
  private readonly groups = new Map<string, Group>();

  /** The folder of a replay has a name of its own: what has the name and bytes of an object that was taken is not read again. */
  constructor(private readonly folder: string) {}

  /** Takes a row with all of its bytes, and gives the objects that it completes. */
  add(row: QuarantinedRow, raw: Buffer): ReplayObject[] {
    if (row.format === 'csv' && swallows(raw)) {
      return [this.objectOf({ ...groupOf(row), rows: [raw], bytes: raw.length })];
    }
    const name = nameOf(row);
    const group = this.groups.get(name) ?? groupOf(row);
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

  private objectOf({ format, delimiter, header, rows }: Group): ReplayObject {
    const lines = header === undefined ? rows : [header, ...rows];
    const body = Buffer.concat(lines.flatMap((line) => (endsLine(line) ? [line] : [line, LINE_FEED])));
    const digest = createHash('sha256').update(body).digest('hex').slice(0, 16);
    const key = replayObject(this.folder, digest, format === 'csv' ? { format, delimiter } : { format: 'jsonl' });
    return { key, body, rows: rows.length };
  }
}

/** Without a header the first row of an object is its header: rows of several objects cannot be mixed. */
function nameOf({ format, delimiter, header, object }: QuarantinedRow): string {
  if (format !== 'csv') return 'jsonl';
  return JSON.stringify([delimiter, header ?? null, header === undefined ? [object.bucket, object.key] : null]);
}

function groupOf({ format, delimiter, header }: QuarantinedRow): Group {
  const line = format === 'csv' && header !== undefined ? headerLine(header, delimiter) : undefined;
  return { format, delimiter, header: line, rows: [], bytes: 0 };
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
