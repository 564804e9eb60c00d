import { Command } from 'commander';
import type { DatasetRun, DatasetVersionItem } from '../../../protocol/dataset-catalogue';
import { example, printTable } from '../../output';
import { told } from '../data-stage';
import { type DataCommandOptions, type JsonFlag, partsOf, print } from './command-options';

interface ListFlags extends JsonFlag {
  readonly runs?: boolean;
}

/** `slipway data list <stage>`. */
export function listDataCommand(options: DataCommandOptions): Command {
  const { output, connect } = partsOf(options);
  return new Command('list')
    .description('dataset versions, the latest first')
    .argument('<stage>')
    .option('--runs', 'runs of the pipeline instead, also those that failed')
    .option('--json', 'print JSON')
    .addHelpText('after', example('slipway data list pilot'))
    .action(async (name: string, flags: ListFlags) => {
      const { catalogue } = await connect(name);
      const [all, latest] = await told('could not read the catalogue', () =>
        Promise.all([catalogue.runs(), catalogue.latest()]),
      );
      const runs = all.toSorted((a, b) => order(b.run, a.run));
      if (flags.runs === true) {
        return print(output, flags, { runs }, () => {
          if (runs.length === 0) output.write(`the pipeline has not run yet; "slipway data run ${name}" runs it\n`);
          else printTable(output, RUN_HEADINGS, runs.map(runRow));
        });
      }
      const found = await told('could not read the catalogue', () => catalogue.versions());
      const versions = found.toSorted((a, b) => order(b.publishedAt, a.publishedAt) || order(a.version, b.version));
      print(output, flags, { versions, latest: latest?.version ?? null }, () => {
        if (versions.length === 0)
          output.write(`nothing was published yet; "slipway data run ${name}" runs the pipeline\n`);
        else
          printTable(
            output,
            VERSION_HEADINGS,
            versions.map((version) => versionRow(version, runs, latest?.version)),
          );
      });
    });
}

const VERSION_HEADINGS = ['version', '', 'published', 'train', 'hold-out', 'rows of its run', 'parent', 'gate'];

function versionRow(
  { version, publishedAt, rows, counts, parent, run }: DatasetVersionItem,
  runs: readonly DatasetRun[],
  latest: string | undefined,
): string[] {
  return [
    version,
    version === latest ? 'latest' : '',
    publishedAt,
    String(rows.train),
    String(rows.holdout),
    countsText(counts),
    parent ?? 'none',
    gateText(runs.find((one) => one.run === run)),
  ];
}

const RUN_HEADINGS = ['run', 'state', 'started', 'ended', 'rows', 'objects', 'version', 'gate', 'error'];

function runRow(run: DatasetRun): string[] {
  const { state, startedAt, endedAt = '', counts, version = '', error = '' } = run;
  return [
    run.run,
    state,
    startedAt,
    endedAt,
    counts === undefined ? '' : countsText(counts),
    objectsText(run),
    version,
    gateText(run),
    error,
  ];
}

/** Objects that a run has not taken, where there are some. */
function objectsText({ objects, leftAlone = 0, lost = 0 }: DatasetRun): string {
  const parts = [
    ...(objects === undefined ? [] : [`${objects} in`]),
    ...(leftAlone === 0 ? [] : [`${leftAlone} left alone`]),
    ...(lost === 0 ? [] : [`${lost} lost`]),
  ];
  return parts.join('\n');
}

function countsText({ rows, published, quarantined, duplicates }: NonNullable<DatasetRun['counts']>): string {
  return `${rows} in\n${published} published\n${duplicates} duplicates\n${quarantined} quarantined`;
}

function gateText(run: DatasetRun | undefined): string {
  if (run?.gate === undefined) return '';
  const failed = run.gate.checks.filter(({ passed }) => !passed);
  const { length } = run.gate.checks;
  if (failed.length === 0) return `passed, ${length} ${length === 1 ? 'check' : 'checks'}`;
  return failed.map(({ rule, column }) => `${column === undefined ? rule : `${rule} of ${column}`} failed`).join('\n');
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
