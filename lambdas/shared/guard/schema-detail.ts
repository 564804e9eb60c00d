import type { ErrorObject } from 'ajv';

/** What was expected, in words of the schema only: names and values of what was checked stay out of it. */
export function detailOf({ keyword, message, params }: ErrorObject): string {
  if (keyword === 'enum' && Array.isArray(params.allowedValues)) {
    return `must be one of ${JSON.stringify(params.allowedValues)}`;
  }
  if (keyword === 'const') return `must be ${JSON.stringify(params.allowedValue)}`;
  return message ?? `must satisfy ${keyword}`;
}
