import type { ColumnSchema, RowFault } from '../../protocol/dataset';
import { CELL, type Cells } from '../shared/dataset/read/cells';
import type { ProfileBuilder } from '../shared/statistics/profile';
import { ColumnCheck } from './column-check';
import { cellFaults, SHOWN_BYTES } from './fault';
import { TextMemo } from './text-memo';

/** One row after another, held against the columns of the schema. What is public is of the row that was checked last. */
export class RowCheck {
  /** Numbers, moments in milliseconds, 0 and 1 for false and true; nothing of texts. */
  readonly values: Float64Array;
  readonly kinds: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  bytes: Buffer = Buffer.alloc(0);
  private readonly checks: readonly ColumnCheck[];
  private readonly broken: Uint8Array;
  /** Of columns of few texts without a list of those that are allowed; undefined once there were too many. */
  private readonly memos: (TextMemo | undefined)[];

  constructor(readonly columns: readonly ColumnSchema[]) {
    this.checks = columns.map((column) => new ColumnCheck(column));
    this.values = new Float64Array(columns.length);
    this.kinds = new Uint8Array(columns.length);
    this.starts = new Int32Array(columns.length);
    this.ends = new Int32Array(columns.length);
    this.broken = new Uint8Array(columns.length);
    this.memos = columns.map(({ type, allowed, personal }) =>
      type === 'string' && allowed === undefined && !personal ? new TextMemo() : undefined,
    );
  }

  /** Whether the row is good. `order`: of each column its cell, -1 where the source has none. */
  check(bytes: Buffer, cells: Cells, order: Int32Array): boolean {
    const { checks, values, kinds, starts, ends, broken } = this;
    this.bytes = bytes;
    let all = 0;
    for (let index = 0; index < checks.length; index += 1) {
      const cell = order[index] as number;
      const kind = cell === -1 ? CELL.none : (cells.kinds[cell] as number);
      const from = cell === -1 ? 0 : (cells.starts[cell] as number);
      const to = cell === -1 ? 0 : (cells.ends[cell] as number);
      kinds[index] = kind;
      starts[index] = from;
      ends[index] = to;
      const faults = (checks[index] as ColumnCheck).check(bytes, from, to, kind, values, index);
      broken[index] = faults;
      all |= faults;
    }
    return all === 0;
  }

  /** Why the row is not good. */
  faults(): RowFault[] {
    return this.columns.flatMap((column, index) => {
      const broken = this.broken[index] as number;
      if (broken === 0) return [];
      const from = this.starts[index] as number;
      const to = Math.min(this.ends[index] as number, from + SHOWN_BYTES);
      const text = this.kinds[index] === CELL.none ? undefined : this.bytes.toString('utf8', from, to);
      return cellFaults(column, broken, text);
    });
  }

  /** Adds the row, which is good, to a profile. */
  addTo(profile: ProfileBuilder): void {
    const { columns, kinds, values } = this;
    for (let index = 0; index < columns.length; index += 1) {
      if (kinds[index] === CELL.none) profile.add(index, null);
      else if ((columns[index] as ColumnSchema).type === 'string') this.addText(profile, index);
      else if ((columns[index] as ColumnSchema).type === 'boolean') profile.add(index, values[index] === 1);
      else profile.add(index, values[index]);
    }
  }

  private addText(profile: ProfileBuilder, index: number): void {
    const { bytes } = this;
    const from = this.starts[index] as number;
    const to = this.ends[index] as number;
    const allowed = (this.checks[index] as ColumnCheck).allowedText;
    if (allowed !== undefined) {
      profile.add(index, allowed);
      return;
    }
    const memo = this.memos[index];
    if (memo !== undefined) {
      const known = memo.find(bytes, from, to);
      const text = known === -1 ? memo.add(bytes, from, to) : known;
      if (text !== -1) {
        profile.add(index, memo.texts[text]);
        return;
      }
      this.memos[index] = undefined;
    }
    if (!profile.addAscii(index, bytes, from, to)) profile.add(index, bytes.toString('utf8', from, to));
  }
}
