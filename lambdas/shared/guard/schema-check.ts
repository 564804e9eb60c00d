import type { ErrorObject, ValidateFunction } from 'ajv';
import { pathOf, safePointer } from '../safe-pointer';
import { compileJsonSchema, isJsonSchema } from './json-schema';
import type { SchemaFault } from './outcome';
import { detailOf } from './schema-detail';

export interface SchemaCheck {
  /** Names of members that the schema defines: no text of a caller. */
  readonly names: ReadonlySet<string>;
  /** What is wrong with a value; empty when nothing is. */
  faultsOf(value: unknown): SchemaFault[];
}

const MAX_FAULTS = 20;

/** Above this size only the first fault is looked for: every element of a large array may have one. */
const ALL_FAULTS_BYTES = 64 * 1024;

/** Throws when the schema is not valid; `schemaFaults` says why. */
export function compileSchema(schema: unknown): SchemaCheck {
  if (!isJsonSchema(schema)) throw new Error('the schema is neither an object nor true or false');
  if (typeof schema === 'object' && Object.hasOwn(schema, '$async')) throw new Error('the schema is asynchronous');
  const names = namesIn(schema);
  const findFirst = compileJsonSchema(schema, { allErrors: false });
  let findAll: ValidateFunction | undefined;
  const faultsOf = (value: unknown): SchemaFault[] => {
    if (findFirst(value)) return [];
    if (JSON.stringify(value).length > ALL_FAULTS_BYTES) return distinctFaults(findFirst.errors ?? [], value, names);
    // Compiled at the first bad value, so that a cold start does not pay for it.
    findAll ??= compileJsonSchema(schema, { allErrors: true });
    findAll(value);
    return distinctFaults(findAll.errors ?? [], value, names);
  };
  return { names, faultsOf };
}

function distinctFaults(errors: readonly ErrorObject[], value: unknown, names: ReadonlySet<string>): SchemaFault[] {
  const faults = new Map<string, SchemaFault>();
  for (const error of errors) {
    const fault = { pointer: safePointer(value, pathOf(error.instancePath), names), detail: detailOf(error) };
    faults.set(`${fault.pointer} ${fault.detail}`, fault);
    if (faults.size === MAX_FAULTS) break;
  }
  return [...faults.values()];
}

function namesIn(schema: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  const rest: unknown[] = [schema];
  while (rest.length > 0) {
    const next = rest.pop();
    if (typeof next !== 'object' || next === null) continue;
    if ('properties' in next && typeof next.properties === 'object' && next.properties !== null) {
      for (const name of Object.keys(next.properties)) names.add(name);
    }
    rest.push(...Object.values(next));
  }
  return names;
}
