import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import {
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
} from '@aws-sdk/client-eventbridge';
import {
  DescribeStateMachineCommand,
  SFNClient,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { App } from 'aws-cdk-lib';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { flights } from '../../examples/flights/stack';
import { dataPipelineName } from '../../protocol/data-pipeline';
import { type ClientConfig, clientConfig } from '../../rehearsal/aws';
import { StageData } from '../../rehearsal/data/stage-data';
import { EMULATOR_ACCOUNT, Emulator } from '../../rehearsal/emulator/emulator';
import { privatePython } from '../../rehearsal/emulator/python';
import { type FunctionLog, readFunctionLogs } from '../../rehearsal/observe/function-logs';
import { ChildGroup } from '../../rehearsal/process';
import { Cdk } from '../../rehearsal/stage/cdk';
import { applyStandIns } from '../../rehearsal/stand-ins/apply';
import { CallersCredentials } from '../../rehearsal/stand-ins/callers-credentials';
import { Workspace } from '../../rehearsal/workspace';

const project = join(__dirname, '../..');
const REGION = 'eu-west-1';

type States = Record<string, Record<string, unknown>>;

interface Definition {
  readonly StartAt: string;
  readonly States: States;
}

/** The pipeline of the example in a stack of its own, on an emulator of its own. */
export class FlightsOnEmulator {
  private readonly children = new ChildGroup();
  private readonly workspace = new Workspace(project);
  private readonly folder = this.workspace.newRun('flights');
  private emulator: Emulator | undefined;
  private dataOf: StageData | undefined;
  private definition: Definition | undefined;
  private machineArn = '';

  async start(): Promise<void> {
    const requirements = join(project, 'rehearsal/emulator/requirements.txt');
    const python = await privatePython(this.workspace.python, requirements, this.children);
    this.emulator = await Emulator.start(
      {
        python,
        folder: join(this.folder, 'emulator'),
        region: REGION,
        nodePath: join(project, 'node_modules'),
        // Arrivals settle for minutes, which here are seconds.
        environment: { SFN_WAIT_SCALE: '0.02' },
        onStart: (pid, endpoint) => this.workspace.noteEmulator(this.folder, pid, endpoint),
      },
      this.children,
    );
    const assembly = join(this.folder, 'cdk.out');
    mkdirSync(assembly, { recursive: true });
    const app = new App({
      outdir: assembly,
      context: recommendedFlags,
      defaultStackSynthesizer: new CallersCredentials(),
    });
    applyStandIns(flights(app, { region: REGION }), 'arn:aws:lambda:eu-west-1:000000000000:function:none');
    app.synth();
    const home = join(this.folder, 'home');
    const cdk = new Cdk({ project, endpoint: this.emulator.endpoint, region: REGION, home, assembly }, this.children);
    await cdk.bootstrap();
    await cdk.deployStacks('flights');
    const pipeline = dataPipelineName('flights');
    const names = {
      bucket: await this.resource('AWS::S3::Bucket'),
      table: await this.resource('AWS::DynamoDB::GlobalTable'),
    };
    this.dataOf = new StageData(this.config, { dataset: 'flights', pipeline, ...names });
    this.machineArn = `arn:aws:states:${REGION}:${EMULATOR_ACCOUNT}:stateMachine:${pipeline}`;
    const { definition = '' } = await this.sfn.send(
      new DescribeStateMachineCommand({ stateMachineArn: this.machineArn }),
    );
    this.definition = JSON.parse(definition);
    await this.listen(false);
  }

  get config(): ClientConfig {
    if (this.emulator === undefined) throw new Error('the emulator is not started');
    return clientConfig(this.emulator.endpoint, REGION);
  }

  get data(): StageData {
    if (this.dataOf === undefined) throw new Error('the pipeline is not deployed');
    return this.dataOf;
  }

  /** States of the machine that do something. */
  get workingStates(): readonly string[] {
    const working = ['Task', 'Map'];
    return Object.entries(this.deployed.States).flatMap(([name, { Type }]) =>
      working.includes(String(Type)) ? [name] : [],
    );
  }

  /** The machine ends where it would enter this state, as if whatever runs it had died: nothing is caught and nothing ended. */
  async crashAt(state: string): Promise<void> {
    await this.define({
      ...this.deployed,
      States: { ...this.deployed.States, [state]: { Type: 'Fail', Error: 'Crash', Cause: `at ${state}` } },
    });
  }

  /** The machine as it was deployed. */
  async mend(): Promise<void> {
    await this.define(this.deployed);
  }

  /** Whether arriving objects start executions; at first they do not, so that a test starts its own. */
  async listen(listening: boolean): Promise<void> {
    const events = new EventBridgeClient(this.config);
    const { Rules = [] } = await events.send(new ListRulesCommand({}));
    const arrivals = Rules.filter(({ EventPattern }) => EventPattern?.includes('Object Created'));
    if (arrivals.length === 0) throw new Error('the stack has no rule on arriving objects');
    for (const { Name } of arrivals) {
      await events.send(listening ? new EnableRuleCommand({ Name }) : new DisableRuleCommand({ Name }));
    }
  }

  async stopExecution(executionArn: string): Promise<void> {
    await this.sfn.send(new StopExecutionCommand({ executionArn }));
  }

  logs(): Promise<FunctionLog[]> {
    return readFunctionLogs(this.config, 'flights');
  }

  async end(): Promise<void> {
    this.children.kill();
    await this.emulator?.stop();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }

  private get deployed(): Definition {
    if (this.definition === undefined) throw new Error('the pipeline is not deployed');
    return this.definition;
  }

  private get sfn(): SFNClient {
    return new SFNClient(this.config);
  }

  /** Physical id of the only resource of a type in the stack. */
  private async resource(type: string): Promise<string> {
    const { StackResources = [] } = await new CloudFormationClient(this.config).send(
      new DescribeStackResourcesCommand({ StackName: 'flights' }),
    );
    const ids = StackResources.flatMap(({ ResourceType, PhysicalResourceId }) =>
      ResourceType === type && PhysicalResourceId !== undefined ? [PhysicalResourceId] : [],
    );
    const [id] = ids;
    if (id === undefined || ids.length > 1) throw new Error(`the stack has ${ids.length} resources of type ${type}`);
    return id;
  }

  private async define(definition: Definition): Promise<void> {
    await this.sfn.send(
      new UpdateStateMachineCommand({ stateMachineArn: this.machineArn, definition: JSON.stringify(definition) }),
    );
  }
}
