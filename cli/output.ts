import Table from 'cli-table3';
import pc from 'picocolors';

/** Where a command writes its result; anything with a terminal's `isTTY`. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** Rows under headings. Colours only on a terminal, so that a pipe gets plain text. */
export function printTable(output: Output, headings: readonly string[], rows: readonly (readonly string[])[]): void {
  const { bold } = pc.createColors(output.isTTY === true && process.env.NO_COLOR === undefined);
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
