import { Command } from 'commander';
import { DATASET_VERSION_PATTERN, type DatasetManifest } from '../../../protocol/dataset';
import type { DatasetRun } from '../../../protocol/dataset-catalogue';
import { CliError } from '../../errors';
import { example, type Output, printTable } from '../../output';
import { told } from '../data-stage';
import { readManifest } from '../manifest';
import { runText } from '../pipeline-run';
import { readReport, type ShownReport } from '../report';
import { COLUMN_HEADINGS, columnRows, GATE_HEADINGS, gateRows, manifestRows, shownManifest } from '../show';
import { type DataCommandOptions, type JsonFlag, partsOf, print } from './command-options';

/** As the pipeline names its runs: when, and of which execution. */
const RUN_PATTERN = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/;

/** `slipway data show <stage> <version or run>`. */
export function showDataCommand(options: DataCommandOptions): Command {
  const { output, connect } = partsOf(options);
  return new Command('show')
    .description('everything about one dataset version, or about one run')
    .argument('<stage>')
    .argument('<version|run>')
    .option('--json', 'print JSON')
    .addHelpText('after', example('slipway data show pilot d-0123456789abcdef'))
    .action(async (name: string, id: string, flags: JsonFlag) => {
      checkVersionOrRun(id);
      const { objects, catalogue } = await connect(name);
      if (RUN_PATTERN.test(id)) {
        const run = await told(`could not show ${id}`, () => catalogue.run(id));
        if (run === undefined) throw new CliError(noRun(id));
        const report = await told(`could not show ${id}`, () => readReport(objects, catalogue, id));
        return print(output, flags, report === undefined ? run : { ...run, report }, () =>
          printRun(output, run, report),
        );
      }
      const manifest = await told(`could not show ${id}`, async () => shownManifest(await readManifest(objects, id)));
      print(output, flags, manifest, () => printManifest(output, manifest));
    });
}

function checkVersionOrRun(id: string): void {
  if (DATASET_VERSION_PATTERN.test(id) || RUN_PATTERN.test(id)) return;
  throw new CliError(
    `"${id}" is no dataset version, such as d-0123456789abcdef, and no run, such as 20260102T030405Z-0123abcd; "slipway data list" shows them`,
  );
}

/** Refuses what cannot be the id of a run, before anybody is asked. */
export function checkRun(run: string): void {
  if (RUN_PATTERN.test(run)) return;
  throw new CliError(
    `run is "${run}", expected a time and 8 hex digits, such as 20260102T030405Z-0123abcd; "slipway data list --runs" shows them`,
  );
}

export function noRun(run: string): string {
  return `there is no run "${run}" here; "slipway data list --runs" shows those there are`;
}

function printRun(output: Output, run: DatasetRun, report: ShownReport | undefined): void {
  output.write(`${runText(run)}\n`);
  printTable(
    output,
    ['run', run.run],
    [
      ['state', run.state],
      ['started', run.startedAt],
      ['ended', run.endedAt ?? 'not yet'],
      ['execution', run.execution],
      ['version', run.version ?? 'none'],
      ...(run.objects === undefined ? [] : [['objects taken up', String(run.objects)]]),
      ['objects left alone', String(run.leftAlone ?? report?.leftAlone.count ?? 0)],
      ['objects lost', String(run.lost ?? report?.lost.length ?? 0)],
    ],
  );
  if (report !== undefined) printReport(output, report);
  if (run.gate !== undefined && run.gate.checks.length > 0) printTable(output, GATE_HEADINGS, gateRows(run.gate));
}

function printReport(output: Output, { faultsByRule, samples, leftAlone, lost }: ShownReport): void {
  const rules = Object.entries(faultsByRule);
  if (rules.length > 0)
    printTable(
      output,
      ['rule', 'faults'],
      rules.map(([rule, faults]) => [rule, String(faults)]),
    );
  const headings = ['object', 'row', 'rule', 'column', 'value', 'expected'];
  printSome(output, headings, samples, ({ key, row, rule, column = '', value = '', expected }) => [
    key,
    String(row),
    rule,
    column,
    value,
    expected,
  ]);
  if (leftAlone.first.length > 0) {
    printSome(output, ['left alone, the first of them'], leftAlone.first, (object) => [object]);
  }
  printSome(output, ['lost while it was read'], lost, ({ bucket, key }) => [`s3://${bucket}/${key}`]);
}

/** Rows of a list that are printed; JSON has all. */
const SHOWN = 20;

function printManifest(output: Output, manifest: DatasetManifest): void {
  printTable(output, ['version', manifest.version], manifestRows(manifest));
  printTable(output, COLUMN_HEADINGS, columnRows(manifest));
  if (manifest.gate.checks.length > 0) printTable(output, GATE_HEADINGS, gateRows(manifest.gate));
  printSome(output, ['source', 'bytes', 'version'], manifest.sources, ({ bucket, key, bytes, versionId, etag }) => [
    `s3://${bucket}/${key}`,
    String(bytes),
    versionId ?? etag,
  ]);
  printSome(
    output,
    ['erased from shard', 'rows', 'at', 'left'],
    manifest.tombstones,
    ({ shard, rowsErased, erasedAt, replacedBy }) => [
      shard.slice(0, 16),
      String(rowsErased),
      erasedAt,
      replacedBy === null ? 'nothing' : `${replacedBy.rows} rows`,
    ],
  );
}

function printSome<Item>(
  output: Output,
  headings: readonly string[],
  items: readonly Item[],
  row: (item: Item) => string[],
): void {
  if (items.length === 0) return;
  printTable(output, headings, items.slice(0, SHOWN).map(row));
  if (items.length > SHOWN) output.write(`and ${items.length - SHOWN} more; --json shows all\n`);
}
