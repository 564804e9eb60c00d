import type { CloudFormationResource, SynthesizedStack } from '../synth';
import type { Placeholders } from './placeholders';

/** A resource under a name that is the same in every stage. */
export interface NamedResource {
  /** Construct path within the stack; the logical id where there is no such path or two resources share it. */
  readonly path: string;
  readonly logicalId: string;
  readonly type: string;
  /** Everything but its metadata, readable: references as `${path}`, joins as one text, JSON texts as values. */
  readonly content: Readonly<Record<string, unknown>>;
}

export interface ReadableTemplate {
  readonly resources: readonly NamedResource[];
  /** What belongs to the stack as a whole. */
  readonly stack: Readonly<Record<string, unknown>>;
}

/** A stack's template with references that can be compared with those of another stage. */
export function readableTemplate(stage: string, stack: SynthesizedStack, placeholders: Placeholders): ReadableTemplate {
  const { template, terminationProtection } = stack;
  const resources = Object.entries(template.Resources ?? {}).filter(([, { Type }]) => Type !== 'AWS::CDK::Metadata');
  const paths = pathsOf(stage, stack, resources);
  const names = new Map([...parameterNames(stack, placeholders), ...paths]);
  const { Description, Outputs, Conditions } = template;
  return {
    resources: resources.map(([logicalId, { Metadata: _, Type: type, ...content }]) => ({
      path: paths.get(logicalId) ?? logicalId,
      logicalId,
      type,
      content: readableContent(content, names),
    })),
    stack: { terminationProtection, ...readableContent({ Description, Outputs, Conditions }, names) },
  };
}

type Entry = readonly [logicalId: string, resource: CloudFormationResource];

/** Construct paths by logical id. They outlive hashes in logical ids, as those of a function's versions. */
function pathsOf(stage: string, { id }: SynthesizedStack, resources: readonly Entry[]): Map<string, string> {
  const paths = resources.map(([logicalId, { Metadata }]) => {
    const path = Metadata?.['aws:cdk:path'];
    return [logicalId, typeof path === 'string' ? pathWithin(path, stage, id) : logicalId] as const;
  });
  const count = countOf(paths);
  return new Map(paths.map(([logicalId, path]) => [logicalId, count.get(path) === 1 ? path : logicalId]));
}

function countOf(paths: readonly (readonly [string, string])[]): Map<string, number> {
  const count = new Map<string, number>();
  for (const [, path] of paths) count.set(path, (count.get(path) ?? 0) + 1);
  return count;
}

/** The path below the stack. Some ids hold the unique id of another construct, which names stage and stack and ends in a hash. */
function pathWithin(path: string, stage: string, stack: string): string {
  const uniqueId = [stage, stack].map((name) => name.replace(/[^A-Za-z0-9]/g, '')).join('');
  return path
    .split('/')
    .slice(2)
    .map((id) => (id.includes(uniqueId) ? id.replace(uniqueId, '').replace(/[0-9A-F]{8}(?=\.|$)/, '') : id))
    .join('/')
    .replace(/\/(Resource|Default)$/, '');
}

/** An SSM parameter that CloudFormation reads has a logical id made of its name, which holds the deployment's. */
function parameterNames({ template }: SynthesizedStack, placeholders: Placeholders): [string, string][] {
  return Object.entries(template.Parameters ?? {}).flatMap(([logicalId, parameter]): [string, string][] => {
    const value = typeof parameter === 'object' && parameter !== null && 'Default' in parameter && parameter.Default;
    return typeof value === 'string' ? [[logicalId, placeholders(value)]] : [];
  });
}

type Names = ReadonlyMap<string, string>;

function readableContent(content: Readonly<Record<string, unknown>>, names: Names): Record<string, unknown> {
  const { DependsOn, ...rest } = content;
  const entries = Object.entries(rest).map(([key, value]): [string, unknown] => [key, readable(value, names)]);
  if (DependsOn !== undefined) {
    const on = [DependsOn].flat().map((logicalId) => names.get(String(logicalId)) ?? String(logicalId));
    entries.push(['DependsOn', on.toSorted()]);
  }
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function readable(value: unknown, names: Names): unknown {
  if (typeof value === 'string') return parsed(value);
  if (Array.isArray(value)) return value.map((element) => readable(element, names));
  if (typeof value !== 'object' || value === null) return value;
  const text = textOf(value, names);
  if (text !== undefined) return parsed(text);
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, readable(element, names)]));
}

/** References, and joins of texts and references, in the notation of Fn::Sub; undefined for anything else. */
function textOf(value: unknown, names: Names): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  if ('Ref' in value) return `\${${nameOf(value.Ref, names)}}`;
  if ('Fn::GetAtt' in value) {
    const [target, ...attribute] = [value['Fn::GetAtt']].flat().flatMap((part) => String(part).split('.'));
    return `\${${[nameOf(target, names), ...attribute].join('.')}}`;
  }
  if ('Fn::Sub' in value && typeof value['Fn::Sub'] === 'string') {
    return value['Fn::Sub'].replace(/\$\{(\w+)/g, (_, id: string) => `\${${nameOf(id, names)}`);
  }
  if (!('Fn::Join' in value) || !Array.isArray(value['Fn::Join'])) return undefined;
  const [separator, parts] = value['Fn::Join'];
  if (!Array.isArray(parts)) return undefined;
  const texts = parts.map((part) => textOf(part, names));
  return texts.every((text) => text !== undefined) ? texts.join(String(separator)) : undefined;
}

function nameOf(logicalId: unknown, names: Names): string {
  return names.get(String(logicalId)) ?? String(logicalId);
}

/** A dashboard's body is a text of JSON: its parts are compared, not the text. */
function parsed(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
