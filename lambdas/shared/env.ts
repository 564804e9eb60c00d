import type { EnvName } from '../../protocol/env';
import { placeOfUri, type S3Place } from './s3-uri';

/** Value of a variable without which the handler cannot run. Called at cold start, so that a gap shows at once. */
export function requiredEnv(name: EnvName): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new Error(`environment variable ${name} is not set; deploy the stage again`);
  return value;
}

/** Value of a variable that only some stages set. */
export function optionalEnv(name: EnvName): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}

/** A whole number within limits. */
export function requiredInteger(name: EnvName, limits: { readonly min: number; readonly max: number }): number {
  const text = requiredEnv(name);
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < limits.min || value > limits.max) {
    throw new Error(
      `environment variable ${name} is "${text}", expected a whole number from ${limits.min} to ${limits.max}; deploy the stage again`,
    );
  }
  return value;
}

/** An `s3://` URI of a prefix. */
export function requiredPrefix(name: EnvName): S3Place {
  const text = requiredEnv(name);
  const place = placeOfUri(text);
  if (place === undefined || !text.endsWith('/')) {
    throw new Error(
      `environment variable ${name} is "${text}", expected s3://<bucket>/<prefix>/; deploy the stage again`,
    );
  }
  return place;
}

/** One of a few words. */
export function requiredChoice<T extends string>(name: EnvName, choices: readonly T[]): T {
  const text = requiredEnv(name);
  const choice = choices.find((word) => word === text);
  if (choice === undefined) {
    throw new Error(
      `environment variable ${name} is "${text}", expected one of ${choices.join(', ')}; deploy the stage again`,
    );
  }
  return choice;
}
