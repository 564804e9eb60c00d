import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rehearseCommand, stopCommand } from '../../cli/rehearse';
import { sampleReport } from '../report/sample';
import { run } from './stages';

const ROOT = join(__dirname, '../..');
const PROGRAM = join(ROOT, 'dist/bin/slipway.js');

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

  it.each<[string, () => string, string | RegExp]>([
    ['a folder', () => project, 'which is a folder'],
    ['nothing', () => '', 'which is a folder'],
    ['a device', () => '/dev/null', 'which is no file'],
    ['below a file', () => join(project, 'dist/bin/stages.js/report.json'), /and \S+stages\.js is no folder/],
  ])('with a report that would be %s ends with one line and code 2, before anything starts', async (_, file, fault) => {
    build(`exports.stages = [{ id: 'pilot' }];`);
    const { code, err } = await rehearse('pilot', '--json', file());
    expect(code).toBe(2);
    expect(err).toMatch(/^slipway: --json is "[^"\n]*", [^\n]*; name a file that can be written\n$/);
    expect(err).toMatch(fault);
    expect(readdirSync(project)).toEqual(['dist']);
  });

  it('a project whose .slipway is a file ends with one line', async () => {
    build(`exports.stages = [{ id: 'pilot' }];`);
    for (const needed of ['dist/rehearsal/app.js', 'dist/handlers/predict/index.js']) {
      mkdirSync(dirname(join(project, needed)), { recursive: true });
      writeFileSync(join(project, needed), '');
    }
    writeFileSync(join(project, '.slipway'), '');
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, 'rehearse'], { cwd: project, encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/\n\nslipway: \S+\.slipway cannot be used: [^\n]+; remove or rename it\n$/);
  });

  it('whose reader has seen enough ends without a crash', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'rehearse', 'No Stage'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stderr.destroy();
    // 1 is a crash; 2 is what it would have said.
    expect([0, 2]).toContain(await new Promise((resolve) => child.once('exit', resolve)));
  });

  it('a project that is not built says how to build it', async () => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await rehearse('pilot')).toMatchObject({
      code: 1,
      err: `slipway: ${project} is no built checkout of Slipway, which a rehearsal needs: the installed package has no emulator and no example; run the command in a checkout, after "npm ci" or "npm run build"\n`,
    });
  });

  it('is refused by the installed program without a stack trace too', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, 'rehearse', 'No Stage'], {
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

/** What is written to standard output from now on. */
function printed(): () => string {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += chunk;
    return true;
  });
  return () => text;
}

describe('a rehearsal whose report cannot be written', () => {
  const environment = { ...process.env };
  afterEach(() => {
    vi.doUnmock('../../rehearsal/rehearse');
    // A rehearsal forgets the cloud for good; other tests go on.
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    Object.assign(process.env, environment);
  });

  it('prints it all the same, and how to call the stage that was kept, and ends with one line', async () => {
    build(`exports.stages = [{ id: 'pilot' }];`);
    mkdirSync(join(project, '.slipway/report.html/occupied'), { recursive: true });
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const kept = { url: 'http://127.0.0.1:1/v1', endpoint: 'http://127.0.0.1:1', region: 'eu-west-1', credentials };
    vi.doMock('../../rehearsal/rehearse', () => ({ rehearse: async () => ({ report: sampleReport(), kept }) }));
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const text = printed();
    const { code, err } = await rehearse('pilot', '--keep');
    expect(code).toBe(1);
    expect(err).toMatch(/^slipway: the report could not be written: [^\n]+\n$/);
    expect(text()).toContain('Rehearsal of spam-filter-pilot');
    expect(text()).toContain('curl -s --aws-sigv4 aws:amz:eu-west-1:execute-api');
    expect(text()).toContain('"npx slipway stop" ends it.');
    expect(text()).not.toContain('Report: ');
  });
});

describe('stopping', () => {
  it('where nothing was rehearsed says so and makes nothing', async () => {
    const text = printed();
    expect(await run(() => stopCommand(project))).toMatchObject({ code: 0 });
    expect(text()).toBe('nothing was running\n');
    expect(readdirSync(project)).toEqual([]);
  });

  it('ends nothing by files that somebody else has written', async () => {
    const precious = join(project, 'precious');
    for (const folder of [precious, '.slipway/kept', '.slipway/runs/run-1'].map((one) => resolve(project, one))) {
      mkdirSync(folder, { recursive: true });
    }
    for (const [index, text] of [
      `{"pid":999999,"folder":"${precious}"}`,
      '{"pid":-1}',
      '{"pid":0}',
      'null',
    ].entries()) {
      writeFileSync(join(project, `.slipway/kept/${index}.json`), text);
    }
    writeFileSync(
      join(project, '.slipway/runs/run-1/run.json'),
      '{"owner":{"pid":-1,"start":"x"},"emulator":{"pid":-1}}',
    );
    const text = printed();
    expect(await run(() => stopCommand(project))).toMatchObject({ code: 0, err: '' });
    expect(text()).toBe('nothing was running\n');
    expect(existsSync(precious)).toBe(true);
  });

  it('where .slipway is a file ends with one line', async () => {
    writeFileSync(join(project, '.slipway'), '');
    expect(await run(() => stopCommand(project))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^slipway: \S+ cannot be used: [^\n]+; remove or rename it\n$/),
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
