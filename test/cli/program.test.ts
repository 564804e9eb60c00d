import { describe, expect, it } from 'vitest';
import { slipwayProgram } from '../../cli/program';
import { run } from './stages';

/** Help of every command of the program, by its words. */
function helps(): [string, string][] {
  const all: [string, string][] = [];
  const visit = (words: string[], commands: ReturnType<typeof slipwayProgram>['commands']) => {
    for (const command of commands) {
      const name = [...words, command.name()];
      let help = '';
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
      all.push([name.join(' '), help]);
      visit(name, command.commands);
    }
  };
  visit([], slipwayProgram('1.2.3').commands);
  return all;
}

describe('the program slipway', () => {
  it('without a command prints its usage as an error and ends with code 2', async () => {
    const { code, err } = await run(() => slipwayProgram('1.2.3'));
    expect(code).toBe(2);
    expect(err).toMatch(/^Usage: slipway /);
  });

  it.each([
    ['an unknown command', ['publish'], "slipway: unknown command 'publish'\n"],
    ['a misspelt command', ['contrct', 'pilot'], "slipway: unknown command 'contrct' (Did you mean contract?)\n"],
    ['an unknown option', ['diff', 'a', 'b', '--jsn'], "slipway: unknown option '--jsn' (Did you mean --json?)\n"],
    ['an argument too many', ['contract', 'a', 'b'], /^slipway: too many arguments for 'contract'\. .*\n$/],
  ])('with %s ends with one line and code 2', async (_, args, message) => {
    const { code, err } = await run(() => slipwayProgram('1.2.3'), ...args);
    expect(code).toBe(2);
    if (typeof message === 'string') expect(err).toBe(message);
    else expect(err).toMatch(message);
  });

  it.each(helps())('shows an example in the help of "%s"', (name, help) => {
    expect(help).toMatch(new RegExp(`Example:\\n {2}\\$ npx slipway ${name}\\b`));
  });
});
