import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import type { ControlAction, ControlResult } from '../protocol/endpoint-control';
import type { Pointers } from '../protocol/model-version';
import type { EndpointControl } from './endpoint-control/control';
import { printProgress, SILENT_PROGRESS } from './endpoint-control/print-progress';
import { CliError, EXIT, operationError } from './errors';
import { example, type Output, printJson } from './output';

/** What the commands need of a stage. */
export interface StageEndpoint {
  readonly control: EndpointControl;
  pointers(): Promise<Pointers | undefined>;
}

export interface EndpointCommandOptions {
  /** Default: standard output. */
  readonly output?: Output;
  /** The endpoint of a stage. Default: found by the outputs of the deployed stage. */
  readonly connect?: (stage: string) => Promise<StageEndpoint>;
  /** Asks a person; undefined where there is none. Default: standard input and output, where both are a terminal. */
  readonly confirm?: ((question: string) => Promise<boolean>) | undefined;
}

interface StopFlags {
  readonly reason: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `slipway stop-endpoint <stage>`. */
export function stopEndpointCommand(options: EndpointCommandOptions = {}): Command {
  const { output = process.stdout, connect = connectToStage } = options;
  const confirm = 'confirm' in options ? options.confirm : terminalConfirm();
  return new Command('stop-endpoint')
    .description('stop the endpoint of a stage: it costs nothing, and predictions are answered 503')
    .argument('<stage>')
    .option('--reason <text>', 'why, for the record', 'stopped by hand')
    .option('--dry-run', 'say what would happen, and do nothing')
    .option('--yes', 'do not ask first')
    .option('--json', 'print JSON')
    .addHelpText('after', example('slipway stop-endpoint pilot --reason "the demo is over" --yes'))
    .action(async (stage: string, flags: StopFlags) => {
      const endpoint = await connect(stage);
      const pointers = await told(`could not read what serves in ${stage}`, () => endpoint.pointers());
      const summary = stopSummary(stage, pointers);
      if (flags.dryRun === true) {
        if (flags.json === true) printJson(output, { dryRun: true, text: summary });
        else output.write(`${summary}\nnothing was stopped\n`);
        return;
      }
      if (flags.yes !== true) await askFirst(confirm, summary, stage);
      await ask(endpoint, { action: 'stop', reason: flags.reason }, output, flags.json === true);
    });
}

/** `slipway wake <stage>`. */
export function wakeCommand(options: EndpointCommandOptions = {}): Command {
  const { output = process.stdout, connect = connectToStage } = options;
  return new Command('wake')
    .description('start the endpoint of a stage again, and wait until it serves')
    .argument('<stage>')
    .option('--reason <text>', 'why, for the record', 'woken by hand')
    .option('--json', 'print JSON')
    .addHelpText('after', example('slipway wake pilot'))
    .action(async (stage: string, flags: { readonly reason: string; readonly json?: boolean }) => {
      const endpoint = await connect(stage);
      await ask(endpoint, { action: 'start', reason: flags.reason }, output, flags.json === true);
    });
}

async function ask({ control }: StageEndpoint, action: ControlAction, output: Output, json: boolean): Promise<void> {
  const result = await told(`could not ${action.action} the endpoint`, () =>
    control.run(action, json ? SILENT_PROGRESS : printProgress(output)),
  );
  if (json) printJson(output, result);
  else output.write(controlText(result));
}

/** What came of it, as a line; with what the endpoint said to its first request, where that was no answer. */
export function controlText({ text, warmUp }: ControlResult): string {
  const warm = warmUp === 'none' || warmUp === 'answered' ? '' : `; its first request was answered with ${warmUp}`;
  return `${text}${warm}\n`;
}

function stopSummary(stage: string, pointers: Pointers | undefined): string {
  const version = pointers?.desired ?? null;
  if (version === null) return `no version was ever used in ${stage}, so that nothing runs there`;
  if (pointers?.desiredState === 'stopped') return `the endpoint of ${stage} is stopped already`;
  return `stopping the endpoint of ${stage} interrupts its service: predictions are answered 503 until "slipway wake ${stage}", which takes minutes; ${version} serves again then`;
}

async function askFirst(confirm: EndpointCommandOptions['confirm'], summary: string, stage: string): Promise<void> {
  if (confirm === undefined) {
    throw new CliError(`${summary}; add --yes where nobody can be asked`);
  }
  if (!(await confirm(`${summary}\nStop it?`)))
    throw new CliError(`the endpoint of ${stage} was left as it is`, EXIT.failed);
}

function terminalConfirm(): EndpointCommandOptions['confirm'] {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined;
  return async (question) => {
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    try {
      return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
    } finally {
      terminal.close();
    }
  };
}

async function told<Result>(doing: string, step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    throw operationError(error, doing);
  }
}

async function connectToStage(stage: string): Promise<StageEndpoint> {
  // Loaded when used: the clients would double the start of every other command.
  const { connectStage } = await import('./stage-connection');
  const { registry, control } = await connectStage(stage);
  if (control === undefined) {
    throw new CliError(`stage "${stage}" has no endpoint of its own: its backend costs nothing while nobody calls it`);
  }
  return { control, pointers: () => registry.pointers() };
}
