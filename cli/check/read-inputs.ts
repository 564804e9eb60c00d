import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { TemplateInput } from '../../lib/check/api';
import { CliError } from '../errors';
import { type Acknowledgements, acknowledgementsOf } from './acknowledgements';
import { readTemplates } from './read-templates';

/** Templates that are checked together. */
export interface CheckedSet {
  readonly templates: readonly TemplateInput[];
  /** Of the constructs that the templates were made of. */
  readonly acknowledgements: Acknowledgements;
}

const YAML = ['.yaml', '.yml', '.template'];

/** What the arguments name: each assembly is a set of its own, all files together are one. */
export async function readInputs(given: readonly string[]): Promise<CheckedSet[]> {
  const paths = [...new Set(given)];
  const folders = paths.filter((path) => stat(path).isDirectory());
  const files = paths.filter((path) => !folders.includes(path));
  const templates: TemplateInput[] = [];
  for (const file of files) templates.push(...(await readFile(file)));
  const sets = folders.flatMap(readAssembly);
  return templates.length === 0 ? sets : [...sets, { templates, acknowledgements: new Map() }];
}

function stat(path: string) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined)
    throw new CliError(`there is no ${path}; give a cloud assembly, such as cdk.out, or a template`);
  return found;
}

async function readFile(file: string): Promise<TemplateInput[]> {
  const { parseYamlTemplate } = await import('./yaml-template');
  // JSON is YAML, but the errors of its own parser are better.
  const isYaml = YAML.includes(extname(file)) && !readFileSync(file, 'utf8').trimStart().startsWith('{');
  return readChecked(file, isYaml ? parseYamlTemplate : undefined);
}

interface Manifest {
  readonly artifacts?: Readonly<Record<string, Artifact>>;
}

interface Artifact {
  readonly type?: string;
  readonly additionalMetadataFile?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly properties?: {
    readonly directoryName?: string;
    readonly stackName?: string;
    readonly templateFile?: string;
  };
}

/** An assembly, and those of the stages within it. */
function readAssembly(folder: string): CheckedSet[] {
  const artifacts = Object.entries(manifestOf(folder).artifacts ?? {});
  const stacks = artifacts.filter(([, { type }]) => type === 'aws:cloudformation:stack');
  const linked = stacks.flatMap(([id, { properties }]) => {
    if (properties?.templateFile === undefined) return [];
    const [template, ...nested] = readChecked(join(folder, properties.templateFile));
    return template === undefined ? [] : [{ ...template, stackName: properties.stackName ?? id }, ...nested];
  });
  const names = new Set(linked.map(({ name }) => name));
  // Without metadata of assets it is not told whose they are.
  const loose = readdirSync(folder)
    .filter((name) => name.endsWith('.nested.template.json') && !names.has(join(folder, name)))
    .flatMap((name) => readChecked(join(folder, name)));
  const templates = [...linked, ...loose];
  const acknowledgements = acknowledgementsOf(
    folder,
    stacks.map(([, { metadata, additionalMetadataFile }]) => ({
      ...metadata,
      ...(additionalMetadataFile === undefined ? {} : readJson(join(folder, additionalMetadataFile))),
    })),
  );
  const nested = artifacts.filter(([, { type }]) => type === 'cdk:cloud-assembly');
  const sets = nested.flatMap(([, { properties }]) =>
    properties?.directoryName === undefined ? [] : readAssembly(join(folder, properties.directoryName)),
  );
  return templates.length === 0 ? sets : [{ templates, acknowledgements }, ...sets];
}

function manifestOf(folder: string): Manifest {
  if (readdirSync(folder).includes('manifest.json')) return readJson(join(folder, 'manifest.json'));
  throw new CliError(
    `${folder} has no manifest.json; give a cloud assembly, such as cdk.out, or the templates themselves`,
  );
}

function readJson(file: string): Readonly<Record<string, never>> {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw unreadable(file, error);
  }
}

function readChecked(file: string, parse?: (text: string) => unknown): TemplateInput[] {
  let templates: TemplateInput[];
  try {
    templates = readTemplates(file, parse);
  } catch (error) {
    throw unreadable(file, error);
  }
  const wrong = templates.find(({ template }) => !hasResources(template));
  if (wrong === undefined) return templates;
  throw new CliError(`${wrong.name} is no template: it has no "Resources"; give a CloudFormation template`);
}

function hasResources(template: unknown): boolean {
  if (typeof template !== 'object' || template === null || !('Resources' in template)) return false;
  return typeof template.Resources === 'object' && template.Resources !== null && !Array.isArray(template.Resources);
}

function unreadable(file: string, error: unknown): CliError {
  const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
  return new CliError(`${file} cannot be read: ${reason}`, undefined, { cause: error });
}
