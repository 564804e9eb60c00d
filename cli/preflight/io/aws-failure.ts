import { operationError } from '../../errors';
import { NoCredentials } from '../../finance/cost-tags';
import { NotPermitted } from '../ports';

/** What a failed call of AWS means for a check. `action` is what the call needs. */
function failureOf(error: unknown, action: string): Error {
  const name = error instanceof Error ? error.name : '';
  if (name === 'CredentialsProviderError') return new NoCredentials({ cause: error });
  if (/^AccessDenied/.test(name)) return new NotPermitted(action, { cause: error });
  return operationError(error, `${action} failed`);
}

/** Runs a call of AWS. */
export async function called<Result>(action: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw failureOf(error, action);
  }
}
