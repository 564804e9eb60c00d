import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

const project = join(__dirname, '../..');
const RUNS = join(project, '.slipway/runs');
/** None before the first rehearsal of a checkout. */
const runs = () => new Set(existsSync(RUNS) ? readdirSync(RUNS) : []);

/** Starts a rehearsal; gives what it says, and its emulator's port once it has said it. */
function start() {
  const child = spawn(process.execPath, ['dist/bin/slipway.js', 'rehearse', 'pilot'], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const told = { text: '' };
  child.stderr.on('data', (chunk: Buffer) => {
    told.text += chunk.toString();
  });
  const until = async (text: string) => {
    while (!told.text.includes(text)) await sleep(50);
  };
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, until, ended, port: () => /127\.0\.0\.1:(\d+)/.exec(told.text)?.[1] };
}

/** Command lines of whatever runs for this project. */
function running(): string[] {
  const { stdout } = spawnSync('ps', ['-axwwo', 'args='], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(join(project, '.slipway')));
}

async function isUp(port: string | undefined): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/_ministack/health`).then(
    ({ ok }) => ok,
    () => false,
  );
}

const stop = () => spawnSync(process.execPath, ['dist/bin/slipway.js', 'stop'], { cwd: project, encoding: 'utf8' });

describe('a rehearsal that ends otherwise', () => {
  it('ends its emulator when nobody reads what it says', async () => {
    const before = runs();
    const { child, until, ended, port } = start();
    await until('synthesize');
    expect(await isUp(port())).toBe(true);
    child.stderr.destroy();
    await ended;
    expect(await isUp(port())).toBe(false);
    expect([...runs()].filter((run) => !before.has(run))).toEqual([]);
    expect(running()).toEqual([]);
  });

  it('ends its emulator when its terminal is closed, with 129', async () => {
    const { child, until, ended, port } = start();
    await until('start the emulator');
    child.kill('SIGHUP');
    expect(await ended).toBe(129);
    expect(await isUp(port())).toBe(false);
  });

  it('leaves its emulator to "slipway stop" when it is killed', async () => {
    const before = runs();
    const { child, until, ended, port } = start();
    await until('deploy ');
    child.kill('SIGKILL');
    await ended;
    expect(await isUp(port())).toBe(true);
    expect(stop().stdout).toBe(`stopped stage "pilot" on http://127.0.0.1:${port()}\n`);
    await sleep(500);
    expect(await isUp(port())).toBe(false);
    expect([...runs()].filter((run) => !before.has(run))).toEqual([]);
    expect(running()).toEqual([]);
    expect(stop().stdout).toBe('nothing was running\n');
  });
});

describe('an interrupted rehearsal', () => {
  for (const [moment, text] of [
    ['while the stage is synthesized', 'start the emulator'],
    ['while it is deployed', 'bootstrap'],
  ] as const) {
    it(`ends the emulator and leaves nothing running, ${moment}`, async () => {
      const before = runs();
      const child = spawn(process.execPath, ['dist/bin/slipway.js', 'rehearse', 'pilot'], {
        cwd: project,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let told = '';
      child.stderr.on('data', (chunk: Buffer) => {
        told += chunk.toString();
      });
      while (!told.includes(text)) await sleep(50);
      await sleep(300);
      child.kill('SIGINT');
      const code = await new Promise((resolve) => child.once('exit', resolve));
      expect(code).toBe(130);
      await sleep(500);
      const [own] = [...new Set([...told.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => port))];
      expect(own).toBeDefined();
      await expect(fetch(`http://127.0.0.1:${own}/_ministack/health`)).rejects.toThrow();
      const { stdout } = spawnSync('ps', ['-axwwo', 'args='], { encoding: 'utf8' });
      const mine = [...runs()].filter((run) => !before.has(run));
      expect(mine).toEqual([]);
      expect(stdout.split('\n').filter((line) => line.includes(join(project, '.slipway/runs')))).toEqual([]);
    });
  }
});
