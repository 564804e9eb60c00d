import { type Diagnostics, describeError, type LogFields } from './diagnostics';

export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Writes a line as it is: `console.log` would put a timestamp before it, and CloudWatch would extract no metric from it. */
export function writeLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** JSON lines of at least `level`, each with the fields of `context`. */
export function createLog(level: LogLevel, context: LogFields, write: (line: string) => void = writeLine): Diagnostics {
  const least = LOG_LEVELS.indexOf(level);
  const say = (of: LogLevel, event: string, fields: LogFields = {}) => {
    if (LOG_LEVELS.indexOf(of) < least) return;
    write(JSON.stringify({ level: of, time: new Date().toISOString(), event, ...context, ...fields }));
  };
  return {
    info: (event, fields) => say('INFO', event, fields),
    warn: (event, fields) => say('WARN', event, fields),
    error: (event, error, fields) => say('ERROR', event, { ...fields, ...describeError(error) }),
  };
}
