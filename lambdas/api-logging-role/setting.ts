import { type CustomResourceRequest, textProperty } from '../shared/custom-resource';

export interface AccountSettings {
  /** The role by which API Gateway writes logs in this account and region, or undefined. */
  loggingRole(): Promise<string | undefined>;
  setLoggingRole(roleArn: string): Promise<void>;
}

/** The setting is of the account, so is its id: replacing or deleting the resource never touches it. */
export const PHYSICAL_ID = 'api-gateway-logging-role';

/** A new role is not known everywhere at once; API Gateway refuses it until it is. */
const ATTEMPTS = 12;

/** Sets the role if there is none. Answers which role the account has afterwards; nothing for a deletion. */
export async function ensureLoggingRole(
  request: CustomResourceRequest,
  account: AccountSettings,
  pause: () => Promise<void>,
): Promise<{ readonly RoleArn?: string }> {
  // Whatever its properties: a creation that failed for them is deleted with the same ones.
  if (request.RequestType === 'Delete') return {};
  const wanted = textProperty(request, 'RoleArn');
  for (let attempt = 1; ; attempt += 1) {
    const present = await account.loggingRole();
    if (present !== undefined) return { RoleArn: present };
    try {
      await account.setLoggingRole(wanted);
      return { RoleArn: wanted };
    } catch (error) {
      if (attempt === ATTEMPTS || !isNotYetKnown(error)) throw error;
    }
    await pause();
  }
}

function isNotYetKnown(error: unknown): boolean {
  return error instanceof Error && error.name === 'BadRequestException';
}
