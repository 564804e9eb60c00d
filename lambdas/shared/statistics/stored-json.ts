import { ProfileError } from './profile-error';

/** Fails with the place in the profile and what belongs there; what stands there is not shown. */
export function demand(holds: boolean, place: string, expected: string): asserts holds {
  if (!holds) throw new ProfileError(`the stored profile is damaged at ${place}, expected ${expected}`);
}

export function demandCount(value: unknown, place: string): asserts value is number {
  demand(Number.isSafeInteger(value) && Number(value) >= 0, place, 'a count');
}

/** The members of an object. */
export function members(value: unknown, place: string): Readonly<Record<string, unknown>> {
  demand(typeof value === 'object' && value !== null && !Array.isArray(value), place, 'an object');
  return value as Readonly<Record<string, unknown>>;
}

export function items(value: unknown, place: string): readonly unknown[] {
  demand(Array.isArray(value), place, 'a list');
  return value as readonly unknown[];
}
