import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, signalGroup } from './process';

/** An emulator that was kept running after its rehearsal. */
export interface KeptEmulator {
  readonly pid: number;
  readonly endpoint: string;
  readonly stage: string;
  readonly folder: string;
}

/** Everything that rehearsals write, under `.slipway/` of the project: never in the user's home, never in version control. */
export class Workspace {
  readonly root: string;

  constructor(project: string) {
    this.root = join(project, '.slipway');
    mkdirSync(join(this.root, 'runs'), { recursive: true });
    mkdirSync(join(this.root, 'kept'), { recursive: true });
  }

  get python(): string {
    return join(this.root, 'venv');
  }

  /** A folder of this run's own, so that two rehearsals at once never meet. */
  newRun(): string {
    return mkdtempSync(join(this.root, 'runs', 'run-'));
  }

  keep(emulator: KeptEmulator): void {
    writeFileSync(join(this.root, 'kept', `${emulator.pid}.json`), JSON.stringify(emulator));
  }

  /** Ends what was kept; gives what it was. Files of emulators that are gone already are cleared away with them. */
  stopKept(): KeptEmulator[] {
    const stopped: KeptEmulator[] = [];
    for (const file of readdirSync(join(this.root, 'kept'))) {
      const path = join(this.root, 'kept', file);
      const emulator = readKept(path);
      if (emulator !== undefined && isAlive(emulator.pid) && isEmulator(emulator.pid)) {
        signalGroup(emulator.pid, 'SIGTERM');
        stopped.push(emulator);
      }
      if (emulator !== undefined) {
        rmSync(emulator.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
      }
      rmSync(path, { force: true });
    }
    return stopped;
  }
}

/** What a file says, or undefined where it was not written to its end: nothing can be ended by it. */
function readKept(path: string): KeptEmulator | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Process ids are used again: only what runs as `python -m ministack` is ended. Where /proc does not say, the id is trusted.
 */
function isEmulator(pid: number): boolean {
  const file = `/proc/${pid}/cmdline`;
  return !existsSync(file) || readFileSync(file, 'utf8').includes('\0-m\0ministack\0');
}
