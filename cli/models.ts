import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { DATASET_VERSION_PATTERN } from '../protocol/dataset';
import { type ModelVersion, type Pointers, VERSION_PATTERN } from '../protocol/model-version';
import { controlText } from './endpoint';
import type { EndpointControl } from './endpoint-control/control';
import { printProgress, SILENT_PROGRESS } from './endpoint-control/print-progress';
import { CliError, EXIT, operationError } from './errors';
import { example, type Output, printJson, printTable } from './output';
import { hashArtifact } from './registry/content-hash';
import {
  type ModelRegistry,
  type Registration,
  type Role,
  refuseUnenforced,
  type UseResult,
} from './registry/registry';
import { PointerConflict, RegistryRefused } from './registry/registry-error';
import type { StageConnection } from './stage-connection';

export interface ModelsCommandOptions {
  /** Default: standard output. */
  readonly output?: Output;
  /** A stage. Default: found by the outputs of the deployed stage. */
  readonly connect?: (stage: string) => Promise<StageConnection>;
}

interface UseFlags {
  readonly as: Role;
  readonly json?: boolean;
}

interface RegisterFlags {
  readonly artifact: string;
  readonly parent: readonly string[];
  readonly metrics?: string;
  readonly description?: string;
  readonly json?: boolean;
}

/** `slipway models register | use | list | show`. */
export function modelsCommand(options: ModelsCommandOptions = {}): Command {
  const { output = process.stdout, connect = connectToStage } = options;
  const models = new Command('models')
    .description('model versions of a stage, and which of them serves')
    .addHelpText('after', example('slipway models list pilot'));

  models
    .command('register')
    .description('register a file or folder as an immutable model version')
    .argument('<stage>')
    .requiredOption('--artifact <path>', 'file or folder with the weights')
    .option(
      '--parent <version>',
      'model version or dataset version that this one was made from; may be repeated',
      append,
      [],
    )
    .option('--metrics <file>', 'JSON object of numbers by name, or an object that has one as "metrics"')
    .option('--description <text>', 'what is worth knowing about this version')
    .option('--json', 'print JSON')
    .addHelpText('after', example('slipway models register pilot --artifact artefact --metrics artefact/model.json'))
    .action(async (stage: string, flags: RegisterFlags) => {
      const metrics = flags.metrics === undefined ? undefined : await readMetrics(flags.metrics);
      const { artifact: path, parent, description } = flags;
      // What was typed is judged before anybody is asked, credentials or not.
      await told(`could not register ${path}`, () => hashArtifact(path));
      for (const version of parent) if (!DATASET_VERSION_PATTERN.test(version)) checkVersion(version);
      const parents = parent.length === 0 ? undefined : parent;
      const { registry } = await connect(stage);
      const result = await told(`could not register ${path}`, () =>
        registry.register({ path, parents, metrics, description }),
      );
      if (flags.json === true) printJson(output, result);
      else output.write(registrationText(stage, result));
    });

  models
    .command('use')
    .description('make a version the one that serves')
    .argument('<stage>')
    .argument('<version>')
    .addOption(new Option('--as <role>', 'where it serves').choices(['live', 'canary', 'shadow']).default('live'))
    .option('--json', 'print JSON')
    .addHelpText('after', example('slipway models use pilot v-0123456789abcdef'))
    .action(async (stage: string, version: string, flags: UseFlags) => {
      checkVersion(version);
      await told(`could not use ${version}`, async () => refuseUnenforced(flags.as));
      const { registry, control } = await connect(stage);
      if (control !== undefined) return useThrough(control, registry, version, flags, output);
      const result = await told(`could not use ${version}`, () => registry.use(version, { as: flags.as }));
      if (flags.json === true) printJson(output, result);
      else output.write(useText(version, result));
    });

  models
    .command('list')
    .description('versions, the latest first')
    .argument('<stage>')
    .option('--json', 'print JSON')
    .addHelpText('after', example('slipway models list pilot'))
    .action(async (stage: string, flags: { readonly json?: boolean }) => {
      const { registry } = await connect(stage);
      const [versions, pointers] = await told('could not list versions', () =>
        Promise.all([registry.list(), registry.pointers()]),
      );
      if (flags.json === true) printJson(output, { versions, pointers: pointers ?? null });
      else if (versions.length === 0)
        output.write(`no version is registered; "slipway models register ${stage} --artifact <path>" adds one\n`);
      else
        printTable(
          output,
          ['version', 'serves', 'registered', 'metrics', 'parents', 'description'],
          versions.map((v) => listRow(v, pointers)),
        );
    });

  models
    .command('show')
    .description('everything about one version')
    .argument('<stage>')
    .argument('<version>')
    .option('--json', 'print JSON')
    .addHelpText('after', example('slipway models show pilot v-0123456789abcdef'))
    .action(async (stage: string, version: string, flags: { readonly json?: boolean }) => {
      checkVersion(version);
      const { registry } = await connect(stage);
      const [found, pointers] = await told(`could not show ${version}`, () =>
        Promise.all([registry.show(version), registry.pointers()]),
      );
      if (flags.json === true) return printJson(output, found);
      printTable(output, ['version', found.version], showRows(found, pointers));
      printTable(
        output,
        ['file', 'bytes', 'sha-256'],
        found.artifact.files.map(({ path, bytes, sha256 }) => [path, String(bytes), sha256]),
      );
    });

  return models;
}

function checkVersion(version: string): void {
  if (VERSION_PATTERN.test(version)) return;
  throw new CliError(
    `version is "${version}", expected v- and 16 hex digits, such as v-0123456789abcdef; "slipway models list" shows them`,
  );
}

async function connectToStage(stage: string): Promise<StageConnection> {
  // Loaded when used: the clients would double the start of every other command.
  const { connectStage } = await import('./stage-connection');
  return connectStage(stage);
}

/** Where an endpoint serves, its controller moves the pointers, and `live` only once the version is verified to serve. */
async function useThrough(
  control: EndpointControl,
  registry: ModelRegistry,
  version: string,
  flags: UseFlags,
  output: Output,
): Promise<void> {
  const result = await told(`could not use ${version}`, async () => {
    refuseUnenforced(flags.as);
    // Told at once, rather than by an execution that fails.
    await registry.show(version);
    return control.run({ action: 'use', version }, flags.json === true ? SILENT_PROGRESS : printProgress(output));
  });
  if (flags.json === true) printJson(output, result);
  else output.write(controlText(result));
}

/** Runs a step of the registry; what fails in it is told in one line. */
async function told<Result>(doing: string, step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof RegistryRefused) throw new CliError(error.message, EXIT.usage, { cause: error });
    if (error instanceof PointerConflict) throw new CliError(error.message, EXIT.failed, { cause: error });
    throw operationError(error, doing);
  }
}

function append(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

async function readMetrics(file: string): Promise<Record<string, number>> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new CliError(`metrics file "${file}" cannot be read; name a JSON file`);
  });
  const content = parseObject(text, file);
  const entries = Object.entries('metrics' in content ? parseObject(JSON.stringify(content.metrics), file) : content);
  return Object.fromEntries(
    entries.map(([name, value]) => {
      if (typeof value === 'number' && Number.isFinite(value)) return [name, value];
      throw new CliError(`metric "${name}" in ${file} is ${JSON.stringify(value)}, expected a finite number`);
    }),
  );
}

function parseObject(text: string, file: string): object & { readonly metrics?: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CliError(`metrics file "${file}" is no JSON; write an object of numbers by name`, EXIT.usage, {
      cause: error,
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CliError(`metrics file "${file}" holds no object; write numbers by name, as {"f1": 0.97}`);
  }
  return value;
}

function registrationText(stage: string, { version, created, differs }: Registration): string {
  const { version: id, artifact, model, registeredBy, registeredAt } = version;
  if (created) {
    const bytes = artifact.files.reduce((sum, file) => sum + file.bytes, 0);
    const files = `${artifact.files.length} ${artifact.files.length === 1 ? 'file' : 'files'}`;
    return `registered ${id} of ${model}: ${files}, ${bytes} bytes\nto serve it: slipway models use ${stage} ${id}\n`;
  }
  const kept = differs.length === 0 ? '' : `it keeps what it has; given otherwise now: ${differs.join(', ')}\n`;
  return `${id} of ${model} was registered by ${registeredBy} at ${registeredAt}; nothing was changed\n${kept}`;
}

function useText(version: string, { changed, from, pointers }: UseResult): string {
  if (!changed) return `${version} is live already, since ${pointers.changedAt}; nothing was changed\n`;
  return `${version} is live; before it ${from ?? 'no version'} was\n`;
}

function servesAs(version: ModelVersion, pointers: Pointers | undefined): string {
  return pointers?.routing.live === version.version ? 'live' : '';
}

function listRow(version: ModelVersion, pointers: Pointers | undefined): string[] {
  const { version: id, registeredAt, metrics, parents, description = '' } = version;
  return [id, servesAs(version, pointers), registeredAt, metricsText(metrics), parents.join('\n'), description];
}

function showRows(version: ModelVersion, pointers: Pointers | undefined): string[][] {
  const { artifact, metrics, parents, description = '' } = version;
  return [
    ['model', version.model],
    ['serves', servesAs(version, pointers) || 'no'],
    ['content hash', version.contentHash],
    ['registered at', version.registeredAt],
    ['registered by', version.registeredBy],
    ['parents', parents.join('\n') || 'none'],
    ['metrics', metricsText(metrics) || 'none'],
    ['description', description || 'none'],
    ['artefact', `s3://${artifact.bucket}/${artifact.prefix}`],
  ];
}

function metricsText(metrics: Readonly<Record<string, number>>): string {
  return Object.entries(metrics)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
    .join('\n');
}
