import type { Resolved } from './field';
import { hasMarker, type Markers, type Meaning } from './markers';
import { isObject, type Resource, type Template } from './parts';
import { PLACEHOLDER } from './references';

/** What functions need of the scope. */
export interface Scope {
  readonly markers: Markers;
  resolve(value: unknown, template: Template): Resolved | undefined;
  unknown(template: Template, expression: unknown, meaning?: Partial<Meaning>): string;
  reference(resource: Resource): string;
  getAttribute(resource: Resource, attribute: string): Resolved | undefined;
  given(parameter: string, template: Template): Resolved | undefined;
  exported(name: string): Resolved | undefined;
  output(stackName: string, name: string): Resolved | undefined;
}

/** What a function gives; undefined where only the deployment knows. A value that is undefined is none at all. */
type Outcome = { readonly value: Resolved | undefined } | undefined;
type Evaluate = (argument: unknown, template: Template, scope: Scope) => Outcome;

/** Functions of which something can be known. All others are for the deployment. */
export const FUNCTIONS: Readonly<Record<string, Evaluate>> = {
  Ref: (id, template, scope) => (typeof id === 'string' ? reference(id, template, scope) : undefined),

  'Fn::GetAtt': (argument, template, scope) => {
    const [id, ...attribute]: unknown[] =
      typeof argument === 'string' ? argument.split('.') : Array.isArray(argument) ? argument : [];
    return attribute.every((part) => typeof part === 'string')
      ? attributeOf(String(id), attribute.join('.'), template, scope)
      : undefined;
  },

  'Fn::Join': (argument, template, scope) => {
    const [separator, list]: unknown[] = Array.isArray(argument) ? argument : [];
    const parts = scope.resolve(list, template);
    if (typeof separator !== 'string' || !Array.isArray(parts)) return undefined;
    const texts = parts.map(textOf);
    return texts.every((text) => text !== undefined) ? { value: texts.join(separator) } : undefined;
  },

  'Fn::Sub': (argument, template, scope) => {
    const [text, values]: unknown[] = Array.isArray(argument) ? argument : [argument];
    if (typeof text !== 'string') return undefined;
    const own = isObject(values) ? values : {};
    const known = textOf(scope.resolve(text, template)) ?? '';
    const filled = known.replace(PLACEHOLDER, (whole, inner: string) => {
      const name = inner.trim();
      const expression = name.includes('.') ? { 'Fn::GetAtt': name } : { Ref: name };
      return textOf(scope.resolve(Object.hasOwn(own, name) ? own[name] : expression, template)) ?? whole;
    });
    return { value: filled.replace(/\$\{!/g, '${') };
  },

  'Fn::If': (argument, template, scope) => {
    const [condition, ...branches]: unknown[] = Array.isArray(argument) ? argument : [];
    const [then, otherwise] = branches.map((branch) => scope.resolve(branch, template));
    if (JSON.stringify(then) === JSON.stringify(otherwise)) return { value: then };
    const mayBeAbsent = [then, otherwise].some((branch) => branch === undefined || mayVanish(branch, scope));
    return { value: scope.unknown(template, { 'Fn::If': [condition, ...branches] }, { mayBeAbsent }) };
  },

  'Fn::Select': (argument, template, scope) => {
    const [index, list]: unknown[] = Array.isArray(argument) ? argument : [];
    const items = scope.resolve(list, template);
    const at = Number(scope.resolve(index, template));
    const item = Array.isArray(items) && Number.isInteger(at) ? items[at] : undefined;
    return item === undefined ? undefined : { value: item };
  },

  'Fn::Split': (argument, template, scope) => {
    const [separator, text]: unknown[] = Array.isArray(argument) ? argument : [];
    const whole = scope.resolve(text, template);
    // What is not known may hold separators of its own.
    if (typeof separator !== 'string' || typeof whole !== 'string' || hasMarker(whole)) return undefined;
    return { value: whole.split(separator) };
  },

  'Fn::FindInMap': (argument, template, scope) => {
    const keys = Array.isArray(argument) ? argument.map((key) => scope.resolve(key, template)) : [];
    const found = keys.reduce<unknown>(
      (level, key) =>
        isObject(level) && typeof key === 'string' && Object.hasOwn(level, key) ? level[key] : undefined,
      template.mappings,
    );
    return keys.length !== 3 || found === undefined ? undefined : { value: scope.resolve(found, template) };
  },

  'Fn::ImportValue': (argument, template, scope) => {
    const name = scope.resolve(argument, template);
    const value = typeof name === 'string' && !hasMarker(name) ? scope.exported(name) : undefined;
    return value === undefined ? undefined : { value };
  },

  'Fn::GetStackOutput': (argument, _, scope) => {
    const { StackName: stack, OutputName: name } = isObject(argument) ? argument : {};
    const value = typeof stack === 'string' && typeof name === 'string' ? scope.output(stack, name) : undefined;
    return value === undefined ? undefined : { value };
  },
};

function reference(id: string, template: Template, scope: Scope): Outcome {
  if (id === 'AWS::NoValue') return { value: undefined };
  // The same expression as in the ARN of a bucket.
  if (id === 'AWS::Partition') return { value: scope.unknown(template, id) };
  const resource = template.resources.get(id);
  if (resource !== undefined) return { value: scope.reference(resource) };
  const value = Object.hasOwn(template.parameters, id) ? scope.given(id, template) : undefined;
  return value === undefined ? undefined : { value };
}

function attributeOf(id: string, attribute: string, template: Template, scope: Scope): Outcome {
  const resource = template.resources.get(id);
  const value = resource === undefined ? undefined : scope.getAttribute(resource, attribute);
  return value === undefined ? undefined : { value };
}

function mayVanish(value: Resolved, scope: Scope): boolean {
  return typeof value === 'string' && scope.markers.meaningOf(value)?.mayBeAbsent === true;
}

/** A value within a text, as CloudFormation writes it. */
function textOf(value: Resolved | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
