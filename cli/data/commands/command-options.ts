import { type Output, printJson } from '../../output';
import type { Sleep } from '../../state-machine/follow';
import type { ConnectData, Tell } from '../data-stage';

export interface DataCommandOptions {
  /** Default: standard output. */
  readonly output?: Output;
  /** A stage. Default: found by the outputs of the deployed stage. */
  readonly connect?: ConnectData;
  readonly now?: () => Date;
  readonly sleep?: Sleep;
  /** Reads a file, or standard input where it is `-`. */
  readonly readFile?: (file: string) => Promise<string>;
}

export interface DataCommandParts {
  readonly output: Output;
  readonly connect: ConnectData;
  readonly now: () => Date;
  readonly sleep: Sleep | undefined;
}

export function partsOf({ output, connect, now, sleep }: DataCommandOptions): DataCommandParts {
  return {
    output: output ?? process.stdout,
    connect: connect ?? connectToDataStage,
    now: now ?? (() => new Date()),
    sleep,
  };
}

const connectToDataStage: ConnectData = async (stage) => {
  // Loaded when used: the clients would double the start of every other command.
  const { connectDataStage } = await import('../io/connect');
  return connectDataStage(stage);
};

export interface JsonFlag {
  readonly json?: boolean;
}

/** Says everything that is told, where the output is no JSON. */
export function saying(output: Output, { json }: JsonFlag): Tell {
  return json === true ? () => {} : (text) => output.write(`${text}\n`);
}

const SECOND = 1_000;

/** Says how far long work is: once a second, for a thousand shards are a thousand lines. */
export function progressing(output: Output, flags: JsonFlag, now: () => Date): Tell {
  const say = saying(output, flags);
  let last = now().getTime();
  return (text) => {
    const at = now().getTime();
    if (at - last < SECOND) return;
    last = at;
    say(text);
  };
}

/** Prints a result as JSON, or as its text. */
export function print(output: Output, { json }: JsonFlag, result: unknown, text: () => void): void {
  if (json === true) printJson(output, result);
  else text();
}
