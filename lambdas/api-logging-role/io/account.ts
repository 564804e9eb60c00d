import { APIGatewayClient, GetAccountCommand, UpdateAccountCommand } from '@aws-sdk/client-api-gateway';
import type { AccountSettings } from '../setting';

export function apiGatewayAccount(client = new APIGatewayClient({})): AccountSettings {
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
