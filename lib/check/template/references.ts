/** Logical ids that a resource refers to, by `Ref`, `Fn::GetAtt`, `Fn::Sub` or `DependsOn`. Some may be parameters. */
export function referencesOf(resource: Readonly<Record<string, unknown>>): Set<string> {
  const found = new Set<string>();
  const { DependsOn: dependsOn } = resource;
  for (const id of Array.isArray(dependsOn) ? dependsOn : [dependsOn]) if (typeof id === 'string') found.add(id);
  const waiting: unknown[] = [resource.Properties];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, member] of Object.entries(value)) {
      for (const id of COLLECT[key]?.(member) ?? []) found.add(id);
      waiting.push(member);
    }
  }
  return found;
}

const COLLECT: Readonly<Record<string, (argument: unknown) => readonly string[]>> = {
  Ref: (id) => (typeof id === 'string' ? [id] : []),
  'Fn::GetAtt': (argument) => {
    const id = Array.isArray(argument)
      ? argument[0]
      : typeof argument === 'string'
        ? argument.split('.')[0]
        : undefined;
    return typeof id === 'string' ? [id] : [];
  },
  'Fn::Sub': (argument) => {
    const [text, values]: unknown[] = Array.isArray(argument) ? argument : [argument];
    if (typeof text !== 'string') return [];
    const own = typeof values === 'object' && values !== null ? values : {};
    return placeholdersOf(text).flatMap((name) => (Object.hasOwn(own, name) ? [] : [name.split('.')[0] ?? name]));
  },
};

/** Names within `${...}` of a text of `Fn::Sub`; `${!...}` is text. */
function placeholdersOf(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name.trim());
}

export const PLACEHOLDER = /\$\{([^!}][^}]*)\}/g;
