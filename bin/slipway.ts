#!/usr/bin/env node
import { slipwayProgram } from '../cli/program';
import { runCommand } from '../cli/run';
import { version } from '../package.json';

// The SDK is bundled here: which Node its later versions will need is not for the user to act on.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// A reader that has seen enough, as in "slipway diff pilot production | head", is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

runCommand(slipwayProgram(version), process.argv.slice(2), process.stderr).then((code) => {
  // Not process.exit(): what is still on its way into a pipe would be lost.
  process.exitCode = code;
});
