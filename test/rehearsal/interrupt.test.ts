import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

const project = join(__dirname, '../..');
const runs = () => new Set(readdirSync(join(project, '.slipway/runs')));

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
