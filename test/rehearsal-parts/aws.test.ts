import { afterEach, describe, expect, it, vi } from 'vitest';
import { clientConfig, isolatedEnvironment, refuseUnlessLoopback } from '../../rehearsal/aws';
import { Caller } from '../../rehearsal/traffic/callers';

afterEach(() => {
  vi.unstubAllEnvs();
});

const ENDPOINT = 'http://127.0.0.1:4566';

describe('an endpoint of the rehearsal', () => {
  it.each([ENDPOINT, 'http://127.0.0.1/', 'http://[::1]:4566'])('may be %s', (endpoint) => {
    expect(() => refuseUnlessLoopback(endpoint)).not.toThrow();
  });

  it.each([
    // A name can be resolved to anything.
    'http://localhost:4566',
    'https://127.0.0.1:4566',
    'http://0.0.0.0:4566',
    'http://169.254.169.254/latest',
    'http://10.0.0.1:4566',
    'http://[::]:4566',
    'http://[fe80::1]:4566',
    'http://[::ffff:10.0.0.1]:4566',
    'http://127.0.0.1.example.com:4566',
    'http://127.0.0.1@example.com:4566',
    'https://dynamodb.eu-west-1.amazonaws.com',
    'ftp://127.0.0.1',
  ])('fails to be %s', (endpoint) => {
    const refusal = expect.objectContaining({
      name: 'RehearsalError',
      message: `the rehearsal would talk to ${new URL(endpoint).hostname}, expected 127.0.0.1; it deploys only to its own emulator`,
    });
    expect(() => refuseUnlessLoopback(endpoint)).toThrow(refusal);
    expect(() => clientConfig(endpoint, 'eu-west-1')).toThrow(refusal);
    expect(() => isolatedEnvironment(endpoint, 'eu-west-1', '/home')).toThrow(refusal);
    const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
    expect(() => new Caller('c', credentials, { url: endpoint, region: 'eu-west-1' }, () => {})).toThrow(refusal);
  });
});

describe('the environment of processes that talk to the emulator', () => {
  it('has nothing of the user but where programs are and the language', () => {
    const secrets = {
      AWS_PROFILE: 'admin',
      AWS_SESSION_TOKEN: 'theirs',
      AWS_ACCESS_KEY_ID: 'theirs',
      AWS_SECRET_ACCESS_KEY: 'theirs',
      AWS_ENDPOINT_URL: 'https://theirs.example.com',
      AWS_ENDPOINT_URL_S3: 'https://theirs.example.com',
      AWS_CONFIG_FILE: '/theirs',
      AWS_SHARED_CREDENTIALS_FILE: '/theirs',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://theirs',
      AWS_REGION: 'us-east-1',
      HTTP_PROXY: 'http://theirs',
      HTTPS_PROXY: 'http://theirs',
      https_proxy: 'http://theirs',
      NODE_OPTIONS: '--max-old-space-size=4096',
      GITHUB_TOKEN: 'theirs',
      NPM_TOKEN: 'theirs',
      HOME: '/home/theirs',
    };
    for (const [name, value] of Object.entries(secrets)) vi.stubEnv(name, value);
    const environment = isolatedEnvironment(ENDPOINT, 'eu-west-1', '/run/home');
    // A variable more is a decision: nothing is handed on by default.
    expect(Object.keys(environment).sort()).toEqual([
      'AWS_ACCESS_KEY_ID',
      'AWS_DEFAULT_REGION',
      'AWS_EC2_METADATA_DISABLED',
      'AWS_ENDPOINT_URL',
      'AWS_REGION',
      'AWS_SECRET_ACCESS_KEY',
      'CDK_DISABLE_CLI_TELEMETRY',
      'CDK_HOME',
      'CDK_VALIDATION',
      'HOME',
      'LANG',
      'NODE_NO_WARNINGS',
      'NO_COLOR',
      'PATH',
    ]);
    expect(JSON.stringify(environment)).not.toContain('theirs');
  });

  it('names the emulator, its credentials and a private home', () => {
    expect(isolatedEnvironment(ENDPOINT, 'eu-west-1', '/run/home')).toMatchObject({
      PATH: process.env.PATH,
      HOME: '/run/home',
      CDK_HOME: '/run/home',
      AWS_ENDPOINT_URL: ENDPOINT,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_EC2_METADATA_DISABLED: 'true',
    });
  });
});
