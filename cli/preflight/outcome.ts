import { CliError } from '../errors';
import { NoCredentials } from '../finance/cost-tags';
import { NotPermitted } from './ports';

/** What a look at the account gave, or why it could not be taken. */
export type Outcome<T> = { readonly value: T } | NotRun;

export interface NotRun {
  readonly reason: string;
  /** Whether there are no credentials at all. */
  readonly noCredentials: boolean;
}

/** Runs one look at the account. What the user can act on becomes a reason; anything else is a defect and thrown on. */
export async function attempt<T>(look: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await look() };
  } catch (error) {
    if (error instanceof NoCredentials) return { reason: NO_CREDENTIALS, noCredentials: true };
    if (error instanceof NotPermitted || error instanceof CliError)
      return { reason: error.message, noCredentials: false };
    throw error;
  }
}

export const NO_CREDENTIALS = 'no AWS credentials were found; set AWS_PROFILE, or sign in with "aws sso login"';

export function hasRun<T>(outcome: Outcome<T>): outcome is { readonly value: T } {
  return 'value' in outcome;
}
