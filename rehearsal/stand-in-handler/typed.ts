import { NormalizedSchema } from '@smithy/core/schema';

/** A schema of an SDK client, such as `CreateModelInput$`. */
type Schema = Parameters<typeof NormalizedSchema.of>[0];

/**
 * Properties with the types that the API wants: CloudFormation hands primitives to custom resources as strings, and only the API's
 * own schema knows whether `Value: "5"` was a number. Fails by name on a property that the API does not have.
 */
export function typed<Input>(schema: Schema, properties: Readonly<Record<string, unknown>>): Input {
  return restored(NormalizedSchema.of(schema), properties, '') as Input;
}

function restored(schema: NormalizedSchema, value: unknown, path: string): unknown {
  if (schema.isListSchema() && Array.isArray(value)) {
    return value.map((item, index) => restored(schema.getValueSchema(), item, `${path}[${index}]`));
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const members = Object.entries(value).map(([key, inner]) => {
      const at = path === '' ? key : `${path}.${key}`;
      return [key, restored(memberOf(schema, key, at), inner, at)];
    });
    return Object.fromEntries(members);
  }
  if (typeof value !== 'string') return value;
  if (schema.isNumericSchema()) return Number(value);
  if (schema.isBooleanSchema()) return value === 'true';
  if (schema.isTimestampSchema()) return new Date(value);
  return value;
}

function memberOf(schema: NormalizedSchema, key: string, path: string): NormalizedSchema {
  if (schema.isMapSchema()) return schema.getValueSchema();
  const known = schema.isStructSchema() || schema.isUnionSchema() ? schema.getMemberSchemas()[key] : undefined;
  if (known === undefined) throw new Error(`property ${path} is not known to the API`);
  return known;
}
