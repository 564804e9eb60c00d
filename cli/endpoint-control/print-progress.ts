import type { Output } from '../output';
import type { Progress } from './control';

/** One line for each phase, with the time at which it began. */
export function printProgress(output: Output): Progress {
  return {
    started: (execution) =>
      output.write(`execution ${execution.split(':').at(-1)}; it goes on where this command is interrupted\n`),
    entered: (at, text) => output.write(`${at.toISOString().slice(11, 19)}  ${text}\n`),
  };
}

/** For output that is JSON. */
export const SILENT_PROGRESS: Progress = { started: () => {}, entered: () => {} };
