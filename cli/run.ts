import { type Command, CommanderError } from 'commander';
import { CliError, EXIT } from './errors';
import type { Output } from './output';

/** Runs a command line and gives its exit code. An error that the user can act on is its message alone. */
export async function runCommand(program: Command, args: readonly string[], errors: Output): Promise<number> {
  throwInsteadOfExit(program, errors);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has printed its own; help and version end with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
    if (error instanceof CliError) {
      errors.write(`slipway: ${error.message}\n`);
      return error.exitCode;
    }
    errors.write(
      `slipway: unexpected error, please report it: ${error instanceof Error ? error.stack : String(error)}\n`,
    );
    return EXIT.failed;
  }
}

function throwInsteadOfExit(command: Command, errors: Output): void {
  command.exitOverride().configureOutput({
    writeErr: (text) => errors.write(text),
    // Commander puts "(Did you mean ...?)" into a line of its own.
    outputError: (text, write) =>
      write(
        `${text
          .trim()
          .replace(/^error: /, 'slipway: ')
          .replace(/\s*\n/g, ' ')}\n`,
      ),
  });
  for (const sub of command.commands) throwInsteadOfExit(sub, errors);
}
