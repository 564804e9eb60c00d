import { Command } from 'commander';
import type { DataCommandOptions } from './data/commands/command-options';
import { diffDataCommand } from './data/commands/diff-command';
import { fetchDataCommand } from './data/commands/fetch-command';
import { forgetDataCommand } from './data/commands/forget-command';
import { listDataCommand } from './data/commands/list-command';
import { quarantineDataCommand } from './data/commands/quarantine-command';
import { replayDataCommand } from './data/commands/replay-command';
import { runDataCommand } from './data/commands/run-command';
import { showDataCommand } from './data/commands/show-command';
import { verifyDataCommand } from './data/commands/verify-command';
import { example } from './output';

/** `slipway data run | list | show | diff | fetch | verify | quarantine | replay | forget`. */
export function dataCommand(options: DataCommandOptions = {}): Command {
  return new Command('data')
    .description('dataset versions of a stage: how they are made, what is in them, and what was set apart')
    .addHelpText('after', example('slipway data list pilot'))
    .addCommand(runDataCommand(options))
    .addCommand(listDataCommand(options))
    .addCommand(showDataCommand(options))
    .addCommand(diffDataCommand(options))
    .addCommand(fetchDataCommand(options))
    .addCommand(verifyDataCommand(options))
    .addCommand(quarantineDataCommand(options))
    .addCommand(replayDataCommand(options))
    .addCommand(forgetDataCommand(options));
}
