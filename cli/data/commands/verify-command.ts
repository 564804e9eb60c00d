import { Command } from 'commander';
import { CliError, EXIT } from '../../errors';
import { example } from '../../output';
import { told } from '../data-stage';
import { checkDatasetVersion, readManifest } from '../manifest';
import { verifyVersion } from '../verify';
import { type DataCommandOptions, type JsonFlag, partsOf, print, progressing } from './command-options';

/** `slipway data verify <stage> <version>`. */
export function verifyDataCommand(options: DataCommandOptions): Command {
  const { output, connect, now } = partsOf(options);
  return new Command('verify')
    .description('compute the address of a dataset version anew, and the digest of every shard')
    .argument('<stage>')
    .argument('<version>')
    .option('--json', 'print JSON')
    .addHelpText('after', example('slipway data verify pilot d-0123456789abcdef'))
    .action(async (name: string, version: string, flags: JsonFlag) => {
      checkDatasetVersion(version);
      const { objects } = await connect(name);
      const tell = progressing(output, flags, now);
      const verified = await told(`could not verify ${version}`, async () =>
        verifyVersion(objects, await readManifest(objects, version), tell),
      );
      const { faults, shards, rows, rowsErased } = verified;
      print(output, flags, verified, () => {
        if (faults.length > 0) return;
        const erased = rowsErased === 0 ? '' : `; ${rowsErased} rows were erased from it, as its tombstones say`;
        output.write(`${version} is whole: ${rows} rows in ${shards} shards${erased}\n`);
      });
      if (faults.length > 0) throw new CliError(`${version} is not whole: ${faults.join('; ')}`, EXIT.failed);
    });
}
