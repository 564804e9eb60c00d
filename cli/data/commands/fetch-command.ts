import { Command, Option } from 'commander';
import type { DatasetSide } from '../../../protocol/dataset';
import { example } from '../../output';
import { told } from '../data-stage';
import { fetchVersion } from '../fetch';
import { checkDatasetVersion, readManifest, rowsErased } from '../manifest';
import { type DataCommandOptions, type JsonFlag, partsOf, print, progressing } from './command-options';

interface FetchFlags extends JsonFlag {
  readonly to: string;
  readonly side?: DatasetSide;
}

/** `slipway data fetch <stage> <version> --to <folder>`. */
export function fetchDataCommand(options: DataCommandOptions): Command {
  const { output, connect, now } = partsOf(options);
  return new Command('fetch')
    .description('bring exactly the rows of a dataset version into a folder, each file verified by its digest')
    .argument('<stage>')
    .argument('<version>')
    .requiredOption('--to <folder>', 'a new folder, or one in which the same version was begun')
    .addOption(new Option('--side <side>', 'one side of the split. Default: both').choices(['train', 'holdout']))
    .option('--json', 'print JSON')
    .addHelpText('after', example('slipway data fetch pilot d-0123456789abcdef --to data --side train'))
    .action(async (name: string, version: string, flags: FetchFlags) => {
      checkDatasetVersion(version);
      const { objects } = await connect(name);
      const { to: folder, side } = flags;
      const tell = progressing(output, flags, now);
      const [manifest, fetched] = await told(`could not fetch ${version}`, async () => {
        const found = await readManifest(objects, version);
        return [found, await fetchVersion({ objects, manifest: found, folder, side, tell })] as const;
      });
      print(output, flags, fetched, () => {
        const { rows, bytes, fetched: files, kept } = fetched;
        const there = kept === 0 ? '' : `; ${kept} were there already`;
        output.write(`${version} is in ${folder}: ${rows} rows, ${bytes} bytes, ${files} files fetched${there}\n`);
        const erased = rowsErased(manifest);
        if (erased > 0) output.write(`${erased} rows were erased from it since it was published\n`);
      });
    });
}
