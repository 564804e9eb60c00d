import { resolve } from 'node:path';
import { Command } from 'commander';
import { builtStageNames } from './built-stages';
import { CliError, EXIT } from './errors';
import { printJson } from './output';

interface RehearseFlags {
  readonly keep?: boolean;
  readonly json?: string;
}

/** `slipway rehearse`: a stage deployed, used and destroyed on an emulator of this machine. */
export function rehearseCommand(project: string = process.cwd()): Command {
  return new Command('rehearse')
    .description('deploy a stage to an emulator on this machine, send it real traffic, report, destroy')
    .argument('[stage]', 'stage of bin/stages.ts', 'pilot')
    .option('--keep', 'leave the stage running; "slipway stop" ends it')
    .option('--json <file>', 'write the report as JSON to this file too')
    .addHelpText('after', '\nExample:\n  $ npx slipway rehearse pilot --keep\n')
    .action(async (stage: string, flags: RehearseFlags) => {
      await checkStage(project, stage);
      const { rehearse } = await import('../rehearsal/rehearse');
      const { RehearsalError } = await import('../rehearsal/process');
      const { renderText } = await import('../rehearsal/report/text');
      const { writeReport } = await import('../rehearsal/report/write');
      const output = process.stderr;
      output.write(`Rehearsing stage "${stage}" on this machine: no AWS account is used.\n\n`);
      try {
        const { report, error, kept } = await rehearse({ project, stage, keep: flags.keep === true, output });
        const html = resolve(project, '.slipway/report.html');
        const json = resolve(flags.json ?? resolve(project, '.slipway/report.json'));
        await writeReport(report, { json, html });
        process.stdout.write(`\n${renderText(report, { colours: coloured() })}\n`);
        process.stdout.write(`\nReport: ${html}\n        ${json}\n`);
        if (kept !== undefined) process.stdout.write(keptText(stage, kept));
        if (error !== undefined) throw error;
        if (report.verdict === 'failed') throw new CliError('the rehearsal failed; the report says why', EXIT.failed);
      } catch (error) {
        if (error instanceof RehearsalError) throw new CliError(error.message, EXIT.failed, { cause: error });
        throw error;
      }
    });
}

/** `slipway stop`: ends what `rehearse --keep` left running. */
export function stopCommand(): Command {
  return new Command('stop')
    .description('end the emulators that "slipway rehearse --keep" left running')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ npx slipway stop\n')
    .action(async (flags: { readonly json?: boolean }) => {
      const { Workspace } = await import('../rehearsal/workspace');
      const stopped = new Workspace(process.cwd()).stopKept();
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
