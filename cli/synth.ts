import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CliError, EXIT } from './errors';

/** One stack of a stage as it was synthesized. */
export interface SynthesizedStack {
  /** Within its stage: `state`, `serve` ... */
  readonly id: string;
  readonly stackName: string;
  /** Undefined where the stack takes the region of whoever deploys it. */
  readonly region: string | undefined;
  /** Undefined where the stack takes the account of whoever deploys it. */
  readonly account: string | undefined;
  readonly terminationProtection: boolean;
  readonly templateFile: string;
  readonly template: CloudFormationTemplate;
}

export interface SynthesizedStage {
  readonly name: string;
  readonly stacks: readonly SynthesizedStack[];
}

export interface Assembly {
  /** Removed when the process ends. */
  readonly directory: string;
  readonly stages: readonly SynthesizedStage[];
}

/** What commands read of a template. */
export interface CloudFormationTemplate {
  readonly Description?: string;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly Resources?: Readonly<Record<string, CloudFormationResource>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
}

export interface CloudFormationResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

/** The stage of this name, or an error that names those there are. */
export function stageNamed({ stages }: Assembly, name: string): SynthesizedStage {
  const found = stages.find((stage) => stage.name === name);
  if (found !== undefined) return found;
  const names = stages.map((stage) => stage.name).join(', ') || 'none';
  throw new CliError(`there is no stage "${name}"; this project has ${names}`);
}

/** Synthesizes the CDK app of `project` with its own CDK CLI. Needs no account. */
export async function synthesize(project: string = process.cwd()): Promise<Assembly> {
  const directory = mkdtempSync(join(tmpdir(), 'slipway-synth-'));
  removeAtEnd(directory);
  const { code, stderr } = await runCdk(project, [
    'synth',
    '--quiet',
    '--no-notices',
    '--path-metadata', // resources are told apart and sorted into domains by it
    '--output',
    directory,
  ]);
  if (code !== 0) throw synthError(stderr);
  return { directory, stages: readStages(directory) };
}

const temporary = new Set<string>();

/** Also at Ctrl-C, which by itself ends a process without its exit handlers. */
function removeAtEnd(directory: string): void {
  if (temporary.size === 0) {
    process.once('exit', () => {
      for (const one of temporary) rmSync(one, { recursive: true, force: true });
    });
    process.once('SIGINT', () => process.exit(130));
    process.once('SIGTERM', () => process.exit(143));
    process.once('SIGHUP', () => process.exit(129));
  }
  temporary.add(directory);
}

/** Why synthesis failed, in one line and without the stack trace: an error's message, or the last line that was printed. */
export function synthError(stderr: string): CliError {
  const lines = stderr.split('\n');
  const validation = lines.findIndex((line) => VALIDATION.test(line));
  if (validation !== -1) {
    const faults = lines
      .slice(validation + 1)
      .map((line) => VALIDATION_FAULT.exec(line))
      .filter((match) => match !== null)
      .map(([, path = '', fault = '']) => `${path}: ${fault}`);
    if (faults.length > 0) return new CliError(numbered(faults));
  }
  const start = lines.findIndex((line) => ERROR_LINE.test(line));
  const [, name, first] = ERROR_LINE.exec(lines[start] ?? '') ?? [];
  if (first === undefined) {
    return new CliError(`synthesis failed: ${stderr.trim().split('\n').at(-1) ?? 'no message'}`, EXIT.failed);
  }
  const rest = lines.slice(start + 1);
  const end = rest.findIndex(
    (line) => line.trim() === '' || /^\s+at .+:\d+/.test(line) || /^\s+at .*<anonymous>/.test(line),
  );
  const message = onOneLine([first, ...rest.slice(0, end === -1 ? rest.length : end)]);
  return name === 'ConfigError' ? new CliError(message) : new CliError(`synthesis failed: ${message}`, EXIT.failed);
}

// Node prints an uncaught error as "Name: message", or as "Name [CODE]: message".
const ERROR_LINE = /^(?:Uncaught )?([A-Z]\w*Error|Error)(?: \[\w+\])?: (.*)$/;
// What a construct's own validation found, as the CDK prints it: a heading, then "  [path] fault" line by line.
const VALIDATION = /Validation failed with the following errors:$/;
const VALIDATION_FAULT = /^\s+\[([^\]]+)\] (.+)$/;
const LIST_ITEM = /^\s+- /;

/** A message of several lines as one; a list of faults is numbered. */
function onOneLine([first = '', ...rest]: readonly string[]): string {
  const items = rest.filter((line) => LIST_ITEM.test(line)).map((line) => line.replace(LIST_ITEM, ''));
  if (items.length > 0 && items.length === rest.length) return `${first} ${numbered(items)}`;
  return [first, ...rest].join(' ').replace(/\s+/g, ' ').trim();
}

function numbered(faults: readonly string[]): string {
  if (faults.length === 1) return faults.join('');
  return `${faults.length} faults: ${faults.map((fault, index) => `(${index + 1}) ${fault}`).join(' ')}`;
}

function runCdk(project: string, args: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  const cli = cdkOf(project);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], {
      cwd: project,
      // Validation is for `cdk synth` and `cdk deploy`; here it would cost two seconds for each command.
      env: { CDK_VALIDATION: 'false', ...process.env, CDK_DISABLE_CLI_TELEMETRY: '1', FORCE_COLOR: '0' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stderr }));
  });
}

function cdkOf(project: string): string {
  try {
    return createRequire(join(project, 'package.json')).resolve('aws-cdk/bin/cdk');
  } catch (error) {
    throw new CliError(
      `the CDK CLI is not installed in ${project}; run "npm ci" there, or change to the project's folder`,
      EXIT.usage,
      {
        cause: error,
      },
    );
  }
}

/** What of a cloud assembly's manifest is read. */
interface Manifest {
  readonly artifacts?: Readonly<Record<string, ManifestArtifact>>;
}

interface ManifestArtifact {
  readonly type: string;
  readonly displayName?: string;
  readonly environment?: string;
  readonly properties?: {
    readonly directoryName?: string;
    readonly templateFile?: string;
    readonly stackName?: string;
    readonly terminationProtection?: boolean;
  };
}

/** The stages of an assembly: each is an assembly of its own within it. */
export function readStages(directory: string): SynthesizedStage[] {
  return artifactsOf(directory, 'cdk:cloud-assembly').map(([id, { displayName, properties }]) => ({
    name: displayName ?? id.replace(/^assembly-/, ''),
    stacks: readStacks(join(directory, properties?.directoryName ?? id)),
  }));
}

function readStacks(directory: string): SynthesizedStack[] {
  return artifactsOf(directory, 'aws:cloudformation:stack').map(([id, { displayName, environment, properties }]) => {
    const templateFile = join(directory, properties?.templateFile ?? `${id}.template.json`);
    // aws://<account>/<region>
    const [account, region] = environment?.split('/').slice(-2) ?? [];
    return {
      // Stacks with a name of their own are displayed as "<stage>/<id> (<stack name>)".
      id:
        (displayName ?? id)
          .replace(/ \(.*\)$/, '')
          .split('/')
          .at(-1) ?? id,
      stackName: properties?.stackName ?? id,
      region: region === 'unknown-region' ? undefined : region,
      account: account === 'unknown-account' ? undefined : account,
      terminationProtection: properties?.terminationProtection ?? false,
      templateFile,
      template: JSON.parse(readFileSync(templateFile, 'utf8')),
    };
  });
}

function artifactsOf(directory: string, type: string): [string, ManifestArtifact][] {
  const { artifacts = {} }: Manifest = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8'));
  return Object.entries(artifacts).filter(([, artifact]) => artifact.type === type);
}
