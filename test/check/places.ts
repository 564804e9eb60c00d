import type { CorpusTemplate } from './corpus/templates';

/** Keys from the root of a template. */
export type Path = readonly string[];

/** Places of all values in properties of resources, whole objects and lists too. A function and what is in it is one place. */
export function placesOf({ Resources }: CorpusTemplate): Path[] {
  return Object.entries(Resources).flatMap(([id, { Properties }]) =>
    Object.entries(Properties).flatMap(([key, value]) => within(value, ['Resources', id, 'Properties', key])),
  );
}

function within(value: unknown, path: Path): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const keys = Object.keys(value);
  if (keys.some((key) => key === 'Ref' || key.startsWith('Fn::'))) return [];
  return [path, ...keys.flatMap((key) => within(Reflect.get(value, key), [...path, key]))];
}

/** Ways to say that only the deployment knows a value. */
export const UNKNOWN: Readonly<Record<string, (value: unknown, index: number) => unknown>> = {
  parameter: (_, index) => ({ Ref: `Parameter${index}` }),
  condition: (value) => ({ 'Fn::If': ['IsProduction', value, { Ref: 'AWS::NoValue' }] }),
  import: (_, index) => ({ 'Fn::ImportValue': `value-${index}` }),
  'dynamic reference': (_, index) => `{{resolve:ssm:/value/${index}}}`,
};

/** The template with a value that is not known at each of the places, from the innermost outwards. */
export function withUnknown(template: CorpusTemplate, paths: readonly Path[], way: string): CorpusTemplate {
  const copy = structuredClone(template);
  const inner = [...paths].sort((a, b) => b.length - a.length);
  inner.forEach((path, index) => {
    const parent = path.slice(0, -1).reduce<object>((value, key) => Reflect.get(value, key), copy);
    const key = path.at(-1) ?? '';
    Reflect.set(parent, key, UNKNOWN[way]?.(Reflect.get(parent, key), index));
  });
  return copy;
}
