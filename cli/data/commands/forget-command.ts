import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { CliError, EXIT, operationError } from '../../errors';
import { example, type Output, printTable } from '../../output';
import { type Forgotten, forgetSubject } from '../forget/forget-subject';
import { Subject } from '../forget/subject';
import { type DataCommandOptions, type JsonFlag, partsOf, print, progressing } from './command-options';

interface ForgetFlags extends JsonFlag {
  readonly key?: string;
  readonly keyFile?: string;
  readonly yes?: boolean;
}

/** `slipway data forget <stage> --key <value>`. The value is in no message and no output. */
export function forgetDataCommand(options: DataCommandOptions): Command {
  const { output, connect, now } = partsOf(options);
  const read = options.readFile ?? readKeyFile;
  return (
    new Command('forget')
      .description("erase one subject's rows from every version, from quarantine and from prediction records")
      .argument('<stage>')
      .option(
        '--key <value>',
        'what the subject has in the column that says whose row it is; stays in the history of a shell, and everybody on the machine sees it in the list of processes',
      )
      .option('--key-file <file>', 'a file that holds it, or - for standard input')
      .option('--yes', 'do it; without it nothing is erased, and what would be is counted')
      .option('--json', 'print JSON')
      .addHelpText('after', example('slipway data forget pilot --key-file - --yes'))
      // Told below without what was typed: it may be the key.
      .allowUnknownOption()
      .allowExcessArguments()
      .action(async (name: string, flags: ForgetFlags, command: Command) => {
        if (command.args.length > 1) {
          throw new CliError(
            'something was typed that is no option of "slipway data forget"; it is not repeated, as it may be the key. See --help',
          );
        }
        const subject = await subjectOf(flags, read);
        const tell = progressing(output, flags, now);
        const masked = (doing: string, mask: (text: string) => string) => (error: unknown) => {
          const { message, exitCode } = operationError(error, doing);
          // Without its cause: that may hold what the message must not.
          throw new CliError(subject.masked(mask(message)), exitCode);
        };
        // The key may have been typed where the stage belongs.
        const withoutName = (text: string) => (name === '' ? text : text.replaceAll(name, '***'));
        const stage = await connect(name).catch(masked('could not find the stage', withoutName));
        const forgotten = await forgetSubject({ stage, subject, erase: flags.yes === true, now, tell }).catch(
          masked('could not forget', (text) => text),
        );
        print(output, flags, forgotten, () => printForgotten(output, forgotten));
        if (!forgotten.dryRun && forgotten.predictions.open > 0) {
          throw new CliError(
            `predictions of the subject are under way (${forgotten.predictions.open}) and would be written again; run this again in some minutes`,
            EXIT.failed,
          );
        }
      })
  );
}

async function subjectOf({ key, keyFile }: ForgetFlags, read: (file: string) => Promise<string>): Promise<Subject> {
  if ((key === undefined) === (keyFile === undefined)) {
    throw new CliError(
      'give either --key or --key-file; --key-file - reads standard input, and leaves no trace in a shell',
    );
  }
  const value = key ?? (await read(keyFile ?? '-')).replace(/^\ufeff/, '').replace(/\r?\n$/, '');
  if (value === '') throw new CliError('the key is empty; give the value that the subject has in its rows');
  return new Subject(value);
}

async function readKeyFile(file: string): Promise<string> {
  try {
    return await (file === '-' ? text(process.stdin) : readFile(file, 'utf8'));
  } catch {
    // Its name is not repeated: it may be the key.
    throw new CliError('the file that --key-file names cannot be read');
  }
}

function printForgotten(output: Output, forgotten: Forgotten): void {
  const { dryRun, versions, rows, shards, quarantine, replayed, leftovers, reports, predictions, published } =
    forgotten;
  printTable(
    output,
    ['of the subject', dryRun ? 'would be erased' : 'erased'],
    [
      ['rows of versions', `${rows} in ${shards} shards of ${versions.length} versions`],
      ['rows in quarantine', `${quarantine.rows} of ${quarantine.runs} runs`],
      ['rows in quarantine that hold the value, but cannot be read', String(quarantine.byBytes)],
      ...(quarantine.headers === 0
        ? []
        : [['headers of quarantined rows of others, which stay', String(quarantine.headers)]]),
      ['unreadable rows in quarantine, of whomever', String(quarantine.unreadable)],
      ['objects of replays', String(replayed)],
      ['leftovers of runs, of whomever', String(leftovers)],
      ['statistics and samples in reports of runs', String(reports)],
      [
        'predictions',
        `${predictions.records - (dryRun ? 0 : predictions.open)} records, ${predictions.payloads} payloads`,
      ],
    ],
  );
  if (versions.length > 0) {
    printTable(
      output,
      ['version', 'rows'],
      versions.map((version) => [version.version, String(version.rows)]),
    );
  }
  if (forgotten.otherSpellings > 0) {
    output.write(
      `${forgotten.otherSpellings} rows under another spelling stay: their value is the key but for blanks, case or composed characters; if they are the subject's as well, run this with that spelling\n`,
    );
  }
  printModels(output, forgotten);
  printSources(output, forgotten);
  if (published !== null)
    output.write(`${published.version} is the latest version now, instead of ${published.parent}\n`);
  output.write('copies that "slipway data fetch" made stay where they are; whoever has one erases it there\n');
  if (dryRun) output.write('nothing was erased; --yes erases it\n');
}

function printModels(output: Output, { models }: Forgotten): void {
  if (models.length === 0) return;
  output.write('models that were trained on these rows; they are yours to train again:\n');
  printTable(
    output,
    ['model', 'through'],
    models.map(({ version, through }) => [version, through.join(' → ')]),
  );
}

function printSources(output: Output, { sources }: Forgotten): void {
  const { holding, notReadYet, notSearched, searched, namesHolding } = sources;
  if (holding.length > 0) {
    output.write('source objects that hold the value; they are yours to erase:\n');
    for (const object of holding) output.write(`  ${object}\n`);
  } else output.write(`none of ${searched} source objects that were searched holds the value\n`);
  if (notReadYet.length > 0) {
    output.write(
      'of them, not read yet: what was erased here does not keep the next run from reading them, which brings the rows back; erase them first:\n',
    );
    for (const object of notReadYet) output.write(`  ${object}\n`);
  }
  if (namesHolding > 0) {
    output.write(
      `names of ${namesHolding} source objects hold the value, and are shown without it; manifests and the catalogue name them still\n`,
    );
  }
  if (notSearched.length === 0) return;
  output.write('source objects that could not be searched:\n');
  for (const { object, reason } of notSearched) output.write(`  ${object}: ${reason}\n`);
}
