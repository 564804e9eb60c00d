import type { DatasetProfile } from '../../lambdas/shared/statistics/dataset-profile';
import { PROFILE_FORMAT } from '../../lambdas/shared/statistics/dataset-profile';
import { CliError, EXIT } from '../errors';

/** The profile of a manifest; undefined where it has none. */
export function profileOf(stored: unknown): DatasetProfile | undefined {
  if (stored === null || stored === undefined) return undefined;
  const { format } = stored as Partial<DatasetProfile>;
  if (format === PROFILE_FORMAT) return stored as DatasetProfile;
  throw new CliError(
    `a profile of format ${JSON.stringify(format)} cannot be read, expected "${PROFILE_FORMAT}"; this command is of another version than the pipeline`,
    EXIT.failed,
  );
}
