import { Command } from 'commander';
import { checkCommand } from './check';
import { contractCommand } from './contract';
import { dataCommand } from './data';
import { diffCommand } from './diff';
import { stopEndpointCommand, wakeCommand } from './endpoint';
import { financeCommand } from './finance';
import { modelsCommand } from './models';
import { preflightCommand } from './preflight';
import { rehearseCommand, stopCommand } from './rehearse';

/** The command line `slipway`. Commands load the AWS SDK when they run, so that help and mistakes are told at once. */
export function slipwayProgram(version: string): Command {
  return new Command('slipway')
    .description('Takes an AI model from pilot to production on AWS.')
    .version(version)
    .addCommand(modelsCommand())
    .addCommand(stopEndpointCommand())
    .addCommand(wakeCommand())
    .addCommand(contractCommand())
    .addCommand(diffCommand())
    .addCommand(checkCommand())
    .addCommand(dataCommand())
    .addCommand(financeCommand())
    .addCommand(preflightCommand())
    .addCommand(rehearseCommand())
    .addCommand(stopCommand());
}
