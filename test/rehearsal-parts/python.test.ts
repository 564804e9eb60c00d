import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { privatePython } from '../../rehearsal/emulator/python';
import { ChildGroup } from '../../rehearsal/process';
import { scratchFolders } from './scratch';

const newFolder = scratchFolders();
const children = new ChildGroup();
afterEach(() => {
  vi.unstubAllEnvs();
  children.kill('SIGKILL');
});

/** A machine whose only programs are those of `/bin/sh` and these, each a shell script. */
function machine(programs: Readonly<Record<string, string>>) {
  const folder = newFolder();
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}`);
    chmodSync(join(bin, name), 0o755);
  }
  vi.stubEnv('PATH', bin);
  const requirements = join(folder, 'requirements.txt');
  writeFileSync(requirements, 'ministack==1.5.33\n');
  return { requirements, venv: join(folder, 'project/.slipway/venv'), calls: join(folder, 'calls') };
}

/** A Python of this version that notes what it is asked to do, and does it in as far as it is looked at. */
function pythonScript(calls: string, version = '3.11', pip = 'exit 0'): string {
  return `
case "$1 $2" in
  -c*) echo ${version} ;;
  "-m venv") echo venv >> ${calls}; echo "$3" >> ${calls}.folders; /bin/mkdir -p "$3/bin"; /bin/cp "$0" "$3/bin/python" ;;
  "-m pip") echo pip >> ${calls}; ${pip} ;;
esac`;
}

function machineWithPython(version?: string, pip?: string) {
  const calls = join(newFolder(), 'calls');
  const made = machine({ python3: pythonScript(calls, version, pip) });
  const folders = () => readFileSync(`${calls}.folders`, 'utf8').trim().split('\n');
  return { ...made, folders, asked: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []) };
}

const HOW = /; install it \(Debian: apt install python3-venv, macOS: brew install python\) and run the command again$/;

describe('a machine without a fit Python', () => {
  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['has none', {}, 'none was found;'],
    ['has an old one', { python3: 'echo 3.9' }, 'none was found (python3 is 3.9);'],
    [
      'has one without venv, and a Python 2',
      { python3: 'exit 1', python: 'echo 2.7' },
      'none was found (python3 lacks venv or ensurepip; python is 2.7);',
    ],
  ])('%s: fails with the version that is needed, what was found and how to get one', async (_, programs, found) => {
    const { venv, requirements } = machine(programs);
    const failure: unknown = await privatePython(venv, requirements, children).catch((reason: unknown) => reason);
    expect(failure).toMatchObject({ name: 'RehearsalError' });
    const message = failure instanceof Error ? failure.message : '';
    expect(message).toContain(`the emulator needs Python >= 3.10 with venv, and ${found}`);
    expect(message).toMatch(HOW);
    expect(existsSync(`${venv}.lock`)).toBe(false);
  });

  it('whose Python hangs: fails and says which does not answer', async () => {
    const { venv, requirements } = machine({ python3: 'exec /bin/sleep 60', python: 'echo 2.7' });
    await expect(privatePython(venv, requirements, children, { probeTimeoutMs: 300 })).rejects.toThrow(
      'none was found (python3 did not answer within 0.3 s; python is 2.7);',
    );
  });

  it('but with a newer one beside it under its own name takes that', async () => {
    const calls = join(newFolder(), 'calls');
    const { venv, requirements } = machine({ python3: 'echo 3.9', 'python3.12': pythonScript(calls, '3.12') });
    expect(await privatePython(venv, requirements, children)).toBe(join(venv, 'bin/python'));
  });

  it.each(['3.10', '3.14', '4.0'])('is not one with Python %s', async (version) => {
    const { venv, requirements } = machineWithPython(version);
    expect(await privatePython(venv, requirements, children)).toBe(join(venv, 'bin/python'));
  });
});

describe('the private Python', () => {
  it('is made once', async () => {
    const { venv, requirements, asked } = machineWithPython();
    await privatePython(venv, requirements, children);
    await privatePython(venv, requirements, children);
    expect(asked()).toEqual(['venv', 'pip']);
  });

  it('is made anew when the requirements change', async () => {
    const { venv, requirements, asked } = machineWithPython();
    await privatePython(venv, requirements, children);
    writeFileSync(requirements, 'ministack==1.5.34\n');
    await privatePython(venv, requirements, children);
    expect(asked()).toEqual(['venv', 'pip', 'venv', 'pip']);
  });

  it('is made anew, from nothing, where an install was interrupted', async () => {
    const { venv, requirements, asked } = machineWithPython();
    mkdirSync(join(venv, 'lib'), { recursive: true });
    mkdirSync(join(venv, 'bin'));
    writeFileSync(join(venv, 'bin/python'), 'half');
    writeFileSync(join(venv, 'slipway-requirements.sha256.new'), 'half');
    await privatePython(venv, requirements, children);
    expect(asked()).toEqual(['venv', 'pip']);
    expect(existsSync(join(venv, 'lib'))).toBe(false);
  });

  it('is not taken for whole where its install failed, which says why', async () => {
    const calls = join(newFolder(), 'calls');
    const broken = machine({ python3: pythonScript(calls, '3.11', 'echo "no matching distribution" >&2; exit 1') });
    await expect(privatePython(broken.venv, broken.requirements, children)).rejects.toThrow(
      /^installing the emulator from the Python package index .* failed \(exit code 1\):\nno matching distribution$/,
    );
    expect(existsSync(`${broken.venv}.lock`)).toBe(false);
    const repaired = machineWithPython();
    await privatePython(broken.venv, broken.requirements, children);
    expect(repaired.asked()).toEqual(['venv', 'pip']);
  });

  it('is made in another folder by each attempt: what was killed may still be writing into its own', async () => {
    const { venv, requirements, folders } = machineWithPython('3.11', 'exit 1');
    await expect(privatePython(venv, requirements, children)).rejects.toThrow('installing the emulator');
    const calls = machineWithPython();
    await privatePython(venv, requirements, children);
    const [first, second] = [folders()[0], calls.folders()[0]];
    expect(new Set([first, second, venv]).size).toBe(3);
    expect(readdirSync(dirname(venv))).toEqual(['venv']);
  });

  it('is made without what would mislead Python or pip, and with what leads to the package index', async () => {
    const { venv, requirements, asked } = machineWithPython('3.11', '/usr/bin/env >> $0.env');
    const misleading = { PYTHONHOME: '/theirs', PYTHONPATH: '/theirs', PIP_TARGET: '/theirs', PIP_USER: '1' };
    const environment = { ...process.env, ...misleading, HTTPS_PROXY: 'http://proxy', PIP_INDEX_URL: 'https://index' };
    await privatePython(venv, requirements, children, { environment });
    expect(asked()).toEqual(['venv', 'pip']);
    const seen = readFileSync(join(venv, 'bin/python.env'), 'utf8');
    expect(seen).not.toMatch(/theirs|PIP_USER/);
    expect(seen).toContain('HTTPS_PROXY=http://proxy');
    expect(seen).toContain('PIP_INDEX_URL=https://index');
  });

  it('is made once by two that want it at once', async () => {
    const { venv, requirements, asked } = machineWithPython('3.11', '/bin/sleep 0.3');
    await Promise.all([1, 2].map(() => privatePython(venv, requirements, children)));
    expect(asked()).toEqual(['venv', 'pip']);
  });

  it('is made although a process that has ended holds the lock', async () => {
    const { venv, requirements, asked } = machineWithPython();
    mkdirSync(`${venv}.lock`, { recursive: true });
    // Above the highest id that Linux and macOS give.
    writeFileSync(join(`${venv}.lock`, 'pid'), '4194305');
    await privatePython(venv, requirements, children);
    expect(asked()).toEqual(['venv', 'pip']);
    expect(existsSync(`${venv}.lock`)).toBe(false);
  });

  it('is waited for while a process that lives holds the lock', async () => {
    const { venv, requirements, asked } = machineWithPython();
    mkdirSync(`${venv}.lock`, { recursive: true });
    writeFileSync(join(`${venv}.lock`, 'pid'), String(process.pid));
    let made = false;
    const making = privatePython(venv, requirements, children).then(() => {
      made = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    expect([made, existsSync(`${venv}.lock`), asked()]).toEqual([false, true, []]);
    // The other gives it back.
    writeFileSync(join(`${venv}.lock`, 'pid'), '4194305');
    await making;
    expect(asked()).toEqual(['venv', 'pip']);
  });
});
