import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DATA_OUTPUT } from '../protocol/data-pipeline';
import type { PredictionRecord } from '../protocol/prediction';
import { type ClientConfig, clientConfig } from './aws';
import { Emulator } from './emulator/emulator';
import { privatePython } from './emulator/python';
import { StageAlarms } from './observe/alarms';
import { type FunctionLog, readFunctionLogs } from './observe/function-logs';
import { readRecords } from './observe/records';
import { ChildGroup, RehearsalError } from './process';
import type { NothingLeftReport } from './report/report';
import type { SageMakerDouble } from './sagemaker/sagemaker-double';
import { startSpamFilterDouble } from './sagemaker/spam-filter-double';
import { Cdk, type RehearsedBackend } from './stage/cdk';
import { type DeployedStage, readDeployedStage } from './stage/deployed';
import type { StageFacts } from './stage/facts';
import { StageTemplates } from './stage/templates';
import { Inventory } from './teardown/inventory';
import { tearDown } from './teardown/teardown';
import { type Answer, type Caller, Callers } from './traffic/callers';
import { type WalkedPaths, walkPaths } from './traffic/walk-paths';
import { Workspace } from './workspace';

export interface RehearsedStageOptions {
  /** Folder of the project, with its `dist/`. */
  readonly project: string;
  readonly stage: string;
  /**
   * Where the model runs.
   * @default as the stage says
   */
  readonly backend?: RehearsedBackend;
  /** Region of the stage; the emulator serves it. */
  readonly region?: string;
  /**
   * Environment in which the emulator is installed: a package index may be behind a proxy.
   * @default that of this process
   */
  readonly installEnvironment?: NodeJS.ProcessEnv;
}

/** A stage on an emulator of its own: started, deployed, called, observed, destroyed. */
export class RehearsedStage {
  readonly children = new ChildGroup();
  readonly workspace: Workspace;
  /** Everything of this run is below it. */
  readonly folder: string;
  /** Every answer that any caller got. */
  readonly answers: Answer[] = [];
  private emulatorStarted: Emulator | undefined;
  private doubleStarted: SageMakerDouble | undefined;
  private templatesRead: StageTemplates | undefined;
  private deployedRead: DeployedStage | undefined;
  private before: ReadonlySet<string> | undefined;
  private deployedAt = 0;
  private kept = false;
  /** Whatever ends this process, but for SIGKILL, ends what it started. */
  private readonly onExit = () => this.endNow();

  constructor(private readonly options: RehearsedStageOptions) {
    const { project } = options;
    for (const needed of ['dist/rehearsal/app.js', 'dist/handlers/predict/index.js']) {
      if (!existsSync(join(project, needed))) {
        throw new RehearsalError(
          `${needed} is not in ${project}; run the command in the project's folder, after "npm ci" or "npm run build"`,
        );
      }
    }
    this.workspace = new Workspace(project);
    this.folder = this.workspace.newRun(options.stage);
    process.once('exit', this.onExit);
  }

  get emulator(): Emulator {
    return required(this.emulatorStarted, 'the emulator is not running');
  }

  get templates(): StageTemplates {
    return required(this.templatesRead, 'the stage is not synthesized');
  }

  /** What the app says of the stage, once it is synthesized. */
  get factsOrUndefined(): StageFacts | undefined {
    return this.templatesRead?.facts;
  }

  get endpointOrUndefined(): string | undefined {
    return this.emulatorStarted?.endpoint;
  }

  get deployed(): DeployedStage {
    return required(this.deployedRead, 'the stage is not deployed');
  }

  get config(): ClientConfig {
    return clientConfig(this.emulator.endpoint, this.region);
  }

  get region(): string {
    return this.options.region ?? 'eu-west-1';
  }

  /** The double of SageMaker; only where the model runs on it. */
  get double(): SageMakerDouble | undefined {
    return this.doubleStarted;
  }

  /** @param environment More for the emulator and its functions: the addresses of doubles. */
  async startEmulator(environment: Readonly<Record<string, string>> = {}): Promise<Emulator> {
    if ((this.options.backend ?? 'lambda') === 'lambda') return this.emulate(environment);
    // Before the emulator, in whose environment its address is.
    const double = await startSpamFilterDouble(this.options.project, this.region, this.folder, this.children);
    this.doubleStarted = double;
    this.workspace.noteDouble(this.folder, double.pid);
    const emulator = await this.emulate({ ...environment, ...double.environment, ...SHORT_WAITS });
    await double.connect(emulator.endpoint);
    return emulator;
  }

  private async emulate(environment: Readonly<Record<string, string>>): Promise<Emulator> {
    const { project, installEnvironment } = this.options;
    const python = await privatePython(this.workspace.python, requirementsFile(project), this.children, {
      environment: installEnvironment,
    });
    this.emulatorStarted = await Emulator.start(
      {
        python,
        folder: join(this.folder, 'emulator'),
        region: this.region,
        nodePath: join(project, 'node_modules'),
        environment,
        onStart: (pid, endpoint) => this.workspace.noteEmulator(this.folder, pid, endpoint),
      },
      this.children,
    );
    return this.emulatorStarted;
  }

  /** @param backend where the model runs from the next deployment on, where that is to change */
  async synthesize(backend = this.options.backend): Promise<StageTemplates> {
    await this.cdk.synthesize(this.options.stage, backend ?? 'lambda');
    this.templatesRead = new StageTemplates(join(this.folder, 'cdk.out'));
    return this.templatesRead;
  }

  async bootstrap(): Promise<void> {
    await this.cdk.bootstrap();
    this.before = await this.inventory.take();
  }

  async deploy(): Promise<DeployedStage> {
    await this.cdk.deploy(this.options.stage);
    this.deployedAt = Date.now();
    this.deployedRead = await readDeployedStage(this.config, this.templates);
    return this.deployedRead;
  }

  /** URL of the API on this machine. */
  get apiUrl(): string {
    return `${this.emulator.endpoint}/_aws/execute-api/${this.apiId}/v1`;
  }

  callers(): Callers {
    return new Callers(this.config, { url: this.apiUrl, region: this.region, apiId: this.apiId }, (answer) =>
      this.answers.push(answer),
    );
  }

  alarms(): StageAlarms {
    return new StageAlarms(this.config, this.templates, this.deployedAt);
  }

  logs(): Promise<FunctionLog[]> {
    return readFunctionLogs(this.config, this.templates.facts.deployment);
  }

  /** Takes the paths that mails do not. */
  walkPaths(caller: Caller): Promise<WalkedPaths> {
    const recordsTable = this.deployed.outputs.RecordsTableName ?? '';
    const { deployment } = this.templates.facts;
    // What runs by itself too seldom to be seen.
    const scheduled = [`${deployment}-sweep-records`];
    if (this.doubleStarted !== undefined) scheduled.push(`${deployment}-endpoint-watch`);
    if (this.deployed.outputs[DATA_OUTPUT.pipeline] !== undefined) scheduled.push(`${deployment}-data-watch`);
    return walkPaths(caller, { config: this.config, recordsTable, scheduled });
  }

  records(): Promise<PredictionRecord[]> {
    return readRecords(this.config, this.deployed.outputs.RecordsTableName ?? '');
  }

  tearDown(): Promise<NothingLeftReport> {
    return tearDown({
      config: this.config,
      cdk: this.cdk,
      templates: this.templates,
      deployed: this.deployed,
      inventory: this.inventory,
      before: required(this.before, 'the emulator is not bootstrapped'),
    });
  }

  /** Leaves the emulator running; `npx slipway stop` ends it. */
  keep(): void {
    this.workspace.keep(this.folder);
    this.emulator.release(this.children);
    this.doubleStarted?.release(this.children);
    this.kept = true;
    process.off('exit', this.onExit);
  }

  /** Ends everything that this run started. */
  async end(): Promise<void> {
    if (this.kept) return;
    await this.doubleStarted?.stop();
    this.children.kill();
    await this.emulatorStarted?.stop();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    process.off('exit', this.onExit);
  }

  /** The same at once, for handlers of signals and of exit. */
  endNow(): void {
    if (this.kept) return;
    this.children.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 });
  }

  private get inventory(): Inventory {
    return new Inventory(this.config, this.doubleStarted?.url);
  }

  private get apiId(): string {
    const { ApiUrl } = this.deployed.outputs;
    return required(/^https?:\/\/([a-z0-9]+)\./.exec(ApiUrl ?? '')?.[1], 'the stage has no API among its outputs');
  }

  private get cdk(): Cdk {
    const { project } = this.options;
    return new Cdk(
      {
        project,
        endpoint: this.emulator.endpoint,
        region: this.region,
        home: join(this.folder, 'home'),
        assembly: join(this.folder, 'cdk.out'),
      },
      this.children,
    );
  }
}

/** Waits of state machines are for instances that take minutes; those of the double take milliseconds. */
const SHORT_WAITS = { SFN_WAIT_SCALE: '0.02' };

function requirementsFile(project: string): string {
  return join(project, 'rehearsal/emulator/requirements.txt');
}

function required<T>(value: T | undefined, otherwise: string): T {
  if (value === undefined) throw new Error(otherwise);
  return value;
}
