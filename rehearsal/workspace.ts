import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { RehearsalError, signalGroup, signalProcess } from './process';
import { isDouble, isEmulator, lives, membersOf, noteOf, type ProcessNote, readNote } from './process-note';

/** An emulator that outlived its rehearsal and was ended. */
export interface StoppedEmulator {
  readonly pid: number;
  readonly endpoint: string;
  readonly stage: string;
}

/** What a run leaves in its folder, so that whoever comes after it knows whether it is over and what it left running. */
interface RunNote {
  readonly owner: ProcessNote;
  readonly stage: string;
  readonly emulator?: ProcessNote & { readonly endpoint: string };
  /** Of a stage with an endpoint: the double of SageMaker. */
  readonly double?: ProcessNote;
  /** The emulator is to live on after its owner. */
  readonly kept?: boolean;
}

const NOTE = 'run.json';
/** A run writes its note at once; a folder that has none for longer is what is left of one. */
const WITHOUT_NOTE_MS = 60_000;

/** Everything that rehearsals write, under `.slipway/` of the project: never in the user's home, never in version control. */
export class Workspace {
  readonly root: string;
  private readonly runs: string;

  constructor(project: string) {
    this.root = join(project, '.slipway');
    this.runs = join(this.root, 'runs');
  }

  get python(): string {
    return join(this.root, 'venv');
  }

  /** A folder of this run's own, so that two rehearsals at once never meet. Clears away what earlier ones left. */
  newRun(stage: string): string {
    this.sweep((note) => note.kept === true);
    try {
      mkdirSync(this.runs, { recursive: true });
    } catch (cause) {
      throw new RehearsalError(`${this.root} cannot be used: ${reasonOf(cause)}; remove or rename it`, { cause });
    }
    const folder = mkdtempSync(join(this.runs, 'run-'));
    writeNote(folder, { owner: noteOf(process.pid), stage });
    return folder;
  }

  /** Notes the emulator of a run as soon as it is started. */
  noteEmulator(folder: string, pid: number, endpoint: string): void {
    const note = readRunNote(folder);
    if (note !== undefined) writeNote(folder, { ...note, emulator: { ...noteOf(pid), endpoint } });
  }

  /** Notes the double of SageMaker of a run, which is ended with its emulator. */
  noteDouble(folder: string, pid: number): void {
    const note = readRunNote(folder);
    if (note !== undefined) writeNote(folder, { ...note, double: noteOf(pid) });
  }

  /** Lets the emulator of a run live on until it is stopped. */
  keep(folder: string): void {
    const note = readRunNote(folder);
    if (note !== undefined) writeNote(folder, { ...note, kept: true });
  }

  /** Ends what was kept, and what outlived a rehearsal that was killed; gives the emulators that were running. */
  stop(): StoppedEmulator[] {
    return this.sweep(() => false);
  }

  /** Ends and removes each run whose owner is gone, but for those that are to be spared and run. */
  private sweep(spare: (note: RunNote) => boolean): StoppedEmulator[] {
    return this.folders().flatMap((folder) => {
      const note = readRunNote(folder);
      if (note === undefined && isYoung(folder)) return [];
      if (note !== undefined && isInUse(note, spare)) return [];
      const stopped = note === undefined ? [] : endEmulator(note, folder);
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
      return stopped;
    });
  }

  private folders(): string[] {
    try {
      const names = readdirSync(this.runs).filter((name) => name.startsWith('run-'));
      return names.map((name) => join(this.runs, name));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw new RehearsalError(`${this.root} cannot be used: ${reasonOf(error)}; remove or rename it`, {
        cause: error,
      });
    }
  }
}

function isInUse(note: RunNote, spare: (note: RunNote) => boolean): boolean {
  if (note.kept !== true) return lives(note.owner);
  return spare(note) && note.emulator !== undefined && isEmulator(note.emulator);
}

/** At once: what an emulator would save in the end is removed with its folder. */
function endEmulator({ emulator, double, stage }: RunNote, folder: string): StoppedEmulator[] {
  if (double !== undefined && isDouble(double)) signalGroup(double.pid, 'SIGKILL');
  if (emulator === undefined) return [];
  const { pid, endpoint } = emulator;
  if (isEmulator(emulator)) {
    signalGroup(pid, 'SIGKILL');
    return [{ pid, endpoint, stage }];
  }
  // The emulator is gone, and the functions that it ran may not be: they are known by the folder of the run.
  for (const member of membersOf(pid, folder)) signalProcess(member, 'SIGKILL');
  return [];
}

function writeNote(folder: string, note: RunNote): void {
  const file = join(folder, NOTE);
  writeFileSync(`${file}.new`, JSON.stringify(note));
  renameSync(`${file}.new`, file);
}

/** What a note says, or undefined where it does not say it: nothing is ended by what is half written or of another shape. */
function readRunNote(folder: string): RunNote | undefined {
  const note = parsed(join(folder, NOTE));
  if (typeof note !== 'object' || note === null || !('owner' in note)) return undefined;
  const owner = readNote(note.owner);
  if (owner === undefined) return undefined;
  const stage = 'stage' in note && typeof note.stage === 'string' ? note.stage : 'unknown';
  const kept = 'kept' in note && note.kept === true;
  const double = 'double' in note ? readNote(note.double) : undefined;
  const written: unknown = 'emulator' in note ? note.emulator : undefined;
  const process = readNote(written);
  if (process === undefined || typeof written !== 'object' || written === null) return { owner, stage, kept, double };
  const endpoint = 'endpoint' in written && typeof written.endpoint === 'string' ? written.endpoint : 'unknown';
  return { owner, stage, kept, double, emulator: { ...process, endpoint } };
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function isYoung(folder: string): boolean {
  return Date.now() - statSync(folder).mtimeMs < WITHOUT_NOTE_MS;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
