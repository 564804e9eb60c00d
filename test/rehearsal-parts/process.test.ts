import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ChildGroup, isAlive, RehearsalError, signalGroup } from '../../rehearsal/process';
import { scratchFolders, until } from './scratch';

const newFolder = scratchFolders();
const groups: ChildGroup[] = [];
afterEach(() => {
  for (const group of groups.splice(0)) group.kill('SIGKILL');
});

function newGroup(): ChildGroup {
  const group = new ChildGroup();
  groups.push(group);
  return group;
}

const node = (group: ChildGroup, code: string, what = 'the job') => group.run(process.execPath, ['-e', code], { what });

/** Id of a process that wrote it into a file. */
async function pidIn(file: string): Promise<number> {
  await until(`${file} is written`, () => existsSync(file) && readFileSync(file, 'utf8') !== '');
  return Number(readFileSync(file, 'utf8'));
}

/** A program that starts another, which sleeps for a minute, and ends itself where `endsFirst`. */
function parentOfSleeper(file: string, endsFirst: boolean): string {
  return `
    const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'inherit' });
    require('node:fs').writeFileSync(${JSON.stringify(file)}, String(child.pid));
    ${endsFirst ? 'process.exit(0)' : ''}`;
}

describe('running a process', () => {
  it('gives what it printed on both streams', async () => {
    const printed = await node(newGroup(), 'console.log("out"); console.error("err")');
    expect(printed.split('\n').sort()).toEqual(['', 'err', 'out']);
  });

  it('keeps letters whole that come in two pieces', async () => {
    const code = `process.stdout.write(Buffer.from([0xc3])); setTimeout(() => process.stdout.write(Buffer.from([0xa9])), 100)`;
    expect(await node(newGroup(), code)).toBe('é');
  });

  it('has the environment that it is given and no other', async () => {
    const code = 'console.log(JSON.stringify(Object.keys(process.env)))';
    const printed = await newGroup().run(process.execPath, ['-e', code], { what: 'the job', env: { ONLY: 'this' } });
    expect(JSON.parse(printed)).toContain('ONLY');
    expect(JSON.parse(printed)).not.toContain('HOME');
  });

  it('fails with its exit code and what it printed', async () => {
    await expect(node(newGroup(), 'console.error("no such table"); process.exit(3)', 'cdk deploy')).rejects.toThrow(
      new RehearsalError('cdk deploy failed (exit code 3):\nno such table'),
    );
  });

  it('fails with the end of a long output, where the reason stands', async () => {
    const code = 'process.stdout.write("x".repeat(50_000) + "\\nthe reason\\n"); process.exitCode = 1';
    const error: unknown = await node(newGroup(), code).catch((reason: unknown) => reason);
    const message = error instanceof Error ? error.message : '';
    expect(message).toMatch(/the reason$/);
    expect(message.length).toBeLessThan(4_100);
  });

  it('fails with the signal that ended it', async () => {
    await expect(node(newGroup(), 'process.kill(process.pid, "SIGKILL")')).rejects.toThrow('the job failed (SIGKILL)');
  });

  it('fails where the program is not there', async () => {
    const group = newGroup();
    await expect(group.run('/no/such/program', [], { what: 'the job' })).rejects.toThrow(/^the job failed: .*ENOENT/);
    expect(() => group.kill()).not.toThrow();
  });
});

describe('ending a group', () => {
  it('ends what its processes started too', async () => {
    const group = newGroup();
    const file = join(newFolder(), 'pid');
    const run = node(group, parentOfSleeper(file, false));
    const failed = expect(run).rejects.toThrow('the job failed (SIGTERM)');
    const grandchild = await pidIn(file);
    group.kill();
    await failed;
    await until('the grandchild is gone', () => !isAlive(grandchild));
  });

  it('ends what a process left behind that is gone itself', async () => {
    const group = newGroup();
    const file = join(newFolder(), 'pid');
    const run = node(group, parentOfSleeper(file, true));
    const grandchild = await pidIn(file);
    // Long enough for the parent to end; its output stays open.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isAlive(grandchild)).toBe(true);
    group.kill();
    await run;
    await until('the grandchild is gone', () => !isAlive(grandchild));
  });

  it('ends each of several, and does nothing where all have ended', async () => {
    const group = newGroup();
    const runs = [1, 2, 3].map(() => expect(node(group, 'setTimeout(() => {}, 60_000)')).rejects.toThrow('SIGKILL'));
    group.kill('SIGKILL');
    await Promise.all(runs);
    expect(() => group.kill()).not.toThrow();
  });

  it('leaves alone what was released', async () => {
    const group = newGroup();
    const log = openSync(join(newFolder(), 'log'), 'a');
    const child = group.startWithLog(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], {}, log);
    closeSync(log);
    const pid = child.pid ?? 0;
    group.release(child);
    group.kill('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isAlive(pid)).toBe(true);
    signalGroup(pid, 'SIGKILL');
    await until('the released process is gone', () => !isAlive(pid));
    expect(() => signalGroup(pid, 'SIGKILL')).not.toThrow();
  });

  it('writes what a long-running process says into its log', async () => {
    const file = join(newFolder(), 'log');
    const log = openSync(file, 'a');
    newGroup().startWithLog(process.execPath, ['-e', 'console.log("up"); console.error("and running")'], {}, log);
    closeSync(log);
    await until('the log is written', () => readFileSync(file, 'utf8').endsWith('and running\n'));
    expect(readFileSync(file, 'utf8')).toBe('up\nand running\n');
  });
});
