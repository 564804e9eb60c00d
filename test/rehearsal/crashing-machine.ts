import { DescribeStateMachineCommand, SFNClient, UpdateStateMachineCommand } from '@aws-sdk/client-sfn';
import type { ClientConfig } from '../../rehearsal/aws';

interface Definition {
  readonly States: Readonly<Record<string, { readonly Type: string; readonly [field: string]: unknown }>>;
}

/** A state machine that can be made to end where a test wants it to. */
export class CrashingMachine {
  static async of(config: ClientConfig, arn: string): Promise<CrashingMachine> {
    const sfn = new SFNClient(config);
    const { definition = '{}' } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn: arn }));
    return new CrashingMachine(sfn, arn, JSON.parse(definition));
  }

  private constructor(
    private readonly sfn: SFNClient,
    private readonly arn: string,
    private readonly deployed: Definition,
  ) {}

  /** States that do something. */
  get workingStates(): readonly string[] {
    return Object.entries(this.deployed.States).flatMap(([name, { Type }]) =>
      Type === 'Task' || Type === 'Map' ? [name] : [],
    );
  }

  /** The machine ends where it would enter this state, as if whatever runs it had died: nothing is caught and nothing ended. */
  async crashAt(state: string): Promise<void> {
    await this.change({ [state]: { Type: 'Fail', Error: 'Crash', Cause: `at ${state}` } });
  }

  /** A task fails at once, and where its failure is dealt with the machine ends. */
  async failAndCrashAt(task: string, state: string): Promise<void> {
    const nobody = { ...this.deployed.States[task], Type: 'Task', Retry: [], Arguments: { FunctionName: 'nobody' } };
    await this.change({ [task]: nobody, [state]: { Type: 'Fail', Error: 'Crash', Cause: `at ${state}` } });
  }

  /** The machine as it was deployed. */
  async mend(): Promise<void> {
    await this.define(this.deployed);
  }

  private async change(states: Definition['States']): Promise<void> {
    await this.define({ ...this.deployed, States: { ...this.deployed.States, ...states } });
  }

  private async define(definition: Definition): Promise<void> {
    await this.sfn.send(
      new UpdateStateMachineCommand({ stateMachineArn: this.arn, definition: JSON.stringify(definition) }),
    );
  }
}
