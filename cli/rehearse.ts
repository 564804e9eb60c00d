import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { builtStageNames } from './built-stages';
import { CliError, EXIT, operationError } from './errors';
import { printJson } from './output';

interface RehearseFlags {
  readonly keep?: boolean;
  readonly json?: string;
  readonly backend: 'lambda' | 'sagemaker';
}

/** `slipway rehearse`: a stage deployed, used and destroyed on an emulator of this machine. */
export function rehearseCommand(project: string = process.cwd()): Command {
  return new Command('rehearse')
    .description('deploy a stage to an emulator on this machine, send it real traffic, report, destroy')
    .argument('[stage]', 'stage of bin/stages.ts', 'pilot')
    .option('--keep', 'leave the stage running; "slipway stop" ends it')
    .addOption(
      new Option(
        '--backend <where>',
        'where the model runs: as the stage says, or on SageMaker, of which a double is started',
      )
        .choices(['lambda', 'sagemaker'])
        .default('lambda'),
    )
    .option('--json <file>', 'write the report as JSON to this file too')
    .addHelpText('after', '\nExample:\n  $ npx slipway rehearse pilot --backend sagemaker --keep\n')
    .action(async (stage: string, flags: RehearseFlags) => {
      await checkStage(project, stage);
      if (flags.json !== undefined) checkReportFile(flags.json);
      await withoutTrace(() => rehearseStage(project, stage, flags));
    });
}

async function rehearseStage(project: string, stage: string, flags: RehearseFlags): Promise<void> {
  const { forgetTheCloud } = await import('../rehearsal/environment');
  const { rehearse } = await import('../rehearsal/rehearse');
  const { renderText } = await import('../rehearsal/report/text');
  const { writeReport } = await import('../rehearsal/report/write');
  // A package index may need the user's proxy; nothing else of a rehearsal does.
  const installEnvironment = { ...process.env };
  forgetTheCloud(process.env);
  const output = process.stderr;
  output.write(`Rehearsing stage "${stage}" on this machine: no AWS account is used.\n\n`);
  const options = {
    project,
    stage,
    backend: flags.backend,
    keep: flags.keep === true,
    output,
    installEnvironment,
  };
  const { report, error, kept } = await rehearse(options);
  // First of all what cannot fail: files can, and a stage that was kept is of no use to whoever cannot call it.
  process.stdout.write(`\n${renderText(report, { colours: coloured() })}\n`);
  if (kept !== undefined) process.stdout.write(keptText(stage, kept));
  const html = resolve(project, '.slipway/report.html');
  const json = resolve(flags.json ?? resolve(project, '.slipway/report.json'));
  try {
    await writeReport(report, { json, html });
    process.stdout.write(`\nReport: ${html}\n        ${json}\n`);
  } catch (cause) {
    throw operationError(cause, 'the report could not be written');
  }
  if (error !== undefined) throw error;
  if (report.verdict === 'failed') throw new CliError('the rehearsal failed; the report says why', EXIT.failed);
}

/** What a person must know or do, without a stack trace. */
async function withoutTrace<T>(work: () => Promise<T>): Promise<T> {
  const { RehearsalError } = await import('../rehearsal/process');
  try {
    return await work();
  } catch (error) {
    if (error instanceof RehearsalError) throw new CliError(error.message, EXIT.failed, { cause: error });
    throw error;
  }
}

/** Refused before a minute has gone into a report that could not be written. */
function checkReportFile(file: string): void {
  const fault = faultOf(resolve(file));
  if (fault !== undefined) throw new CliError(`--json is "${file}", ${fault}; name a file that can be written`);
}

function faultOf(path: string): string | undefined {
  if (existsSync(path) && !statSync(path).isFile()) {
    return statSync(path).isDirectory() ? 'which is a folder' : 'which is no file';
  }
  let parent = dirname(path);
  while (!existsSync(parent)) parent = dirname(parent);
  if (!statSync(parent).isDirectory()) return `and ${parent} is no folder`;
  try {
    accessSync(parent, constants.W_OK);
    return undefined;
  } catch {
    return `and ${parent} cannot be written to`;
  }
}

/** `slipway stop`: ends what `rehearse --keep`, or one that was killed, left running. */
export function stopCommand(project: string = process.cwd()): Command {
  return new Command('stop')
    .description('end the emulators that "slipway rehearse" left running')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ npx slipway stop\n')
    .action(async (flags: { readonly json?: boolean }) => {
      const { Workspace } = await import('../rehearsal/workspace');
      const stopped = await withoutTrace(async () => new Workspace(project).stop());
      if (flags.json === true) return printJson(process.stdout, stopped);
      if (stopped.length === 0) process.stdout.write('nothing was running\n');
      for (const { stage, endpoint } of stopped) process.stdout.write(`stopped stage "${stage}" on ${endpoint}\n`);
    });
}

/** Refused before anything is started: the name becomes an argument of programs. */
async function checkStage(project: string, stage: string): Promise<void> {
  if (!/^[a-z][a-z0-9-]*$/.test(stage)) {
    throw new CliError(`stage is "${stage}", expected a name of bin/stages.ts such as pilot; correct it`);
  }
  const names = await builtStageNames(project);
  if (names === undefined) {
    throw new CliError(
      `${project} is no built checkout of Slipway, which a rehearsal needs: the installed package has no emulator and no example; run the command in a checkout, after "npm ci" or "npm run build"`,
      EXIT.failed,
    );
  }
  if (!names.includes(stage)) {
    throw new CliError(
      `there is no stage "${stage}"; bin/stages.ts has ${names.join(', ') || 'none'} (if you changed it, run "npm run build")`,
    );
  }
}

function coloured(): boolean {
  return process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
}

interface Kept {
  readonly url: string;
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

function keptText(stage: string, { url, endpoint, region, credentials }: Kept): string {
  const { accessKeyId, secretAccessKey } = credentials;
  return `
The stage is still running. To try it:

  export AWS_ENDPOINT_URL=${endpoint} AWS_REGION=${region} AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}
  curl -s --aws-sigv4 aws:amz:${region}:execute-api --user ${accessKeyId}:${secretAccessKey} ${url}/health
  curl -s --aws-sigv4 aws:amz:${region}:execute-api --user ${accessKeyId}:${secretAccessKey} -H 'content-type: application/json' -d '{"input":"Subject: lunch\\n\\nsee you at noon"}' ${url}/predictions
  npx slipway models list ${stage}

"npx slipway stop" ends it.
`;
}
