import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { isAlive } from './process';

/** A process as it can be known again: ids are used anew, an id and a start are not. */
export interface ProcessNote {
  readonly pid: number;
  /** In words of this machine; only ever compared. */
  readonly start: string;
}

export function noteOf(pid: number): ProcessNote {
  return { pid, start: startOf(pid) ?? 'unknown' };
}

/** What a file says of a process. Ids up to 1 are no process of ours: signals to them reach our own group, or everyone. */
export function readNote(value: unknown): ProcessNote | undefined {
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('start' in value)) return undefined;
  const { pid, start } = value;
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 1 || typeof start !== 'string') return undefined;
  return { pid, start };
}

/** Whether this very process runs, and not another that was given its id. */
export function lives({ pid, start }: ProcessNote): boolean {
  return isAlive(pid) && startOf(pid) === start;
}

/** Whether the noted process runs and is an emulator: nothing else is ever ended by what a file says. */
export function isEmulator(note: ProcessNote): boolean {
  return lives(note) && /(^|\/)python[\d.]*\s-m\sministack$/i.test(commandLine(note.pid));
}

/** Whether the noted process runs and is a double of SageMaker. */
export function isDouble(note: ProcessNote): boolean {
  return lives(note) && /\/dist\/rehearsal\/sagemaker\/index\.js\s/.test(commandLine(note.pid));
}

/** Processes of a group with this text in their command line. */
export function membersOf(group: number, text: string): number[] {
  return ps('-axwwo', 'pid=,pgid=,args=')
    .split('\n')
    .filter((line) => line.includes(text))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, pgid]) => Number(pgid) === group)
    .map(([pid]) => Number(pid));
}

function startOf(pid: number): string | undefined {
  if (!existsSync('/proc/self/stat')) return ps('-o', 'lstart=', '-p', String(pid)) || undefined;
  try {
    // The name, in parentheses, may hold spaces; the start is the twentieth field after it, in ticks since the boot.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19];
  } catch {
    return undefined;
  }
}

function commandLine(pid: number): string {
  if (!existsSync('/proc/self/stat')) return ps('-wwo', 'args=', '-p', String(pid));
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

function ps(...args: readonly string[]): string {
  return spawnSync('ps', args, { encoding: 'utf8' }).stdout?.trim() ?? '';
}
