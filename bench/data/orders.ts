import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { DatasetSchemaDocument } from '../../protocol/dataset';

export const ROWS = 1_000_000;
/** Failures of each of the five rules. */
export const PLANTED = 1_000;

const CATEGORIES = ['books', 'garden, home', 'toys', 'food', '"other"'];
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

const column = { type: 'string', required: false, personal: false, severity: 'reject' } as const;

/** What `peer.py` checks too: unique key, not null, range, in set, pattern. */
export const SCHEMA: DatasetSchemaDocument = {
  columns: [
    { ...column, name: 'order' },
    { ...column, name: 'customer', required: true },
    { ...column, name: 'amount', type: 'number', minimum: 0, maximum: 1000 },
    { ...column, name: 'category', allowed: CATEGORIES },
    { ...column, name: 'code', pattern: '[A-Z]{3}-\\d{4}' },
  ],
  key: ['order'],
  keySeverity: 'reject',
  group: [],
};

export type FileKind = 'csv' | 'gzip' | 'jsonl';

/** Writes the same million orders every time. Names, categories and keys are quoted, some hold delimiters and quotes. */
export async function writeOrders(path: string, kind: FileKind): Promise<void> {
  const file = createWriteStream(path);
  const out = kind === 'gzip' ? createGzip() : file;
  if (kind === 'gzip') out.pipe(file);
  const write = async (text: string) => {
    if (!out.write(text)) await once(out, 'drain');
  };
  const random = generator();
  let text = kind === 'jsonl' ? '' : 'order,customer,amount,category,code\n';
  for (let row = 0; row < ROWS; row += 1) {
    text += kind === 'jsonl' ? jsonLine(orderOf(row, random)) : csvLine(orderOf(row, random));
    if (text.length < 256 * 1024) continue;
    await write(text);
    text = '';
  }
  out.end(text);
  await finished(file);
}

interface Order {
  readonly order: string;
  readonly customer: string | null;
  readonly amount: string;
  readonly category: string;
  readonly code: string;
}

/** In every thousand rows one of each failure, far from the others. */
function orderOf(row: number, random: () => number): Order {
  const customer = `Customer ${Math.floor(random() * 50_000)}${random() < 0.1 ? ', "Jr"' : ''}`;
  const amount = (Math.floor(random() * 100_000) / 100).toFixed(2);
  const category = CATEGORIES[Math.floor(random() * CATEGORIES.length)] ?? '';
  const letters = Array.from({ length: 3 }, () => LETTERS.charAt(Math.floor(random() * LETTERS.length))).join('');
  const code = `${letters}-${String(Math.floor(random() * 10_000)).padStart(4, '0')}`;
  const key = (number: number) => `o-${String(number).padStart(8, '0')}`;
  const order: Order = { order: key(row), customer, amount, category, code };
  switch (row % (ROWS / PLANTED)) {
    case 100:
      return { ...order, customer: null };
    case 300:
      return { ...order, amount: '-5.00' };
    case 500:
      return { ...order, category: 'nothing' };
    case 700:
      return { ...order, code: 'bad' };
    case 900:
      return { ...order, order: key(row - 1) };
    default:
      return order;
  }
}

function csvLine({ order, customer, amount, category, code }: Order): string {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  return `${quoted(order)},${customer === null ? '' : quoted(customer)},${amount},${quoted(category)},${code}\n`;
}

function jsonLine({ amount, ...texts }: Order): string {
  return `${JSON.stringify({ ...texts, amount: Number(amount) })}\n`;
}

/** Numbers from 0 to below 1 that are the same in every run (mulberry32). */
function generator(): () => number {
  let state = 7;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
