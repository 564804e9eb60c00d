import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CliError, EXIT, operationError } from './errors';
import { type Assembly, type SynthesizedStack, stageNamed, synthesize } from './synth';

export interface StageOutputsOptions {
  /** Where the stages come from. Default: the project in this folder is synthesized. */
  readonly assembly?: Assembly;
  /** Default: the client of the stack's region. */
  readonly cloudFormation?: (region: string | undefined) => CloudFormationClient;
}

/** What a deployed stage's stack of state says of itself. */
export interface StageState {
  readonly stackName: string;
  /** ARN of the stack. */
  readonly stackId: string;
  /** Undefined where the stage has none of its own: the region of whoever runs this. */
  readonly region: string | undefined;
  readonly outputs: Readonly<Record<string, string>>;
}

const STATE_STACK = 'state';

/** Outputs of the stack of state of a deployed stage, by key. */
export async function stageOutputs(
  stage: string,
  options: StageOutputsOptions = {},
): Promise<Readonly<Record<string, string>>> {
  return (await stageState(stage, options)).outputs;
}

export async function stageState(stage: string, options: StageOutputsOptions = {}): Promise<StageState> {
  const { stackName, region } = stateStackOf(options.assembly ?? (await synthesize()), stage);
  const client = options.cloudFormation?.(region) ?? new CloudFormationClient(region === undefined ? {} : { region });
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    const outputs = (Stacks[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]);
    return { stackName, stackId: Stacks[0]?.StackId ?? '', region, outputs: Object.fromEntries(outputs) };
  } catch (error) {
    if (error instanceof Error && /does not exist/.test(error.message)) {
      const where = region === undefined ? '' : ` in ${region}`;
      throw new CliError(
        `stage "${stage}" is not deployed: there is no stack ${stackName}${where}; run "npx cdk deploy '${stage}/*'"`,
        EXIT.failed,
        {
          cause: error,
        },
      );
    }
    throw operationError(error, `could not read stack ${stackName}`);
  }
}

function stateStackOf(assembly: Assembly, stage: string): SynthesizedStack {
  const state = stageNamed(assembly, stage).stacks.find(({ id }) => id === STATE_STACK);
  if (state === undefined)
    throw new CliError(`stage "${stage}" has no stack "${STATE_STACK}"; ProductionModel makes one`);
  return state;
}
