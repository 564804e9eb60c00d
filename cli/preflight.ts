import { Command } from 'commander';
import { CliError, EXIT } from './errors';
import { costExplorer } from './finance';
import { coloursFor, example, type Output, printJson, printTable, wrapped } from './output';
import { type Check, obstacleOf, type Result } from './preflight/check';
import type { Demands, Fleet } from './preflight/demands';
import { type PreflightPorts, type PreflightReport, preflight, type RegionDemands } from './preflight/preflight';
import { type Assembly, stageNamed, synthesize } from './synth';

export interface PreflightCommandOptions extends Partial<PreflightPorts> {
  /** Default: standard output. */
  readonly output?: Output;
  /** Where the stages come from. Default: the project in this folder is synthesized. */
  readonly assembly?: () => Promise<Assembly>;
}

/** `slipway preflight <stage>`: whether a deployment can succeed, before it is tried. */
export function preflightCommand(options: PreflightCommandOptions = {}): Command {
  const { output = process.stdout, assembly = synthesize, account = awsAccount, costTags = costExplorer } = options;
  return new Command('preflight')
    .description(
      'whether a stage can be deployed: quotas of its endpoints, their kind, scaling that would be left behind, cost tags',
    )
    .argument('<stage>')
    .option('--json', 'print JSON')
    .addHelpText('after', example('slipway preflight pilot'))
    .action(async (name: string, flags: { readonly json?: boolean }) => {
      const report = await preflight(stageNamed(await assembly(), name), { account, costTags });
      if (flags.json === true) printJson(output, jsonOf(report));
      else printReport(output, report);
      const obstacle = obstacleOf(name, report.checks);
      if (obstacle !== undefined) throw new CliError(obstacle, EXIT.failed);
    });
}

const awsAccount: PreflightPorts['account'] = async (region) => {
  // Loaded when used: help and mistakes are told without the SDK.
  const { awsAccount: connect } = await import('./preflight/io/aws-account');
  return connect(region);
};

function jsonOf({ stage, regions, checks }: PreflightReport): unknown {
  return {
    stage,
    demands: regions.map(({ region, demands: { instances, serverless, open } }) => ({
      region: region ?? null,
      instances,
      serverless: serverless ?? null,
      open,
    })),
    checks: checks.map(({ check, result, text, toDo }) => ({ check, result, text, toDo })),
  };
}

function printReport(output: Output, { stage, regions, checks }: PreflightReport): void {
  if (regions.length === 0)
    output.write(`stage ${stage} has no SageMaker endpoints: there is nothing to check but the cost tags\n\n`);
  for (const place of regions) printDemands(output, stage, place);
  printChecks(output, checks);
  const toDo = checks.flatMap((check) => check.toDo);
  if (toDo.length === 0) return;
  output.write('\nto do\n');
  // Never broken into lines: they are there to be copied.
  for (const { step, command } of toDo) output.write(`- ${step}\n${command === undefined ? '' : `  ${command}\n`}`);
}

/** Fits most terminals and every review tool. */
const WIDTH = 120;
/** Borders and padding of three columns. */
const FRAME = 10;
const LEAST_TEXT = 30;
const MOST_NAME = 36;

function printDemands(output: Output, stage: string, { region, demands }: RegionDemands): void {
  const rows = demandRows(demands);
  if (rows.length === 0) return;
  output.write(`what the endpoints of ${stage} hold at most, in ${region ?? 'the region of whoever deploys'}\n`);
  printRows(output, ['type', 'at most', 'of which'], rows);
  output.write('\n');
}

function demandRows({ instances, serverless }: Demands): string[][] {
  const rows = instances.map(({ instanceType, atLeast, open, fleets }) => [
    instanceType,
    countText(atLeast, open),
    [...fleets.map(fleetText), ...open].join('\n'),
  ]);
  if (serverless === undefined) return rows;
  const variants = serverless.variants.map(
    ({ endpoint, variant, concurrency }) => `${endpoint}/${variant}: ${concurrency} concurrent requests`,
  );
  const text = [...variants, ...serverless.open].join('\n');
  return [...rows, ['serverless', countText(serverless.atLeast, serverless.open), text]];
}

function countText(atLeast: number, open: readonly string[]): string {
  if (open.length === 0) return String(atLeast);
  return atLeast === 0 ? 'unknown' : `${atLeast} or more`;
}

function fleetText({ endpoint, variant, most, mostHow, extra, extraHow, fallback }: Fleet): string {
  const update = extra === 0 ? '' : ` + ${extra} while it is updated (${extraHow})`;
  return `${endpoint}/${variant}: ${most} (${mostHow})${update}${fallback ? ', to fall back to' : ''}`;
}

function printChecks(output: Output, checks: readonly Check[]): void {
  const { green, yellow, red } = coloursFor(output);
  const colour: Record<Result, (text: string) => string> = {
    passed: green,
    warning: yellow,
    failed: red,
    'not run': yellow,
  };
  printRows(
    output,
    ['check', 'result', 'what was found'],
    checks.map(({ check, result, text }) => [check, colour[result](result), text]),
    Math.max(...checks.map(({ result }) => result.length)),
  );
}

/** Three columns of which the last has what room is left. */
function printRows(output: Output, headings: readonly string[], rows: readonly string[][], middle?: number): void {
  const names = rows.map(([name = '']) => wrapped(name, MOST_NAME));
  const first = longest([headings[0] ?? '', ...names.flatMap((name) => name.split('\n'))]);
  const second = Math.max(longest([headings[1] ?? '']), middle ?? longest(rows.map(([, text = '']) => text)));
  const room = Math.max(LEAST_TEXT, WIDTH - FRAME - first - second);
  printTable(
    output,
    headings,
    rows.map(([, text = '', last = ''], index) => [
      names[index] ?? '',
      text,
      last
        .split('\n')
        .map((line) => wrapped(line, room))
        .join('\n'),
    ]),
  );
}

function longest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length));
}
