import { devNull } from 'node:os';

/** Whom SDK clients and `fetch` would talk to, as whom and through whom. A rehearsal talks to its own emulator as its root. */
const FOREIGN = /^(AWS_\w+|\w*_PROXY|NODE_USE_ENV_PROXY)$/i;
/** Says nothing of where requests go. */
const HARMLESS = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

/** Takes out of an environment what would lead the rehearsal's own requests elsewhere. */
export function forgetTheCloud(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(environment)) {
    if (FOREIGN.test(name) && name !== HARMLESS) delete environment[name];
  }
  // Files of the user's say the same things as variables.
  environment.AWS_CONFIG_FILE = devNull;
  environment.AWS_SHARED_CREDENTIALS_FILE = devNull;
  // Node has made its proxy already where it was asked to, and looks at this before each request.
  environment.NO_PROXY = '*';
}
