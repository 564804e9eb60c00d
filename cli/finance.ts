import { Command } from 'commander';
import { CliError, EXIT } from './errors';
import { advice, type CostTags, obstacle, type SetupReport, setUpCostTags } from './finance/cost-tags';
import { example, type Output, printJson, printTable } from './output';
import { deploymentOf } from './stage-diff/placeholders';
import { type Assembly, type SynthesizedStage, stageNamed, synthesize } from './synth';

export interface FinanceCommandOptions {
  /** Default: standard output. */
  readonly output?: Output;
  /** Where the stages come from. Default: the project in this folder is synthesized. */
  readonly assembly?: () => Promise<Assembly>;
  /** Default: Cost Explorer of the account whose credentials the environment has. */
  readonly costTags?: () => Promise<CostTags>;
}

interface SetupFlags {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `slipway finance setup <stage>`: the tags without which a budget reads 0. */
export function financeCommand(options: FinanceCommandOptions = {}): Command {
  const { output = process.stdout, assembly = synthesize, costTags = costExplorer } = options;
  const finance = new Command('finance')
    .description('what finance needs before costs and budgets count')
    .addHelpText('after', example('slipway finance setup pilot'));
  finance
    .command('setup')
    .description('cost-allocation tags of a stage: which are active, and with --yes activate the others')
    .argument('<stage>')
    .option('--yes', 'activate what is inactive; without it nothing is changed')
    .option('--json', 'print JSON')
    .addHelpText('after', example('slipway finance setup pilot --yes'))
    .action(async (name: string, flags: SetupFlags) => {
      const stage = stageNamed(await assembly(), name);
      const report = await setUpCostTags(await costTags(), { activate: flags.yes === true });
      if (flags.json === true) printJson(output, { stage: name, ...budgetOf(stage), ...report });
      else printReport(output, stage, report);
      const remaining = flags.yes === true ? obstacle(report) : undefined;
      if (remaining !== undefined) throw new CliError(remaining, EXIT.failed);
    });
  return finance;
}

/** Cost Explorer of the account whose credentials the environment has. */
export async function costExplorer(): Promise<CostTags> {
  const [{ CostExplorerClient }, { COST_EXPLORER_REGION, CostExplorerTags }] = await Promise.all([
    import('@aws-sdk/client-cost-explorer'),
    import('./finance/io/cost-explorer'),
  ]);
  return new CostExplorerTags(new CostExplorerClient({ region: COST_EXPLORER_REGION }));
}

interface Budgeted {
  readonly deployment: string | undefined;
  readonly hasBudget: boolean;
}

function budgetOf({ stacks }: SynthesizedStage): Budgeted {
  return {
    deployment: stacks.map(deploymentOf).find((name) => name !== undefined),
    hasBudget: stacks.some(({ template }) =>
      Object.values(template.Resources ?? {}).some(({ Type }) => Type === 'AWS::Budgets::Budget'),
    ),
  };
}

function printReport(output: Output, stage: SynthesizedStage, report: SetupReport): void {
  const { deployment = stage.name, hasBudget } = budgetOf(stage);
  const budget = hasBudget
    ? `the budget of ${deployment} counts what is tagged with its name`
    : `${deployment} has no budget (its contract names no monthlyBudgetUsd); its costs can be told apart all the same`;
  output.write(
    `${budget}\nan inactive tag makes the budget read 0 for ever; activation takes up to 24 hours, and only the account that pays\n` +
      '(the management account of an organisation) can activate a tag\n\n',
  );
  printTable(
    output,
    ['tag', 'status', 'needed', 'for'],
    report.tags.map(({ key, status, activated, needed, why, error }) => [
      key,
      error === undefined ? `${status}${activated ? ' (now)' : ''}` : `${status} (not activated)`,
      needed ? 'yes' : 'optional',
      why,
    ]),
  );
  output.write(`\n${advice(report, stage.name).join('\n')}\n`);
}
