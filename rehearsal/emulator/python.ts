import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChildGroup, RehearsalError } from '../process';

const OLDEST = [3, 10] as const;

export interface PythonOptions {
  /** @default that of this process */
  readonly environment?: NodeJS.ProcessEnv;
  /** @default 10 s */
  readonly probeTimeoutMs?: number;
}

/** An interpreter that starts from a cold disk takes two seconds; one that takes longer waits for something. */
const PROBE_TIMEOUT_MS = 10_000;

/** The first Python that is new enough, or an error that says what was found and how to get one. */
function findPython(env: NodeJS.ProcessEnv, timeout: number): string {
  const found: string[] = [];
  for (const name of ['python3', 'python', 'python3.13', 'python3.12', 'python3.11', 'python3.10']) {
    const probe = spawnSync(name, ['-c', 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])'], {
      encoding: 'utf8',
      env,
      timeout,
      killSignal: 'SIGKILL',
    });
    if (probe.error !== undefined) {
      if ('code' in probe.error && probe.error.code === 'ETIMEDOUT') {
        found.push(`${name} did not answer within ${timeout / 1000} s`);
      }
      continue;
    }
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

/** Variables that would give the interpreter other modules, or pip another place to install into. Proxies and indexes stay. */
const MISLEADING = /^(PYTHON\w+|PIP_(TARGET|PREFIX|ROOT|USER))$/;

function cleanEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !MISLEADING.test(name)));
}

/**
 * Python of a private environment with exactly the packages of `requirements`. Made once; made anew when the file changes; a
 * second rehearsal waits for the first. Each attempt has a folder of its own and is renamed when it is whole: the pip of a
 * rehearsal that was killed may still be writing into that of another.
 */
export async function privatePython(
  folder: string,
  requirements: string,
  children: ChildGroup,
  { environment = process.env, probeTimeoutMs = PROBE_TIMEOUT_MS }: PythonOptions = {},
): Promise<string> {
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const stamp = join(folder, STAMP);
  const python = join(folder, 'bin', 'python');
  const ready = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === digest && existsSync(python);
  if (ready()) return python;

  mkdirSync(dirname(folder), { recursive: true });
  const release = await lock(`${folder}.lock`);
  try {
    if (ready()) return python;
    removeAttempts(folder);
    const env = cleanEnvironment(environment);
    const attempt = mkdtempSync(`${folder}.new-`);
    await children.run(findPython(env, probeTimeoutMs), ['-m', 'venv', attempt], {
      what: 'making the private Python environment',
      env,
    });
    await children.run(
      join(attempt, 'bin', 'python'),
      ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '-r', requirements],
      {
        what: 'installing the emulator from the Python package index (is there a network, or a mirror configured for pip?)',
        env,
      },
    );
    writeFileSync(join(attempt, STAMP), digest);
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    // The interpreter and its modules find each other wherever the folder is; scripts do not, and none is used.
    renameSync(attempt, folder);
    return python;
  } finally {
    removeAttempts(folder);
    release();
  }
}

const STAMP = 'slipway-requirements.sha256';

/** Under the lock, so that none of them is being made by a rehearsal that lives. */
function removeAttempts(folder: string): void {
  for (const name of readdirSync(dirname(folder))) {
    if (!name.startsWith(`${basename(folder)}.new-`)) continue;
    try {
      rmSync(join(dirname(folder), name), { recursive: true, force: true });
    } catch {
      // Something still writes into it: the next install removes it.
    }
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
