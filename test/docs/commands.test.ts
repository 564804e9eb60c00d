import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { slipwayProgram } from '../../cli/program';
import { type Document, documents, fencesOf, inlineCodeOf, ROOT, readDocument } from './documents';

const program = slipwayProgram('0');
const byPath = documents().map((document) => [document.path, document] as const);

/** Command lines in fences and in sentences, from `slipway` on. */
function slipwayLines(document: Document): string[] {
  const lines = [...fencesOf(document).flatMap(({ code }) => code.split('\n')), ...inlineCodeOf(document)];
  return lines.flatMap((line) => [...line.matchAll(/npx slipway ([^#;`"]+)/g)].map(([, rest = '']) => rest.trim()));
}

/** What is wrong with a command line; undefined when every word and option of it exists. */
function faultOf(line: string): string | undefined {
  const words = line.split(/\s+/);
  let command: Command = program;
  for (let word = words[0]; command.commands.length > 0; word = words[0]) {
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (next === undefined) return `"${line}": there is no command "${word}" of ${command.name()}`;
    command = next;
    words.shift();
  }
  const options = command.options.map(({ long }) => long);
  const unknown = [...line.matchAll(/--[a-z-]+/g)]
    .map(([option]) => option)
    .find((option) => !options.includes(option));
  if (unknown !== undefined) return `"${line}": ${command.name()} has no option ${unknown}`;
  return undefined;
}

/** Commands that do something, with their words. */
function leaves(command: Command, words: readonly string[] = []): [string, Command][] {
  if (command.commands.length === 0) return [[words.join(' '), command]];
  return command.commands.flatMap((sub) => leaves(sub, [...words, sub.name()]));
}

describe('command lines in the documents', () => {
  it.each(byPath)('of %s exist, with their options', (_, document) => {
    expect(
      slipwayLines(document)
        .map(faultOf)
        .filter((fault) => fault !== undefined),
    ).toEqual([]);
  });

  it('are found', () => {
    expect(byPath.flatMap(([, document]) => slipwayLines(document)).length).toBeGreaterThan(20);
  });

  it.each([
    ['publish pilot', 'there is no command "publish" of slipway'],
    ['models', 'there is no command "undefined" of models'],
    ['models publish pilot', 'there is no command "publish" of models'],
    ['models list pilot --yes', 'list has no option --yes'],
  ])('"%s" would be found wrong', (line, fault) => {
    expect(faultOf(line)).toContain(fault);
  });

  it.each(leaves(program))('"slipway %s" is in the table of the README with all of its options', (words, command) => {
    const lines = slipwayLines(readDocument('README.md')).filter((line) => `${line} `.startsWith(`${words} `));
    const described = lines.filter((line) =>
      command.options.every(({ long, hidden }) => hidden || line.includes(String(long))),
    );
    expect(described, `${words} ${command.options.map(({ long }) => long).join(' ')}`).not.toEqual([]);
  });

  it.each(byPath)('of %s run only scripts that the package has', (_, { text }) => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const named = [...text.matchAll(/\bnpm run ([\w:-]+)|\bnpm (start|test)\b/g)].map(
      ([, run, own]) => run ?? own ?? '',
    );
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});
