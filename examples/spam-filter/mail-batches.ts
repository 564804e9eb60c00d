import { gzipSync } from 'node:zlib';
import { fingerprintOf, type Mail } from './mails';

/** A mail as a row of the dataset, in the order of its columns. */
export interface MailRow {
  readonly id: string;
  /** When it was sent, ISO 8601; null where its header says nothing that can be read. */
  readonly sent: string | null;
  readonly label: string;
  /** The same for copies of one mail, which are never split. */
  readonly fingerprint: string;
  readonly text: string;
}

/** An object as it arrives. */
export interface MailObject {
  /** Below the prefix of the source. */
  readonly name: string;
  readonly body: Buffer;
}

/** Objects that arrive together, and what was planted in them. */
export interface MailBatch {
  readonly objects: readonly MailObject[];
  readonly rows: number;
  /** Rows that no schema lets pass. */
  readonly damaged: number;
  /** Rows that an earlier batch brought already. */
  readonly duplicates: number;
}

const COLUMNS = ['id', 'sent', 'label', 'fingerprint', 'text'] as const;
/** Rows of the first batch that the second brings again: every fortieth. */
const RESENT_EVERY = 40;
/** Mails that are older than what came with them, and late: every fiftieth. */
const LATE_EVERY = 50;

export function mailRow(mail: Mail): MailRow {
  return { id: mail.id, sent: sentAt(mail.text), label: mail.label, fingerprint: fingerprintOf(mail), text: mail.text };
}

export function mailOf({ id, text, label }: MailRow): Mail {
  if (label !== 'spam' && label !== 'ham') throw new RangeError(`the label of mail ${id} is neither spam nor ham`);
  return { id, text, label };
}

/**
 * The corpus as a mailbox would bring it: two batches of several objects in several formats. The second has damaged rows, rows that
 * were brought before, and an object of the first that comes late.
 */
export function mailBatches(mails: readonly Mail[]): readonly [first: MailBatch, second: MailBatch] {
  // By their fingerprint, so that every object has mails of all kinds.
  const rows = mails.map(mailRow).toSorted((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
  const half = Math.floor(rows.length * 0.6);
  const late = rows.slice(0, half).filter((_, i) => i % LATE_EVERY === 0);
  const early = rows.slice(0, half).filter((_, i) => i % LATE_EVERY !== 0);
  const fresh = rows.slice(half);
  const resent = early.filter((_, i) => i % RESENT_EVERY === 0);
  const [a, b, c] = thirds(early);
  const [d, e, f] = thirds(fresh);
  const damagedLines = damagedJson(fresh);
  const damagedRecords = damagedCsv(fresh);
  return [
    {
      objects: [
        { name: '2002-08/inbox.jsonl', body: Buffer.from(jsonLines(a)) },
        { name: '2002-08/archive.jsonl.gz', body: gzipSync(jsonLines(b)) },
        { name: '2002-08/export.csv', body: Buffer.from(csv(c)) },
      ],
      rows: early.length,
      damaged: 0,
      duplicates: 0,
    },
    {
      objects: [
        { name: '2002-09/inbox.jsonl', body: Buffer.from(jsonLines(d) + damagedLines.join('')) },
        { name: '2002-09/archive.jsonl.gz', body: gzipSync(jsonLines([...e, ...resent])) },
        { name: '2002-09/export.csv.gz', body: gzipSync(csv(f) + damagedRecords.join('')) },
        { name: '2002-08/late.jsonl', body: Buffer.from(jsonLines(late)) },
      ],
      rows: fresh.length + resent.length + late.length + damagedLines.length + damagedRecords.length,
      damaged: damagedLines.length + damagedRecords.length,
      duplicates: resent.length,
    },
  ];
}

function thirds<T>(items: readonly T[]): [T[], T[], T[]] {
  const third = Math.ceil(items.length / 3);
  return [items.slice(0, third), items.slice(third, 2 * third), items.slice(2 * third)];
}

function jsonLines(rows: readonly MailRow[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

function csv(rows: readonly MailRow[]): string {
  return `${COLUMNS.join(',')}\r\n${rows.map(csvRecord).join('')}`;
}

function csvRecord(row: MailRow): string {
  return `${COLUMNS.map((column) => `"${(row[column] ?? '').replaceAll('"', '""')}"`).join(',')}\r\n`;
}

/** What goes wrong on the way: a line cut off, a label that does not exist, a mail without text, a date that is none. */
function damagedJson(rows: readonly MailRow[]): string[] {
  const [one, two, three, four] = rows.map((row, i) => ({ ...row, id: `damaged/${i}` }));
  if (one === undefined || two === undefined || three === undefined || four === undefined) return [];
  const { text: _text, ...withoutText } = three;
  return [
    `${JSON.stringify(one).slice(0, -40)}\n`,
    `${JSON.stringify({ ...two, label: 'maybe' })}\n`,
    `${JSON.stringify(withoutText)}\n`,
    `${JSON.stringify({ ...four, sent: '31 February' })}\n`,
  ];
}

/** The same in CSV: a record of too few fields, an id that is empty. */
function damagedCsv(rows: readonly MailRow[]): string[] {
  const [one, two] = rows.map((row, i) => ({ ...row, id: `damaged/csv-${i}` }));
  if (one === undefined || two === undefined) return [];
  return [`"${one.id}","${one.sent ?? ''}","ham"\r\n`, csvRecord({ ...two, id: '' })];
}

/** The `Date` header, where it is a date. */
function sentAt(text: string): string | null {
  const [head = ''] = text.split(/\r?\n\r?\n/, 1);
  const value = /^date:(.*)$/im.exec(head)?.[1]?.trim();
  const time = value === undefined ? Number.NaN : Date.parse(value);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
