import Table from 'cli-table3';

/** Columns of the narrowest terminal that is served. */
export const TEXT_WIDTH = 100;
const INDENT = '  ';
const LABEL_WIDTH = 14;
const GAP = 2;
/** Narrower, and sentences become a column of single words. */
const READABLE = 24;

/** Applied after wrapping, so that no colour runs over the end of a line. */
export type Tint = (text: string) => string;

export interface Tinted {
  readonly text: string;
  readonly tint: Tint;
}

export type Cell = string | Tinted;

/** Names and reasons come from templates and services: none of them may move the cursor or turn the line round. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, ' ');
}

/** Breaks at spaces, and inside a word only when the word alone is too long. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text)
    .split(' ')
    .flatMap((long) => pieces(long, width))) {
    if (line === '') line = word;
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/** `label  value`, the value wrapped and indented under itself. */
export function fact(label: string, value: Cell): string {
  const [first = '', ...rest] = tintedLines(value, TEXT_WIDTH - INDENT.length - LABEL_WIDTH);
  const margin = ' '.repeat(INDENT.length + LABEL_WIDTH);
  return [`${INDENT}${label.padEnd(LABEL_WIDTH)}${first}`, ...rest.map((line) => margin + line)].join('\n');
}

/** A sentence after a mark, wrapped. */
export function item(mark: string, text: string): string {
  const [first = '', ...rest] = wrap(text, TEXT_WIDTH - INDENT.length - mark.length - 1);
  const margin = `${INDENT}${' '.repeat(mark.length)} `;
  return [`${INDENT}${mark} ${first}`, ...rest.map((line) => margin + line)].join('\n');
}

export interface Column {
  readonly title: string;
  readonly numeric?: boolean;
  /** Gives way first when the table is too wide. */
  readonly flexible?: boolean;
}

export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], headTint: Tint): string {
  const natural = columns.map(({ title }, column) =>
    Math.max(title.length, ...rows.map((row) => printable(textOf(row[column] ?? '')).length)),
  );
  const widths = columnWidths(natural, columns, TEXT_WIDTH - INDENT.length - GAP * columns.length);
  const drawn = new Table({
    chars: BARE,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
    colWidths: widths.map((width) => width + GAP),
    colAligns: columns.map((column) => (column.numeric === true ? 'right' : 'left')),
  });
  // A row of the drawn table for each line: the time cli-table3 takes grows with the square of a cell's height.
  const lines = (row: readonly Cell[]): string[][] => {
    const cells = columns.map((_, column) => tintedLines(row[column] ?? '', widths[column] ?? 1));
    const height = Math.max(...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, line) => cells.map((cell) => cell[line] ?? ''));
  };
  drawn.push(...lines(columns.map(({ title }) => ({ text: title, tint: headTint }))), ...rows.flatMap(lines));
  return drawn
    .toString()
    .split('\n')
    .map((drawnLine) => (INDENT + drawnLine).trimEnd())
    .join('\n');
}

const BARE = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map((name) => [name, '']),
);

/** Takes from the flexible columns down to what is still readable, then from the widest, until all fit. */
function columnWidths(natural: readonly number[], columns: readonly Column[], available: number): readonly number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, width) => sum + width, 0) - available;
  for (; excess > 0; excess -= 1) {
    const slack = widths.map((width, column) => (columns[column]?.flexible === true ? width - READABLE : 0));
    const most = Math.max(...slack);
    const giving = most > 0 ? slack.indexOf(most) : widths.indexOf(Math.max(...widths));
    widths[giving] = Math.max(1, (widths[giving] ?? 1) - 1);
  }
  return widths;
}

/** Paths and names break after a separator where there is one in the second half. */
function pieces(word: string, width: number): readonly string[] {
  if (word.length <= width) return [word];
  const separator = Math.max(...['/', '-', ':', '.'].map((mark) => word.lastIndexOf(mark, width - 1)));
  const cut = separator >= width / 2 ? separator + 1 : width;
  return [word.slice(0, cut), ...pieces(word.slice(cut), width)];
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

function tintedLines(cell: Cell, width: number): readonly string[] {
  const lines = wrap(textOf(cell), width);
  return typeof cell === 'string' ? lines : lines.map((line) => (line === '' ? line : cell.tint(line)));
}
