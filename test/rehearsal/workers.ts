import { spawnSync } from 'node:child_process';
import type { RehearsedStage } from '../../rehearsal/rehearsed-stage';

/** Processes of a stage's emulator that run one of its functions. */
export function workersOf(stage: RehearsedStage, handler: string): number[] {
  const { deployment } = stage.templates.facts;
  const workers = processesOf(stage.folder, `${deployment}-${handler}`);
  if (workers.length === 0) throw new Error(`no process runs the function ${deployment}-${handler}`);
  return workers;
}

/** Processes that run a function of the emulator whose files lie below a folder; none where none is at work. */
export function processesOf(folder: string, functionName: string): number[] {
  const { stdout } = spawnSync('ps', ['-axwwo', 'pid=,args='], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter((line) => line.includes(folder) && line.includes(`ministack-lambda-${functionName}-`))
    .map((line) => Number.parseInt(line, 10));
}
