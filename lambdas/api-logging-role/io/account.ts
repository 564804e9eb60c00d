import { APIGatewayClient, GetAccountCommand, UpdateAccountCommand } from '@aws-sdk/client-api-gateway';
import { callsWithin } from '../../shared/clients/call-limits';
import type { AccountSettings } from '../setting';

/** A call that is not answered fails after 15 s, beside a minute of waiting for a role: within the function's two. */
const CALL = callsWithin({ attemptMs: 5_000, attempts: 3 });

export function apiGatewayAccount(client = new APIGatewayClient(CALL)): AccountSettings {
  return {
    async loggingRole() {
      const { cloudwatchRoleArn } = await client.send(new GetAccountCommand({}));
      return cloudwatchRoleArn === '' ? undefined : cloudwatchRoleArn;
    },
    async setLoggingRole(roleArn) {
      const patchOperations = [{ op: 'replace' as const, path: '/cloudwatchRoleArn', value: roleArn }];
      await client.send(new UpdateAccountCommand({ patchOperations }));
    },
  };
}
