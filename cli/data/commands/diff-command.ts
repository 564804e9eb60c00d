import { Command } from 'commander';
import { example, printTable } from '../../output';
import { told } from '../data-stage';
import { DIFF_HEADINGS, diffRows, diffVersions } from '../diff';
import { checkDatasetVersion, readManifest } from '../manifest';
import { type DataCommandOptions, type JsonFlag, partsOf, print } from './command-options';

/** `slipway data diff <stage> <from> <to>`. */
export function diffDataCommand(options: DataCommandOptions): Command {
  const { output, connect } = partsOf(options);
  return new Command('diff')
    .description('what differs between two dataset versions: rows, schema, and the drift of each column')
    .argument('<stage>')
    .argument('<from>')
    .argument('<to>')
    .option('--json', 'print JSON')
    .addHelpText('after', example('slipway data diff pilot d-0123456789abcdef d-fedcba9876543210'))
    .action(async (name: string, from: string, to: string, flags: JsonFlag) => {
      checkDatasetVersion(from);
      checkDatasetVersion(to);
      const { objects } = await connect(name);
      const diff = await told(`could not compare ${from} and ${to}`, async () =>
        diffVersions(await readManifest(objects, from), await readManifest(objects, to)),
      );
      print(output, flags, diff, () => {
        const { rows, schema } = diff;
        output.write(
          `${from} has ${rows.from} rows, ${to} has ${rows.to}: ${rows.added} added, ${rows.removed} removed\n`,
        );
        for (const change of schema) output.write(`${change}\n`);
        if (diff.columns.length > 0) printTable(output, DIFF_HEADINGS, diffRows(diff));
        else output.write('no column is in both with the same type\n');
      });
    });
}
