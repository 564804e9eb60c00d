import { EMULATOR_CREDENTIALS } from './emulator/emulator';
import { RehearsalError } from './process';

/** How SDK clients of the rehearsal reach the emulator, and nothing else. */
export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts: number;
  readonly useFipsEndpoint: false;
  readonly useDualstackEndpoint: false;
}

export function clientConfig(endpoint: string, region: string): ClientConfig {
  refuseUnlessLoopback(endpoint);
  return {
    endpoint,
    region,
    credentials: EMULATOR_CREDENTIALS,
    maxAttempts: 2,
    // Refused together with an endpoint, and taken from the environment where nothing is said.
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
  };
}

/** A rehearsal deletes what it finds: it must never find anything but its own emulator. */
export function refuseUnlessLoopback(endpoint: string): void {
  const { hostname, protocol } = new URL(endpoint);
  if (protocol === 'http:' && (hostname === '127.0.0.1' || hostname === '[::1]')) return;
  throw new RehearsalError(
    `the rehearsal would talk to ${hostname}, expected 127.0.0.1; it deploys only to its own emulator`,
  );
}

/**
 * Environment of processes that talk to the emulator. Made from nothing: no profile, proxy, credential or endpoint of the
 * user's gets in.
 */
export function isolatedEnvironment(endpoint: string, region: string, home: string): NodeJS.ProcessEnv {
  refuseUnlessLoopback(endpoint);
  const { PATH, LANG } = process.env;
  return {
    PATH,
    LANG,
    HOME: home,
    CDK_HOME: home,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: EMULATOR_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: EMULATOR_CREDENTIALS.secretAccessKey,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: '1',
    // `npx cdk synth` and the tests validate; here it would cost two seconds and say the same.
    CDK_VALIDATION: 'false',
    NODE_NO_WARNINGS: '1',
    NO_COLOR: '1',
  };
}
