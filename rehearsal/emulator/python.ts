import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChildGroup, RehearsalError } from '../process';

const OLDEST = [3, 10] as const;

/** The first Python that is new enough, or an error that says what was found and how to get one. */
function findPython(): string {
  const found: string[] = [];
  for (const name of ['python3', 'python', 'python3.13', 'python3.12', 'python3.11', 'python3.10']) {
    const probe = spawnSync(name, ['-c', 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])'], {
      encoding: 'utf8',
    });
    if (probe.error !== undefined) continue;
    const version = probe.stdout.trim();
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (probe.status === 0 && (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]))) return name;
    found.push(probe.status === 0 ? `${name} is ${version}` : `${name} lacks venv or ensurepip`);
  }
  const what = found.length > 0 ? ` (${found.join('; ')})` : '';
  throw new RehearsalError(
    `the emulator needs Python >= ${OLDEST.join('.')} with venv, and none was found${what}; install it (Debian: apt install python3-venv, macOS: brew install python) and run the command again`,
  );
}

/**
 * Python of a private environment with exactly the packages of `requirements`. Made once; made anew when the file changes.
 * Built aside and renamed, so that a killed install leaves nothing that looks finished; a second rehearsal waits for the first.
 */
export async function privatePython(folder: string, requirements: string, children: ChildGroup): Promise<string> {
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const stamp = join(folder, 'slipway-requirements.sha256');
  const python = join(folder, 'bin', 'python');
  const ready = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === digest && existsSync(python);
  if (ready()) return python;

  mkdirSync(dirname(folder), { recursive: true });
  const release = await lock(`${folder}.lock`);
  try {
    if (ready()) return python;
    rmSync(folder, { recursive: true, force: true });
    // A virtual environment does not survive being renamed, so that the stamp, written last and renamed, says it is whole.
    await children.run(findPython(), ['-m', 'venv', folder], { what: 'making the private Python environment' });
    await children.run(
      python,
      ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '-r', requirements],
      {
        what: 'installing the emulator from the Python package index (is there a network, or a mirror configured for pip?)',
      },
    );
    writeFileSync(`${stamp}.new`, digest);
    renameSync(`${stamp}.new`, stamp);
    return python;
  } finally {
    release();
  }
}

/** A lock by a directory, which only one process can make; a lock whose process is gone is taken over. */
async function lock(path: string): Promise<() => void> {
  for (let waited = 0; waited < 600; waited += 1) {
    try {
      mkdirSync(path);
      writeFileSync(join(path, 'pid'), String(process.pid));
      return () => rmSync(path, { recursive: true, force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    if (waited > 2 && !ownerLives(path)) rmSync(path, { recursive: true, force: true });
    await sleep(500);
  }
  throw new RehearsalError(`another process holds ${path} for five minutes; end it, or remove the folder`);
}

function ownerLives(path: string): boolean {
  try {
    process.kill(Number(readFileSync(join(path, 'pid'), 'utf8')), 0);
    return true;
  } catch {
    return false;
  }
}
