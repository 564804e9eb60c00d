import { Command } from 'commander';
import { CliError } from '../../errors';
import { example, printTable } from '../../output';
import { type DataStage, told } from '../data-stage';
import { withLease } from '../lease';
import { endText, followPipeline, type PipelineEnd } from '../pipeline-run';
import {
  type NotReplayed,
  planReplay,
  quarantinedAgain,
  type ReplayPlan,
  type ReplaySelection,
  type Replays,
  writeReplay,
} from '../replay';
import { type DataCommandOptions, type JsonFlag, partsOf, print, saying } from './command-options';
import { checkRun } from './show-command';

interface ReplayFlags extends JsonFlag {
  readonly run?: string;
  readonly all?: boolean;
  readonly again?: boolean;
  readonly dryRun?: boolean;
  readonly wait: boolean;
}

interface Replayed {
  readonly dryRun: boolean;
  readonly replayed: readonly ReplayPlan[];
  /** Runs whose quarantine is not for a replay. */
  readonly notReplayed: readonly NotReplayed[];
  readonly execution?: string;
  readonly end?: PipelineEnd;
  /** Rows of the replay that were set apart once more; absent where the end was not waited for. */
  readonly quarantinedAgain?: number;
}

/** `slipway data replay <stage> --run <run> | --all`. */
export function replayDataCommand(options: DataCommandOptions): Command {
  const parts = partsOf(options);
  const { output, connect } = parts;
  return new Command('replay')
    .description('put quarantined rows in again as they came, once the schema or the pipeline was fixed')
    .argument('<stage>')
    .option('--run <run>', 'the quarantine of one run')
    .option('--all', 'the quarantine of all runs that were not replayed yet')
    .option('--again', 'also what was replayed before')
    .option('--dry-run', 'say what would be replayed, and do nothing')
    .option('--no-wait', 'start the pipeline, and leave')
    .option('--json', 'print JSON')
    .addHelpText('after', example('slipway data replay pilot --all --dry-run'))
    .action(async (name: string, flags: ReplayFlags) => {
      if ((flags.run === undefined) === (flags.all !== true)) {
        throw new CliError(
          'give either --run with the id of a run, or --all; "slipway data list --runs" shows the runs',
        );
      }
      if (flags.run !== undefined) checkRun(flags.run);
      const stage = await connect(name);
      const selection = { run: flags.run, again: flags.again === true };
      const found = await told('could not read the quarantine', () => planReplay(stage, selection));
      const { plans, notReplayed } = found;
      const nothing = plans.every(({ rows }) => rows === 0);
      const replayed: Replayed =
        flags.dryRun === true || nothing
          ? { dryRun: flags.dryRun === true, replayed: plans, notReplayed }
          : await told('could not replay', () => replay(stage, selection, found, flags, options));
      print(output, flags, replayed, () => {
        for (const { run, reason } of notReplayed) output.write(`not replayed: ${run}: ${reason}\n`);
        const sum = (count: (plan: ReplayPlan) => number) => plans.reduce((total, plan) => total + count(plan), 0);
        const leftOut = sum((plan) => plan.leftOut);
        if (leftOut > 0) output.write(`${leftOut} rows cannot be replayed: ${LEFT_OUT}\n`);
        const withoutHeader = sum((plan) => plan.withoutHeader);
        if (withoutHeader > 0) output.write(`${withoutHeader} rows cannot be replayed: ${WITHOUT_HEADER}\n`);
        if (nothing) return void output.write('there is nothing to replay\n');
        if (flags.dryRun === true) {
          printTable(output, ['quarantine of', 'rows', 'objects', 'bytes'], plans.map(planRow));
          return void output.write('nothing was replayed\n');
        }
        output.write(replayedText(replayed));
      });
    });
}

const LEFT_OUT =
  'they are longer than a row may be, or what follows a damage in a compressed object; put the object in again once it is whole';
const WITHOUT_HEADER =
  'the header of their file could not be read or is not kept, so that nobody knows what their columns are; put the object in again with a header';

async function replay(
  stage: DataStage,
  selection: ReplaySelection,
  { notReplayed }: Replays,
  flags: ReplayFlags,
  options: DataCommandOptions,
): Promise<Replayed> {
  const { output, now, sleep } = partsOf(options);
  const tell = saying(output, flags);
  const plans = await withLease({ stage, now, tell }, (lease) => writeReplay(stage, selection, lease, tell, now()));
  const execution = await stage.pipeline.start({});
  const started = { dryRun: false, replayed: plans, notReplayed, execution };
  if (!flags.wait) return started;
  const end = await followPipeline(stage, execution, { tell, sleep });
  return { ...started, end, quarantinedAgain: await quarantinedAgain(stage, plans, end.runs) };
}

function planRow({ run, rows, objects, bytes }: ReplayPlan): string[] {
  return [run, String(rows), String(objects.length), String(bytes)];
}

function replayedText({ replayed, execution = '', end, quarantinedAgain: again = 0 }: Replayed): string {
  const rows = replayed.reduce((sum, plan) => sum + plan.rows, 0);
  if (end === undefined) return `${rows} rows are put in again, by execution ${execution.split(':').at(-1)}\n`;
  if (end.left) return `${rows} rows are put in again; ${endText(end)}`;
  return `of ${rows} rows that were put in again, ${rows - again} were published or are duplicates, ${again} are in quarantine again\n${endText(end)}`;
}
