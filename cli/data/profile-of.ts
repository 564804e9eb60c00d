import type { DatasetProfile } from '../../lambdas/shared/statistics/dataset-profile';
import { ProfileError } from '../../lambdas/shared/statistics/profile-error';
import { readProfile } from '../../lambdas/shared/statistics/read-profile';
import { CliError, EXIT } from '../errors';

/** The profile of a manifest; undefined where it has none. */
export function profileOf(stored: unknown): DatasetProfile | undefined {
  if (stored === null || stored === undefined) return undefined;
  try {
    return readProfile(stored);
  } catch (error) {
    if (error instanceof ProfileError) throw new CliError(`the profile of the version: ${error.message}`, EXIT.failed);
    throw error;
  }
}
