import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rehearseCommand } from '../../cli/rehearse';
import { run } from './stages';

const ROOT = join(__dirname, '../..');

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'slipway-rehearse-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(project, { recursive: true, force: true });
});

/** The project as it is after its build, with this as `bin/stages.js`. */
function build(stages: string): void {
  mkdirSync(join(project, 'dist/bin'), { recursive: true });
  writeFileSync(join(project, 'dist/bin/stages.js'), stages);
}

const rehearse = (...args: string[]) => run(() => rehearseCommand(project), ...args);

describe('rehearsing', () => {
  it.each(['Pilot', 'pilot/state', '../pilot', 'pilot prod', '*', '1st', ''])(
    'the stage "%s", which is no name, ends with one line and code 2',
    async (stage) => {
      expect(await rehearse(stage)).toMatchObject({
        code: 2,
        err: `slipway: stage is "${stage}", expected a name of bin/stages.ts such as pilot; correct it\n`,
      });
    },
  );

  it('a stage that is not in bin/stages.ts names those that are', async () => {
    build(`exports.stages = [{ id: 'pilot' }, { id: 'production' }];`);
    expect(await rehearse('prod')).toMatchObject({
      code: 2,
      err: 'slipway: there is no stage "prod"; bin/stages.ts has pilot, production (if you changed it, run "npm run build")\n',
    });
  });

  it('a project whose stages are refused ends with the refusal alone', async () => {
    build(`
      class ConfigError extends Error {}
      ConfigError.prototype.name = 'ConfigError';
      throw new ConfigError('contract: availability is 101, expected at most 99.99');`);
    expect(await rehearse('pilot')).toMatchObject({
      code: 2,
      err: 'slipway: contract: availability is 101, expected at most 99.99\n',
    });
  });

  it('a project that is not built says how to build it', async () => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await rehearse('pilot')).toMatchObject({
      code: 1,
      err: `slipway: ${project} is no built checkout of Slipway, which a rehearsal needs: the installed package has no emulator and no example; run the command in a checkout, after "npm ci" or "npm run build"\n`,
    });
  });

  it('is refused by the installed program without a stack trace too', () => {
    const program = join(ROOT, 'dist/bin/slipway.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'rehearse', 'No Stage'], {
      cwd: project,
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: '',
      stderr: 'slipway: stage is "No Stage", expected a name of bin/stages.ts such as pilot; correct it\n',
    });
  });
});

describe('the stages of this project', () => {
  it('are known to the rehearsal as built', async () => {
    const { code, err } = await run(() => rehearseCommand(ROOT), 'no-such-stage');
    expect(code).toBe(2);
    expect(err).toMatch(/^slipway: there is no stage "no-such-stage"; bin\/stages\.ts has pilot, staging, production /);
  });
});
