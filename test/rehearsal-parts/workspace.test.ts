import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { isAlive } from '../../rehearsal/process';
import { Workspace } from '../../rehearsal/workspace';
import { scratchFolders, until } from './scratch';

const newFolder = scratchFolders();
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** A process with these arguments, in a group of its own, as emulators are. */
async function processWith(...args: readonly string[]): Promise<number> {
  const code = 'setTimeout(() => {}, 60_000); console.log("up")';
  const child = spawn(process.execPath, ['-e', code, '--', ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  started.push(child);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child.pid ?? 0;
}

/** Notes a process as a kept emulator. */
function keep(workspace: Workspace, pid: number) {
  const folder = workspace.newRun();
  const emulator = { pid, endpoint: `http://127.0.0.1:${pid}`, stage: 'pilot', folder };
  workspace.keep(emulator);
  return emulator;
}

/** Id of a process that has ended. */
async function endedPid(): Promise<number> {
  const pid = await processWith();
  process.kill(pid, 'SIGKILL');
  await until('it has ended', () => !isAlive(pid));
  return pid;
}

const keptFiles = (workspace: Workspace) => readdirSync(join(workspace.root, 'kept'));

describe('the workspace', () => {
  it('is below .slipway of the project, with a folder of its own for each run', () => {
    const project = newFolder();
    const workspace = new Workspace(project);
    const runs = [workspace.newRun(), workspace.newRun()];
    expect(new Set(runs).size).toBe(2);
    for (const run of runs) expect(run.startsWith(join(project, '.slipway/runs/run-'))).toBe(true);
    expect(readdirSync(project)).toEqual(['.slipway']);
  });
});

describe('stopping what was kept', () => {
  it('ends emulators, says which, and takes their folders away', async () => {
    const workspace = new Workspace(newFolder());
    const kept = [
      keep(workspace, await processWith('-m', 'ministack')),
      keep(workspace, await processWith('-m', 'ministack')),
    ];
    const stopped = workspace.stopKept();
    expect(stopped.map(({ pid }) => pid).sort()).toEqual(kept.map(({ pid }) => pid).sort());
    for (const { pid, folder } of kept) {
      await until('the emulator has ended', () => !isAlive(pid));
      expect(existsSync(folder)).toBe(false);
    }
    expect(keptFiles(workspace)).toEqual([]);
    expect(workspace.stopKept()).toEqual([]);
  });

  it.runIf(existsSync('/proc/self/cmdline'))(
    'leaves a process alone that was given the id of an emulator after it',
    async () => {
      const workspace = new Workspace(newFolder());
      const others = [
        keep(workspace, await processWith('serve')),
        keep(workspace, await processWith('/home/carol/ministack.md')),
      ];
      expect(workspace.stopKept()).toEqual([]);
      await new Promise((resolve) => setTimeout(resolve, 100));
      for (const { pid, folder } of others) {
        expect(isAlive(pid)).toBe(true);
        expect(existsSync(folder)).toBe(false);
      }
      expect(keptFiles(workspace)).toEqual([]);
    },
  );

  it('clears away what is left of an emulator that has ended', async () => {
    const workspace = new Workspace(newFolder());
    const { folder } = keep(workspace, await endedPid());
    mkdirSync(join(folder, 'state'));
    expect(workspace.stopKept()).toEqual([]);
    expect([existsSync(folder), keptFiles(workspace)]).toEqual([false, []]);
  });

  it('is not held up by a file that was cut off while it was written', async () => {
    const workspace = new Workspace(newFolder());
    writeFileSync(join(workspace.root, 'kept', '1.json'), '{"pid":1,"endp');
    writeFileSync(join(workspace.root, 'kept', '2.json'), '');
    const { pid } = keep(workspace, await processWith('-m', 'ministack'));
    expect(workspace.stopKept().map((emulator) => emulator.pid)).toEqual([pid]);
    expect(keptFiles(workspace)).toEqual([]);
  });
});
