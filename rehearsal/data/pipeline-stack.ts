import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import {
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
} from '@aws-sdk/client-eventbridge';
import { App, type Environment, type Stack } from 'aws-cdk-lib';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { dataPipelineName } from '../../protocol/data-pipeline';
import { type ClientConfig, clientConfig } from '../aws';
import { EMULATOR_ACCOUNT, Emulator } from '../emulator/emulator';
import { privatePython } from '../emulator/python';
import { ChildGroup } from '../process';
import { Cdk } from '../stage/cdk';
import { applyStandIns } from '../stand-ins/apply';
import { CallersCredentials } from '../stand-ins/callers-credentials';
import { Workspace } from '../workspace';
import { StageData } from './stage-data';

const REGION = 'eu-west-1';
/** The stack must have nothing that the emulator lacks: nobody answers for stand-ins here. */
const NO_STAND_INS = `arn:aws:lambda:${REGION}:${EMULATOR_ACCOUNT}:function:none`;

export interface PipelineStackOptions {
  /** Folder of the project, with its `dist/`. */
  readonly project: string;
  /** Name of the dataset, of the deployment and of the stack. */
  readonly name: string;
  /** Makes the stack, in which there is one pipeline with a store of its own. */
  readonly stack: (app: App, env: Environment) => Stack;
}

/** A data pipeline in a stack of its own, on an emulator of its own. Arriving objects start nothing until `listen(true)`. */
export class PipelineStack {
  private readonly children = new ChildGroup();
  private readonly workspace: Workspace;
  /** Everything of this run is below it. */
  readonly folder: string;
  private emulator: Emulator | undefined;
  private dataOf: StageData | undefined;

  constructor(private readonly options: PipelineStackOptions) {
    this.workspace = new Workspace(options.project);
    this.folder = this.workspace.newRun(options.name);
  }

  async start(): Promise<void> {
    const { project, name } = this.options;
    this.emulator = await this.emulate();
    const assembly = join(this.folder, 'cdk.out');
    this.synthesize(assembly);
    const home = join(this.folder, 'home');
    const cdk = new Cdk({ project, endpoint: this.emulator.endpoint, region: REGION, home, assembly }, this.children);
    await cdk.bootstrap();
    await cdk.deployStacks(name);
    this.dataOf = new StageData(this.config, {
      dataset: name,
      pipeline: dataPipelineName(name),
      bucket: await this.resource('AWS::S3::Bucket'),
      table: await this.resource('AWS::DynamoDB::GlobalTable'),
    });
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

  get machineArn(): string {
    return `arn:aws:states:${REGION}:${EMULATOR_ACCOUNT}:stateMachine:${dataPipelineName(this.options.name)}`;
  }

  /** Whether arriving objects start executions. */
  async listen(listening: boolean): Promise<void> {
    const events = new EventBridgeClient(this.config);
    const { Rules = [] } = await events.send(new ListRulesCommand({}));
    for (const { Name } of Rules.filter(({ EventPattern }) => EventPattern?.includes('Object Created'))) {
      await events.send(listening ? new EnableRuleCommand({ Name }) : new DisableRuleCommand({ Name }));
    }
  }

  async end(): Promise<void> {
    this.children.kill();
    await this.emulator?.stop();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }

  private async emulate(): Promise<Emulator> {
    const { project } = this.options;
    const requirements = join(project, 'rehearsal/emulator/requirements.txt');
    const python = await privatePython(this.workspace.python, requirements, this.children);
    return Emulator.start(
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
  }

  private synthesize(assembly: string): void {
    mkdirSync(assembly, { recursive: true });
    const app = new App({
      outdir: assembly,
      context: recommendedFlags,
      defaultStackSynthesizer: new CallersCredentials(),
    });
    applyStandIns(this.options.stack(app, { region: REGION }), NO_STAND_INS);
    app.synth();
  }

  /** Physical id of the only resource of a type in the stack. */
  private async resource(type: string): Promise<string> {
    const { StackResources = [] } = await new CloudFormationClient(this.config).send(
      new DescribeStackResourcesCommand({ StackName: this.options.name }),
    );
    const ids = StackResources.flatMap(({ ResourceType, PhysicalResourceId }) =>
      ResourceType === type && PhysicalResourceId !== undefined ? [PhysicalResourceId] : [],
    );
    const [id] = ids;
    if (id === undefined || ids.length > 1) throw new Error(`the stack has ${ids.length} resources of type ${type}`);
    return id;
  }
}
