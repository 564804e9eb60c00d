import { Command } from 'commander';
import { CliError } from './errors';
import { example, type Output, printJson, printTable, wrapped } from './output';
import { type Assembly, type SynthesizedStage, stageNamed, synthesize } from './synth';

export interface ContractCommandOptions {
  /** Default: standard output. */
  readonly output?: Output;
  /** Where the stages come from. Default: the project in this folder is synthesized. */
  readonly assembly?: () => Promise<Assembly>;
}

/** One thing that enforces a clause. */
export interface Enforcer {
  /** CloudFormation type, or "synthesis check" where the stage would not synthesize otherwise. */
  readonly type: string;
  /** Construct path within the stage; empty for a synthesis check. */
  readonly path: string;
  readonly stack: string;
  readonly logicalId: string;
  readonly how: string;
}

export interface EnforcedClause {
  readonly clause: string;
  readonly enforcers: readonly Enforcer[];
}

/** `slipway contract <stage>`: which deployed resource enforces which clause. */
export function contractCommand(options: ContractCommandOptions = {}): Command {
  const { output = process.stdout, assembly = synthesize } = options;
  return new Command('contract')
    .description("clauses of a stage's contract, and the resources that enforce each")
    .argument('<stage>')
    .option('--json', 'print JSON')
    .addHelpText('after', example('slipway contract pilot'))
    .action(async (stage: string, flags: { readonly json?: boolean }) => {
      const clauses = enforcedClauses(stageNamed(await assembly(), stage));
      if (flags.json === true) printJson(output, { stage, clauses });
      else printClauses(output, clauses);
    });
}

/** The contract's trace that `ProductionModel` leaves in the template, clause by clause. */
export function enforcedClauses({ name, stacks }: SynthesizedStage): EnforcedClause[] {
  const traces = stacks.map(({ template }) => template.Metadata?.[TRACE]).filter((trace) => trace !== undefined);
  if (traces.length === 0) {
    throw new CliError(`stage "${name}" has no contract: no template of it has "${TRACE}"; ProductionModel writes it`);
  }
  const clauses = new Map<string, Enforcer[]>();
  for (const line of traces.flatMap((trace) => linesOf(trace, name))) {
    const { clause, how, type, path, stack, logicalId } = line;
    const within = path.startsWith(`${name}/`) ? path.slice(name.length + 1) : path;
    const enforcers = clauses.get(clause) ?? [];
    clauses.set(clause, [...enforcers, { type, path: within, stack, logicalId, how }]);
  }
  return [...clauses].map(([clause, enforcers]) => ({ clause, enforcers }));
}

const TRACE = 'slipway:contract';

interface TraceLine extends Enforcer {
  readonly clause: string;
}

function linesOf(trace: unknown, stage: string): TraceLine[] {
  if (Array.isArray(trace) && trace.every(isTraceLine)) return trace;
  throw new CliError(
    `"${TRACE}" of stage "${stage}" is not as this version of slipway writes it; use one version for library and command`,
  );
}

function isTraceLine(value: unknown): value is TraceLine {
  if (typeof value !== 'object' || value === null) return false;
  const line: { readonly [key: string]: unknown } = { ...value };
  return ['clause', 'how', 'path', 'stack', 'logicalId', 'type'].every((key) => typeof line[key] === 'string');
}

/** Fits most terminals and every review tool. */
const WIDTH = 120;
/** Borders and padding of three columns. */
const FRAME = 10;
/** Of types and paths; a longer path goes on in the next line. */
const MOST_RESOURCE = 48;
const LEAST_HOW = 30;

function printClauses(output: Output, clauses: readonly EnforcedClause[]): void {
  const names = clauses.map(({ clause }) => clause);
  const resources = clauses.flatMap(({ enforcers }) => enforcers.map(resourceText));
  const taken = longest(names) + longest(resources.flatMap((text) => text.split('\n')));
  const room = Math.max(LEAST_HOW, WIDTH - FRAME - taken);
  printTable(
    output,
    ['clause', 'enforced by', 'how'],
    clauses.flatMap(({ clause, enforcers }) =>
      enforcers.map((enforcer, index) => [
        index === 0 ? clause : '',
        resourceText(enforcer),
        wrapped(enforcer.how, room),
      ]),
    ),
  );
}

function resourceText({ type, path }: Enforcer): string {
  if (path === '') return type;
  // A path may be broken after each of its parts.
  const lines = wrapped(path.replaceAll('/', '/ '), MOST_RESOURCE).split('\n');
  return [type, ...lines.map((line) => line.replaceAll('/ ', '/'))].join('\n  ');
}

function longest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length));
}
