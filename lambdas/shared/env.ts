import type { EnvName } from '../../protocol/env';

/** Value of a variable without which the handler cannot run. Called at cold start, so that a gap shows at once. */
export function requiredEnv(name: EnvName): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new Error(`environment variable ${name} is not set; deploy the stage again`);
  return value;
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
