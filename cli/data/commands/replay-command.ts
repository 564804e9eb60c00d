import { Command } from 'commander';
import { CliError } from '../../errors';
import { example, printTable } from '../../output';
import { type DataStage, told } from '../data-stage';
import { endText, followPipeline, type PipelineEnd } from '../pipeline-run';
import { planReplay, quarantinedAgain, type ReplayPlan, writeReplay } from '../replay';
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
      const plans = await told('could not read the quarantine', () =>
        planReplay(stage, { run: flags.run, again: flags.again === true }),
      );
      const replayed =
        flags.dryRun === true || plans.every(({ rows }) => rows === 0)
          ? { dryRun: flags.dryRun === true, replayed: plans }
          : await told('could not replay', () => replay(stage, plans, flags, options));
      print(output, flags, replayed, () => {
        const leftOut = plans.reduce((sum, plan) => sum + plan.leftOut, 0);
        if (leftOut > 0) output.write(`${leftOut} rows cannot be replayed: ${LEFT_OUT}\n`);
        if (plans.every(({ rows }) => rows === 0)) return void output.write('there is nothing to replay\n');
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

async function replay(
  stage: DataStage,
  plans: readonly ReplayPlan[],
  flags: ReplayFlags,
  options: DataCommandOptions,
): Promise<Replayed> {
  const { output, now, sleep } = partsOf(options);
  const tell = saying(output, flags);
  await writeReplay(stage, plans, tell, now());
  const execution = await stage.pipeline.start({});
  const started = { dryRun: false, replayed: plans, execution };
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
