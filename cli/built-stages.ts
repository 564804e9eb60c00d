import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { synthError } from './synth';

/**
 * Names of the stages in `bin/stages.ts` as it was built, or undefined where the project is not built. In a process of its own:
 * it loads the CDK, for which the command line has no further use.
 */
export function builtStageNames(project: string): Promise<string[] | undefined> {
  const file = join(project, 'dist/bin/stages.js');
  if (!existsSync(file)) return Promise.resolve(undefined);
  const code = `JSON.stringify(require(${JSON.stringify(file)}).stages.map(({ id }) => id))`;
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['-p', code], { cwd: project }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout));
      else reject(synthError(stderr));
    });
  });
}
