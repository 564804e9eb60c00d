import Ajv, { type Logger, type Options, type ValidateFunction } from 'ajv';
import Ajv2019 from 'ajv/dist/2019';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';

export type JsonSchema = boolean | Readonly<Record<string, unknown>>;

/** What a schema may name as its `$schema`, with or without `#` at its end; a schema that names none is of the newest. */
const DRAFTS: Readonly<Record<string, new (options: Options) => Ajv>> = {
  'https://json-schema.org/draft/2020-12/schema': Ajv2020,
  'https://json-schema.org/draft/2019-09/schema': Ajv2019,
  'http://json-schema.org/draft-07/schema': Ajv,
};
const NEWEST = 'https://json-schema.org/draft/2020-12/schema';

export const DRAFT_URIS = Object.keys(DRAFTS);

export function draftOf(schema: JsonSchema): string | undefined {
  const named = typeof schema === 'boolean' ? undefined : schema.$schema;
  if (named === undefined) return NEWEST;
  return typeof named === 'string' ? DRAFT_URIS.find((uri) => uri === named.replace(/#$/, '')) : undefined;
}

export interface Reading {
  readonly allErrors: boolean;
  /** Hears of keywords that would be ignored, which otherwise throw. */
  readonly ignored?: (message: string) => void;
}

/**
 * A JSON Schema library for one draft. What it would ignore (a misspelt keyword, a format that it does not know) it refuses;
 * what is only unusual (a union of types, a keyword without its type, a tuple with open ends) it takes.
 */
export function schemaLibrary(draft: string, { allErrors, ignored }: Reading): Ajv {
  const logger: Logger | false =
    ignored === undefined ? false : { log: () => {}, warn: ignored, error: (message) => ignored(String(message)) };
  const Library = DRAFTS[draft] ?? Ajv2020;
  const library = new Library({
    allErrors,
    logger,
    strictSchema: ignored === undefined ? true : 'log',
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    allowMatchingProperties: true,
    messages: true,
    ownProperties: true,
  });
  addFormats(library);
  return library;
}

/** Throws when the schema is not valid or would not be enforced as written. */
export function compileJsonSchema(schema: JsonSchema, reading: Reading): ValidateFunction {
  const draft = draftOf(schema);
  if (draft === undefined) throw new Error('unknown $schema');
  return schemaLibrary(draft, reading).compile(withoutDraft(schema));
}

/** The draft decides the library; `$schema` itself may be spelt with or without `#`. */
export function withoutDraft(schema: JsonSchema): JsonSchema {
  if (typeof schema === 'boolean') return schema;
  const { $schema: _draft, ...rest } = schema;
  return rest;
}

export function isJsonSchema(value: unknown): value is JsonSchema {
  return typeof value === 'boolean' || (typeof value === 'object' && value !== null && !Array.isArray(value));
}
