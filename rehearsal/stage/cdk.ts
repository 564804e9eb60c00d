import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isolatedEnvironment } from '../aws';
import { EMULATOR_ACCOUNT } from '../emulator/emulator';
import type { ChildGroup } from '../process';
import { REHEARSAL_STACK } from '../stand-ins/stand-in-types';

/** Where the model runs: as the stage says, or on an endpoint of the double of SageMaker. */
export type RehearsedBackend =
  | 'lambda'
  | 'sagemaker'
  | 'sagemaker-async'
  | 'sagemaker-imported'
  | 'sagemaker-serverless'
  | 'sagemaker-zero';

export interface CdkOptions {
  /** Folder of the project. */
  readonly project: string;
  readonly endpoint: string;
  readonly region: string;
  /** Private home of the CDK CLI: it caches account ids by access key. */
  readonly home: string;
  /** Where the cloud assembly goes. */
  readonly assembly: string;
}

/** The real CDK CLI against the emulator. */
export class Cdk {
  constructor(
    private readonly options: CdkOptions,
    private readonly children: ChildGroup,
  ) {}

  /** Synthesizes the rehearsed app. */
  async synthesize(stage: string, backend: RehearsedBackend): Promise<void> {
    const { project, assembly } = this.options;
    await this.children.run(process.execPath, [join(project, 'dist/rehearsal/app.js'), stage, backend], {
      what: `synthesizing stage "${stage}"`,
      cwd: project,
      env: { ...this.environment, CDK_OUTDIR: assembly },
    });
  }

  async bootstrap(): Promise<void> {
    // Without an app the CLI would run that of cdk.json, into a folder that two rehearsals at once would share.
    await this.cdk([...this.app, 'bootstrap', `aws://${EMULATOR_ACCOUNT}/${this.options.region}`], 'cdk bootstrap');
  }

  async deploy(stage: string): Promise<void> {
    // Stand-ins first: the stacks of the stage cannot depend on a stack outside of it.
    await this.deployStacks(REHEARSAL_STACK);
    await this.deployStacks(`${stage}/*`);
  }

  /** @param pattern which stacks of the assembly, as the CLI takes it */
  async deployStacks(pattern: string): Promise<void> {
    await this.cdk([...this.app, 'deploy', pattern, ...NO_QUESTIONS, '--concurrency', '4'], `cdk deploy '${pattern}'`);
  }

  async destroy(stage: string): Promise<void> {
    await this.cdk([...this.app, 'destroy', `${stage}/*`, '--force'], `cdk destroy '${stage}/*'`);
  }

  private get app(): string[] {
    return ['--app', this.options.assembly];
  }

  private get environment(): NodeJS.ProcessEnv {
    return isolatedEnvironment(this.options.endpoint, this.options.region, this.options.home);
  }

  private cdk(args: readonly string[], what: string): Promise<string> {
    const { project } = this.options;
    const cli = createRequire(join(project, 'package.json')).resolve('aws-cdk/bin/cdk');
    return this.children.run(process.execPath, [cli, '--no-notices', '--no-version-reporting', ...args], {
      what,
      cwd: project,
      env: this.environment,
    });
  }
}

const NO_QUESTIONS = ['--require-approval', 'never', '--no-asset-prebuild'];
