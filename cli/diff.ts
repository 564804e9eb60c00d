import { Command } from 'commander';
import { example, type Output, printJson, printTable } from './output';
import type { Change } from './stage-diff/compare-values';
import { type DomainDiff, diffStages, type ResourceName, type StageDiff } from './stage-diff/stage-diff';
import { type Assembly, stageNamed, synthesize } from './synth';

export interface DiffCommandOptions {
  /** Default: standard output. */
  readonly output?: Output;
  /** Where the stages come from. Default: the project in this folder is synthesized. */
  readonly assembly?: () => Promise<Assembly>;
}

/** `slipway diff <from> <to>`: what one stage's profile changes against another's. */
export function diffCommand(options: DiffCommandOptions = {}): Command {
  const { output = process.stdout, assembly = synthesize } = options;
  return new Command('diff')
    .description('what differs between two stages as they synthesize, beyond their names')
    .argument('<from>')
    .argument('<to>')
    .option('--json', 'print JSON')
    .addHelpText('after', example('slipway diff pilot production'))
    .action(async (from: string, to: string, flags: { readonly json?: boolean }) => {
      const stages = await assembly();
      const diff = diffStages(stageNamed(stages, from), stageNamed(stages, to));
      if (flags.json === true) printJson(output, diff);
      else printDiff(output, diff);
    });
}

function printDiff(output: Output, { from, to, domains }: StageDiff): void {
  if (domains.length === 0) {
    output.write(`${from} and ${to} do not differ but in their names\n`);
    return;
  }
  output.write(`from ${from} to ${to}: + added, - removed, ~ changed\n`);
  for (const domain of domains) output.write(`\n${domainText(domain)}\n`);
  output.write('\n');
  printTable(
    output,
    ['domain', 'added', 'removed', 'changed', 'properties changed'],
    [...domains.map(countsOf), ...(domains.length === 1 ? [] : [totalOf(domains)])].map(([name, ...counts]) => [
      String(name),
      ...counts.map(String),
    ]),
  );
}

type Counts = readonly [name: string, added: number, removed: number, changed: number, properties: number];

function countsOf({ domain, added, removed, changed }: DomainDiff): Counts {
  const properties = changed.reduce((sum, { changes }) => sum + changes.length, 0);
  return [domain, added.length, removed.length, changed.length, properties];
}

function totalOf(domains: readonly DomainDiff[]): Counts {
  return domains
    .map(countsOf)
    .reduce<Counts>((a, b) => ['total', a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4]], ['total', 0, 0, 0, 0]);
}

function domainText({ domain, added, removed, changed }: DomainDiff): string {
  return [
    domain,
    ...added.map((resource) => `  + ${nameText(resource)}`),
    ...removed.map((resource) => `  - ${nameText(resource)}`),
    ...changed.flatMap((resource) => [`  ~ ${nameText(resource)}`, ...resource.changes.map(changeText)]),
  ].join('\n');
}

function nameText({ stack, path, type }: ResourceName): string {
  return path === '' ? `stack ${stack}` : `${stack}/${path}  ${type}`;
}

const WIDTH = 120;
const INDENT = '      ';
/** Characters that a value has at least, however long the path before it. */
const LEAST_VALUE = 24;

function changeText({ path, from, to }: Change): string {
  const [before, after] = [valueText(from), valueText(to)];
  const room = Math.max(2 * LEAST_VALUE, WIDTH - INDENT.length - path.length - ': '.length - ' → '.length);
  const [left, right] = cutToFit(before, after, room);
  return `${INDENT}${path}: ${left} → ${right}`;
}

function valueText(value: unknown): string {
  if (value === undefined) return '(none)';
  // A text with white space at an end or in lines would not be seen as it is.
  return typeof value === 'string' && /^\S+( \S+)*$/.test(value) ? value : JSON.stringify(value);
}

/** Two values in `room` characters together. What both begin with is left out before the part that differs. */
function cutToFit(from: string, to: string, room: number): [string, string] {
  if (from.length + to.length <= room) return [from, to];
  const half = Math.floor(room / 2);
  const [fromRoom, toRoom] =
    from.length < half ? [half, room - from.length] : to.length < half ? [room - to.length, half] : [half, half];
  const shared = Math.max(0, sharedStart(from, to) - CONTEXT);
  return [cut(from, shared, fromRoom), cut(to, shared, toRoom)];
}

/** Characters that are kept of what two values share, so that the reader finds the place. */
const CONTEXT = 10;

function sharedStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

function cut(text: string, from: number, room: number): string {
  if (text.length <= room) return text;
  const start = from === 0 ? text : `…${text.slice(from)}`;
  return start.length <= room ? start : `${start.slice(0, room - 1)}…`;
}
