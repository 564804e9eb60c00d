import { intrinsicOf } from './template-values';

/** Logical id that a value refers to, by `Ref` or by any attribute; undefined for any other value. */
export function referredId(value: unknown): string | undefined {
  const [name, argument] = intrinsicOf(value) ?? [];
  if (name === 'Ref') return typeof argument === 'string' ? argument : undefined;
  if (name === 'Fn::GetAtt') {
    const id = Array.isArray(argument) ? argument[0] : argument;
    return typeof id === 'string' ? id.split('.')[0] : undefined;
  }
  // "${Config.EndpointConfigName}" alone is the attribute itself.
  if (name === 'Fn::Sub' && typeof argument === 'string') return /^\$\{(\w+)(?:\.\w+)?\}$/.exec(argument)?.[1];
  return undefined;
}

/**
 * The text that a value becomes, with names of resources put in by `nameOf`; undefined where it depends on anything else. For
 * the names that scalable targets are made of: `endpoint/<endpoint>/variant/<variant>`.
 */
export function textOf(value: unknown, nameOf: (logicalId: string) => string | undefined): string | undefined {
  if (typeof value === 'string') return value;
  const [name, argument] = intrinsicOf(value) ?? [];
  if (name === 'Fn::Join' && Array.isArray(argument)) {
    const [delimiter, parts] = argument;
    if (typeof delimiter !== 'string' || !Array.isArray(parts)) return undefined;
    return allOf(parts.map((part) => textOf(part, nameOf)))?.join(delimiter);
  }
  if (name === 'Fn::Sub' && typeof argument === 'string') {
    const texts = argument.split(PLACEHOLDER).map((part, index) => (index % 2 === 0 ? part : attribute(part, nameOf)));
    return allOf(texts)?.join('');
  }
  if (name === 'Fn::GetAtt') return attribute(Array.isArray(argument) ? argument.join('.') : String(argument), nameOf);
  return undefined;
}

const PLACEHOLDER = /\$\{([\w.]+)\}/;

/** `Ref` of an endpoint is its ARN, so only the attribute is a name. */
function attribute(path: string, nameOf: (logicalId: string) => string | undefined): string | undefined {
  const [id = '', name] = path.split('.');
  return name === 'EndpointName' ? nameOf(id) : undefined;
}

function allOf(texts: readonly (string | undefined)[]): readonly string[] | undefined {
  const known = texts.filter((text) => text !== undefined);
  return known.length === texts.length ? known : undefined;
}
