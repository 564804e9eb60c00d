import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { isAlive } from '../../rehearsal/process';
import { noteOf } from '../../rehearsal/process-note';
import { Workspace } from '../../rehearsal/workspace';
import { scratchFolders, until } from './scratch';

const newFolder = scratchFolders();
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** A process in a group of its own, as emulators are; has said something, so that it is what it will be. */
async function processOf(command: string, args: readonly string[], cwd?: string): Promise<number> {
  const child = spawn(command, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  started.push(child);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child.pid ?? 0;
}

/** Something that runs as `python -m ministack` and is none. */
function emulator(): Promise<number> {
  const folder = newFolder();
  writeFileSync(join(folder, 'ministack.py'), 'import time\nprint("up", flush=True)\ntime.sleep(60)\n');
  return processOf('python3', ['-m', 'ministack'], folder);
}

const other = (...args: readonly string[]) =>
  processOf(process.execPath, ['-e', 'setTimeout(() => {}, 60_000); console.log("up")', '--', ...args]);

const ENDPOINT = 'http://127.0.0.1:4566';
const noteFile = (folder: string) => join(folder, 'run.json');
const runs = (workspace: Workspace) => readdirSync(join(workspace.root, 'runs'));

/** A run with this emulator, as its owner notes it. */
function runWith(workspace: Workspace, pid: number): string {
  const folder = workspace.newRun('pilot');
  workspace.noteEmulator(folder, pid, ENDPOINT);
  return folder;
}

/** Changes what a run noted. */
function rewrite(folder: string, change: object): void {
  const note: object = JSON.parse(readFileSync(noteFile(folder), 'utf8'));
  writeFileSync(noteFile(folder), JSON.stringify({ ...note, ...change }));
}

/** As it is after the owner was killed: its id is another's now. */
const OWNER_GONE = { owner: { pid: process.pid, start: 'before' } };

async function stays(pid: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(isAlive(pid)).toBe(true);
}

describe('the workspace', () => {
  it('is below .slipway of the project, with a folder of its own for each run', () => {
    const project = newFolder();
    const workspace = new Workspace(project);
    const folders = [workspace.newRun('pilot'), workspace.newRun('pilot')];
    expect(new Set(folders).size).toBe(2);
    for (const run of folders) expect(run.startsWith(join(project, '.slipway/runs/run-'))).toBe(true);
    expect(readdirSync(project)).toEqual(['.slipway']);
  });

  it('is not made by asking what is left in it', () => {
    const project = newFolder();
    expect(new Workspace(project).stop()).toEqual([]);
    expect(readdirSync(project)).toEqual([]);
  });

  it('that is a file fails in one line', () => {
    const project = newFolder();
    writeFileSync(join(project, '.slipway'), '');
    const refusal = expect.objectContaining({
      message: expect.stringMatching(/^\S+\.slipway cannot be used: .+; remove or rename it$/),
    });
    expect(() => new Workspace(project).newRun('pilot')).toThrow(refusal);
    expect(() => new Workspace(project).stop()).toThrow(refusal);
  });
});

describe('stopping', () => {
  it('ends emulators that were kept, says which, and takes their folders away', async () => {
    const workspace = new Workspace(newFolder());
    const pids = [await emulator(), await emulator()];
    for (const pid of pids) workspace.keep(runWith(workspace, pid));
    const stopped = workspace.stop();
    expect(stopped.map(({ pid }) => pid).sort()).toEqual([...pids].sort());
    expect(stopped[0]).toMatchObject({ stage: 'pilot', endpoint: ENDPOINT });
    for (const pid of pids) await until('the emulator has ended', () => !isAlive(pid));
    expect(runs(workspace)).toEqual([]);
    expect(workspace.stop()).toEqual([]);
  });

  it('ends the emulator of a rehearsal that was killed', async () => {
    const workspace = new Workspace(newFolder());
    const pid = await emulator();
    rewrite(runWith(workspace, pid), OWNER_GONE);
    expect(workspace.stop().map((one) => one.pid)).toEqual([pid]);
    await until('the emulator has ended', () => !isAlive(pid));
    expect(runs(workspace)).toEqual([]);
  });

  it('leaves a rehearsal alone that is running', async () => {
    const workspace = new Workspace(newFolder());
    const pid = await emulator();
    runWith(workspace, pid);
    expect(workspace.stop()).toEqual([]);
    await stays(pid);
    expect(runs(workspace)).toHaveLength(1);
  });

  it.each([
    ['serves something else', ['serve']],
    ['only names the emulator', ['-m', 'ministack']],
    ['has a file of its name open', ['/home/carol/ministack']],
  ])('leaves a process alone that %s', async (_, args) => {
    const workspace = new Workspace(newFolder());
    const pid = await other(...args);
    workspace.keep(runWith(workspace, pid));
    expect(workspace.stop()).toEqual([]);
    await stays(pid);
    expect(runs(workspace)).toEqual([]);
  });

  it('leaves an emulator alone that was given the id of another', async () => {
    const workspace = new Workspace(newFolder());
    const pid = await emulator();
    const folder = runWith(workspace, pid);
    rewrite(folder, { kept: true, emulator: { ...noteOf(pid), start: 'before', endpoint: ENDPOINT } });
    expect(workspace.stop()).toEqual([]);
    await stays(pid);
  });

  it.each([0, 1, -1, 1.5, '77', null])('signals nothing where a note says that the emulator is %s', async (pid) => {
    const workspace = new Workspace(newFolder());
    const folder = workspace.newRun('pilot');
    rewrite(folder, { kept: true, emulator: { pid, start: 'x', endpoint: ENDPOINT } });
    expect(workspace.stop()).toEqual([]);
    expect(runs(workspace)).toEqual([]);
  });

  it.each(['{}', 'null', '[]', '7', '{"owner":{}}', '{"pid":1,"endp', ''])(
    'is not held up by a note that is %j',
    async (text) => {
      const workspace = new Workspace(newFolder());
      const folder = workspace.newRun('pilot');
      writeFileSync(noteFile(folder), text);
      expect(workspace.stop()).toEqual([]);
      // Another run may be just about to write it.
      expect(existsSync(folder)).toBe(true);
      utimesSync(folder, new Date(0), new Date(0));
      expect(workspace.stop()).toEqual([]);
      expect(existsSync(folder)).toBe(false);
    },
  );

  it('removes nothing beside the folders of runs, whatever a note says', () => {
    const workspace = new Workspace(newFolder());
    const precious = newFolder();
    rewrite(workspace.newRun('pilot'), { ...OWNER_GONE, folder: precious });
    mkdirSync(join(workspace.root, 'runs/mine'));
    workspace.stop();
    expect(existsSync(precious)).toBe(true);
    expect(runs(workspace)).toEqual(['mine']);
  });

  it('ends functions that outlived their emulator', async () => {
    const workspace = new Workspace(newFolder());
    const folder = workspace.newRun('pilot');
    // The leader of the group is the function here: the emulator that led it is gone.
    const pid = await other(join(folder, 'function.js'));
    const stranger = await other('function.js');
    rewrite(folder, { ...OWNER_GONE, emulator: { pid, start: 'before', endpoint: ENDPOINT } });
    expect(workspace.stop()).toEqual([]);
    await until('the function has ended', () => !isAlive(pid));
    await stays(stranger);
  });
});

describe('a new run', () => {
  it('clears away what a killed one left, with its emulator', async () => {
    const workspace = new Workspace(newFolder());
    const pid = await emulator();
    rewrite(runWith(workspace, pid), OWNER_GONE);
    const folder = workspace.newRun('pilot');
    await until('the emulator has ended', () => !isAlive(pid));
    expect(runs(workspace).map((name) => join(workspace.root, 'runs', name))).toEqual([folder]);
  });

  it('spares what is kept and runs, and clears away what was kept and has ended', async () => {
    const workspace = new Workspace(newFolder());
    const pid = await emulator();
    const folder = runWith(workspace, pid);
    workspace.keep(folder);
    const ended = runWith(workspace, await other());
    workspace.keep(ended);
    workspace.newRun('pilot');
    await stays(pid);
    expect([existsSync(folder), existsSync(ended)]).toEqual([true, false]);
  });
});
