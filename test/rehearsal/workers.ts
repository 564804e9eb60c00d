import { spawnSync } from 'node:child_process';
import type { RehearsedStage } from '../../rehearsal/rehearsed-stage';

/** Processes of a stage's emulator that run one of its functions. */
export function workersOf(stage: RehearsedStage, handler: string): number[] {
  const { stdout } = spawnSync('ps', ['-axwwo', 'pid=,args='], { encoding: 'utf8' });
  const { deployment } = stage.templates.facts;
  const lines = stdout
    .split('\n')
    .filter((line) => line.includes(stage.folder) && line.includes(`ministack-lambda-${deployment}-${handler}-`));
  if (lines.length === 0) throw new Error(`no process runs the function ${deployment}-${handler}`);
  return lines.map((line) => Number.parseInt(line, 10));
}
