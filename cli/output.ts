import Table from 'cli-table3';
import pc from 'picocolors';

/** Where a command writes its result; anything with a terminal's `isTTY`. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** Colours only on a terminal, so that a pipe gets plain text. */
export function coloursFor(output: Output): ReturnType<typeof pc.createColors> {
  return pc.createColors(output.isTTY === true && process.env.NO_COLOR === undefined);
}

/** Rows under headings. */
export function printTable(output: Output, headings: readonly string[], rows: readonly (readonly string[])[]): void {
  const { bold } = coloursFor(output);
  const table = new Table({
    head: headings.map((heading) => bold(heading)),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  output.write(`${table.toString()}\n`);
}

export function printJson(output: Output, value: unknown): void {
  output.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** The example at the end of a command's help. */
export function example(line: string): string {
  return `\nExample:\n  $ npx ${line}`;
}

/** Text in lines of at most `width` characters, broken between words; a longer word has a line of its own. */
export function wrapped(text: string, width: number): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join('\n');
}
