import type { ColumnSchema } from '../../../protocol/dataset';
import { ColumnTally } from './column-tally';
import { type ColumnProfile, type DatasetProfile, PROFILE_FORMAT, type ProfiledValue } from './dataset-profile';
import { DistinctSketch } from './distinct-sketch';
import { mergeNumbers } from './number-profile';
import { ProfileError } from './profile-error';
import { scaleOf } from './scale';
import { TextCounts } from './value-counts';

/** Collects the profile of rows that go by. */
export class ProfileBuilder {
  public static of(columns: readonly ColumnSchema[]): ProfileBuilder {
    return new ProfileBuilder(columns.map((column) => new ColumnTally(column)));
  }

  private constructor(private readonly columns: readonly ColumnTally[]) {}

  /** Adds a cell of a row. Every column must get one of each row; absent and null are counted as null. */
  public add(column: number, value: ProfiledValue): void {
    (this.columns[column] as ColumnTally).add(value);
  }

  /**
   * Adds a cell of a text column that lies in `bytes`, without making a text of it. False, and nothing is added, where that cannot
   * be: while texts are counted one by one, and for what is not ASCII.
   */
  public addAscii(column: number, bytes: Uint8Array, from: number, to: number): boolean {
    return (this.columns[column] as ColumnTally).addAscii(bytes, from, to);
  }

  /** What was added so far; adding may go on. */
  public toProfile(): DatasetProfile {
    const columns = this.columns.map((column) => column.toProfile());
    const rows = columns[0]?.rows ?? 0;
    const uneven = columns.find((column) => column.rows !== rows);
    if (uneven !== undefined) {
      throw new ProfileError(`column "${uneven.name}" was given ${uneven.rows} values, and the first column ${rows}`);
    }
    return { format: PROFILE_FORMAT, rows, columns };
  }
}

/** The profile of the rows of both: exactly the one that a builder makes of all of them. */
export function mergeProfiles(a: DatasetProfile, b: DatasetProfile): DatasetProfile {
  if (a.columns.length !== b.columns.length) {
    throw new ProfileError(`profiles of ${a.columns.length} and ${b.columns.length} columns cannot be merged`);
  }
  const columns = a.columns.map((column, i) => mergeColumns(column, b.columns[i] as ColumnProfile));
  return { format: PROFILE_FORMAT, rows: a.rows + b.rows, columns };
}

function mergeColumns(a: ColumnProfile, b: ColumnProfile): ColumnProfile {
  if (a.name !== b.name || a.type !== b.type || a.personal !== b.personal) {
    throw new ProfileError(
      `profiles of column "${a.name}" (${kind(a)}) and column "${b.name}" (${kind(b)}) cannot be merged`,
    );
  }
  const numbers = a.numbers && b.numbers && mergeNumbers(scaleOf(a.type), a.numbers, b.numbers);
  const texts = mergeTexts(a.texts, b.texts);
  const counted = numbers === undefined ? texts !== null && !a.personal : numbers.values !== null;
  return {
    name: a.name,
    type: a.type,
    personal: a.personal,
    rows: a.rows + b.rows,
    nulls: a.nulls + b.nulls,
    unusable: a.unusable + b.unusable,
    distinct: counted ? null : mergeDistinct(a, b),
    ...(numbers && { numbers }),
    ...(a.lengths && b.lengths && { lengths: mergeNumbers('double', a.lengths, b.lengths) }),
    ...(texts !== undefined && { texts }),
    ...(a.booleans &&
      b.booleans && {
        booleans: { false: a.booleans.false + b.booleans.false, true: a.booleans.true + b.booleans.true },
      }),
  };
}

function kind({ type, personal }: ColumnProfile): string {
  return personal ? `personal ${type}` : type;
}

function mergeTexts(a: ColumnProfile['texts'], b: ColumnProfile['texts']): ColumnProfile['texts'] {
  if (a === undefined || b === undefined) return undefined;
  if (a === null || b === null) return null;
  const counts = new TextCounts();
  for (const [text, count] of [...a, ...b]) if (!counts.add(text, count)) return null;
  return counts.sorted();
}

function mergeDistinct(a: ColumnProfile, b: ColumnProfile): string {
  const sketch = new DistinctSketch();
  for (const { distinct, texts, numbers } of [a, b]) {
    if (distinct !== null) sketch.absorb(distinct);
    for (const [text] of texts ?? []) sketch.addText(text);
    for (const [value] of numbers?.values ?? []) sketch.addNumber(value);
  }
  return sketch.toText();
}
