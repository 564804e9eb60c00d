#!/usr/bin/env node
import { slipwayProgram } from '../cli/program';
import { runCommand } from '../cli/run';
import { version } from '../package.json';

// A reader that has seen enough, as in "slipway diff pilot production | head", is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

runCommand(slipwayProgram(version), process.argv.slice(2), process.stderr).then((code) => {
  // Not process.exit(): what is still on its way into a pipe would be lost.
  process.exitCode = code;
});
