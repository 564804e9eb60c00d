import { Command } from 'commander';
import { dataCommand } from '../../../cli/data';
import type { DataCommandOptions } from '../../../cli/data/commands/command-options';
import { run } from '../stages';
import type { MemoryStage } from './memory-stage';

/** Runs `slipway data <args>` against a stage in memory. */
export function slipwayData(stage: MemoryStage, args: readonly string[], options: DataCommandOptions = {}) {
  return run(
    (output) =>
      new Command('slipway').addCommand(
        dataCommand({
          output,
          connect: async () => stage,
          now: () => new Date('2026-02-01T00:00:00Z'),
          sleep: async () => {},
          ...options,
        }),
      ),
    'data',
    ...args,
  );
}
