import Ajv2020, { type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { SchemaFault } from './outcome';

/** Returns what is wrong with a value; empty when nothing is. */
export type SchemaCheck = (value: unknown) => SchemaFault[];

const MAX_FAULTS = 20;

/** Above this size only the first fault is looked for: every element of a large array may have one. */
const ALL_FAULTS_BYTES = 64 * 1024;

export function compileSchema(schema: unknown): SchemaCheck {
  if (typeof schema !== 'boolean' && (typeof schema !== 'object' || schema === null || Array.isArray(schema))) {
    throw new Error('the schema is neither an object nor true or false: give a JSON Schema (draft 2020-12)');
  }
  const findFirst = compile(schema, false);
  let findAll: ValidateFunction | undefined;
  return (value) => {
    if (findFirst(value)) return [];
    if (JSON.stringify(value).length > ALL_FAULTS_BYTES) return faultsOf(findFirst.errors ?? []);
    // Compiled at the first bad value, so that a cold start does not pay for it.
    findAll ??= compile(schema, true);
    findAll(value);
    return faultsOf(findAll.errors ?? []);
  };
}

function compile(schema: object | boolean, allErrors: boolean): ValidateFunction {
  const ajv = new Ajv2020({ allErrors, strict: false, logger: false, messages: true, ownProperties: true });
  addFormats(ajv);
  return ajv.compile(schema);
}

function faultsOf(errors: readonly ErrorObject[]): SchemaFault[] {
  const faults = new Map<string, SchemaFault>();
  for (const error of errors) {
    const fault = { pointer: error.instancePath, detail: detailOf(error) };
    faults.set(`${fault.pointer} ${fault.detail}`, fault);
    if (faults.size === MAX_FAULTS) break;
  }
  return [...faults.values()];
}

/** What was expected, in words of the schema only: names and values of the input stay out of it. */
function detailOf({ keyword, message, params }: ErrorObject): string {
  if (keyword === 'enum' && Array.isArray(params.allowedValues)) {
    return `must be one of ${JSON.stringify(params.allowedValues)}`;
  }
  if (keyword === 'const') return `must be ${JSON.stringify(params.allowedValue)}`;
  return message ?? `must satisfy ${keyword}`;
}
