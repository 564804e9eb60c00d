import type { ErrorObject } from 'ajv';
import {
  compileJsonSchema,
  DRAFT_URIS,
  draftOf,
  isJsonSchema,
  type JsonSchema,
  schemaLibrary,
  withoutDraft,
} from './json-schema';
import { detailOf } from './schema-detail';

/** Say only that others of the errors have the cause. */
const COMBINING: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'not', 'if', '$ref', '$dynamicRef']);

/**
 * Every fault of a rule's schema; empty exactly when the handler can compile it. Bundled by itself too: constructs run it at
 * synthesis.
 */
export function schemaFaults(ruleName: string, schema: unknown): string[] {
  return faultsOf(schema).map((fault) => `guard rule ${JSON.stringify(ruleName)}: ${fault}`);
}

function faultsOf(schema: unknown): string[] {
  if (!isJsonSchema(schema)) return [`the schema is ${shown(schema)}, expected an object; give a JSON Schema`];
  if (typeof schema === 'object' && Object.hasOwn(schema, '$async')) {
    return [`the schema has $async ${shown(schema.$async)}, expected none; remove it, as it would let any input pass`];
  }
  const draft = draftOf(schema);
  if (draft === undefined) {
    const named = typeof schema === 'object' ? schema.$schema : undefined;
    return [`$schema is ${shown(named)}, expected one of ${DRAFT_URIS.join(', ')}; convert the schema to one of them`];
  }
  try {
    compileJsonSchema(schema, { allErrors: false });
    return [];
  } catch (error) {
    const faults = [...invalidMembers(schema, draft), ...ignoredMembers(schema, draft)];
    return faults.length > 0 ? faults : [readable(error)];
  }
}

/** Where the schema departs from the schema of its draft. */
function invalidMembers(schema: JsonSchema, draft: string): string[] {
  const library = schemaLibrary(draft, { allErrors: true });
  const plain = withoutDraft(schema);
  if (library.validateSchema(plain) === true) return [];
  const expected = new Map<string, Set<string>>();
  for (const error of causes(library.errors ?? [])) {
    const details = expected.get(error.instancePath) ?? new Set();
    expected.set(error.instancePath, details.add(detailOf(error).replace(/^must (?:be )?/, '')));
  }
  return [...expected].map(
    ([pointer, details]) =>
      `${pointer === '' ? 'the schema' : `the schema at ${pointer}`} is ${shown(valueAt(plain, pointer))}, expected ${[...details].join(' or ')}; see ${draft}`,
  );
}

function causes(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const specific = errors.filter(({ keyword }) => !COMBINING.has(keyword));
  return specific.length > 0 ? specific : errors;
}

/** What would be ignored, and the first thing beyond it that cannot be compiled. */
function ignoredMembers(schema: JsonSchema, draft: string): string[] {
  const library = schemaLibrary(draft, { allErrors: false });
  // Its faults are told by pointer already.
  if (library.validateSchema(withoutDraft(schema)) !== true) return [];
  const faults = new Set<string>();
  try {
    compileJsonSchema(schema, { allErrors: false, ignored: (message) => faults.add(readable(message)) });
  } catch (error) {
    faults.add(readable(error));
  }
  return [...faults];
}

function readable(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const text = message.replace(/^strict mode: /, '').replace(/ ignored in schema at path "#?(.*)"$/, ' at "$1"');
  return `the schema cannot be enforced: ${text}; correct or remove it`;
}

function valueAt(schema: unknown, pointer: string): unknown {
  let value = schema;
  for (const segment of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, segment.replace(/~1/g, '/').replace(/~0/g, '~'));
  }
  return value;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
