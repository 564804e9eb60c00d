import { Command } from 'commander';
import { example } from '../../output';
import { told } from '../data-stage';
import { endText, followPipeline } from '../pipeline-run';
import { type DataCommandOptions, type JsonFlag, partsOf, print, saying } from './command-options';

interface RunFlags extends JsonFlag {
  readonly wait: boolean;
}

/** `slipway data run <stage>`. */
export function runDataCommand(options: DataCommandOptions): Command {
  const { output, connect, sleep } = partsOf(options);
  return new Command('run')
    .description('start the data pipeline of a stage, and follow it to its end')
    .argument('<stage>')
    .option('--no-wait', 'start it, and leave')
    .option('--json', 'print JSON')
    .addHelpText('after', example('slipway data run pilot'))
    .action(async (name: string, flags: RunFlags) => {
      const stage = await connect(name);
      const execution = await told('could not start the pipeline', () => stage.pipeline.start({}));
      const say = saying(output, flags);
      say(`execution ${execution.split(':').at(-1)}; it goes on where this command is interrupted`);
      if (!flags.wait) return print(output, flags, { execution }, () => {});
      const end = await told('could not follow the pipeline', () =>
        followPipeline(stage, execution, { tell: say, sleep }),
      );
      print(output, flags, end, () => output.write(endText(end)));
    });
}
