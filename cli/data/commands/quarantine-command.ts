import { open, rm } from 'node:fs/promises';
import { Command } from 'commander';
import { CliError } from '../../errors';
import { example, type Output, printTable } from '../../output';
import { type DataStage, told } from '../data-stage';
import { findManifest } from '../manifest';
import { isFirst, quarantinedRows, type ShownRow, shownRow } from '../quarantine';
import { type DataCommandOptions, type JsonFlag, partsOf, print, saying } from './command-options';
import { checkRun, noRun } from './show-command';

const LINE_FEED = Buffer.from('\n');

interface QuarantineFlags extends JsonFlag {
  readonly limit: string;
  readonly raw?: string;
}

interface Listing {
  readonly run: string;
  /** All that the run set apart. */
  readonly rows: number;
  readonly shown: readonly ShownRow[];
}

/** `slipway data quarantine <stage> <run>`. */
export function quarantineDataCommand(options: DataCommandOptions): Command {
  const { output, connect } = partsOf(options);
  return new Command('quarantine')
    .description('rows that a run set apart: where they stood, and what was expected of them')
    .argument('<stage>')
    .argument('<run>')
    .option('--limit <rows>', 'rows to list', '100')
    .option('--raw <file>', 'also write the original bytes of all of them to a new file')
    .option('--json', 'print JSON')
    .addHelpText('after', example('slipway data quarantine pilot 20260102T030405Z-0123abcd'))
    .action(async (name: string, run: string, flags: QuarantineFlags) => {
      checkRun(run);
      const limit = limitOf(flags.limit);
      const stage = await connect(name);
      const listing = await told(`could not read the quarantine of ${run}`, () => list(stage, run, limit, flags.raw));
      const warning = `${listing.rows} rows as they came are in ${flags.raw}; ${RAW_WARNING}`;
      const raw = flags.raw === undefined ? {} : { rawFile: flags.raw, warning };
      print(output, flags, { ...listing, ...raw }, () => printListing(output, listing));
      if (flags.raw !== undefined) saying(output, flags)(warning);
    });
}

const RAW_WARNING = 'they may hold personal data, which no rule masks there: remove the file when it has served';

function limitOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new CliError(`--limit is "${text}", expected a whole number of rows, such as 100`);
}

async function list(stage: DataStage, run: string, limit: number, raw: string | undefined): Promise<Listing> {
  const { objects, catalogue } = stage;
  if ((await catalogue.run(run)) === undefined) throw new CliError(noRun(run));
  const latest = await catalogue.latest();
  const schema = latest === undefined ? undefined : (await findManifest(objects, latest.version))?.schema;
  const file = raw === undefined ? undefined : await newFile(raw);
  try {
    const shown: ShownRow[] = [];
    let rows = 0;
    let ended = true;
    for await (const row of quarantinedRows(objects, run)) {
      const first = isFirst(row);
      if (first) rows += 1;
      if (first && shown.length < limit) shown.push(shownRow(row, schema));
      if (file === undefined) continue;
      const bytes = Buffer.from(row.raw, 'base64');
      await file.write(first && !ended ? Buffer.concat([LINE_FEED, bytes]) : bytes);
      ended = bytes.at(-1) === 0x0a;
    }
    if (!ended) await file?.write(LINE_FEED);
    return { run, rows, shown };
  } catch (error) {
    // Half of the rows would be taken for all of them.
    if (raw !== undefined) await rm(raw, { force: true });
    throw error;
  } finally {
    await file?.close();
  }
}

/** For the eyes of whoever asked alone. */
async function newFile(path: string) {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    const there = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw new CliError(there ? `"${path}" is there already; name a new file` : `"${path}" cannot be written`);
  }
}

function printListing(output: Output, { run, rows, shown }: Listing): void {
  if (rows === 0) return void output.write(`run ${run} set no row apart\n`);
  printTable(
    output,
    ['object', 'row', 'offset', 'rule', 'column', 'value', 'expected'],
    shown.flatMap(({ object, row, offset, faults }) =>
      faults.map(({ rule, column = '', value = '', expected }) => [
        object,
        String(row),
        offset === undefined ? '' : String(offset),
        rule,
        column,
        value,
        expected,
      ]),
    ),
  );
  if (rows > shown.length) output.write(`${rows - shown.length} more; --limit ${rows} lists all\n`);
}
