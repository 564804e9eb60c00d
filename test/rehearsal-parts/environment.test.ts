import { devNull } from 'node:os';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { clientConfig } from '../../rehearsal/aws';
import { forgetTheCloud } from '../../rehearsal/environment';
import { Loopback } from '../loopback';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the rehearsal's own environment", () => {
  it('has nothing of the user that leads requests elsewhere, and all else', () => {
    const kept = { PATH: '/bin', HOME: '/home/carol', PIP_INDEX_URL: 'https://index.example.com', LAWS_OF: 'physics' };
    const environment: NodeJS.ProcessEnv = {
      ...kept,
      AWS_PROFILE: 'admin',
      AWS_USE_FIPS_ENDPOINT: 'true',
      AWS_USE_DUALSTACK_ENDPOINT: 'true',
      AWS_ENDPOINT_URL_S3: 'https://s3.example.com',
      AWS_SESSION_TOKEN: 'x',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      HTTP_PROXY: 'http://proxy',
      https_proxy: 'http://proxy',
      ALL_PROXY: 'http://proxy',
      no_proxy: '127.0.0.1',
      NODE_USE_ENV_PROXY: '1',
    };
    forgetTheCloud(environment);
    expect(environment).toEqual({
      ...kept,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      NO_PROXY: '*',
    });
  });

  it.each(['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'])(
    'does not keep clients from the emulator where it has %s',
    async (name) => {
      vi.stubEnv(name, 'true');
      const emulator = await Loopback.start();
      emulator.reply = () => ({ status: 200, body: { TableNames: [] } });
      try {
        await new DynamoDBClient(clientConfig(emulator.url, 'eu-west-1')).send(new ListTablesCommand({}));
        expect(emulator.received).toHaveLength(1);
      } finally {
        await emulator.stop();
      }
    },
  );
});
