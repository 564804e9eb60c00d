/** What handlers say about themselves; decisions take it as a port, `log.ts` writes it. */
export interface Diagnostics {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, error: unknown, fields?: LogFields): void;
}

/** Ids, counts and names. Never text of a request or a reply. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Errors in a chain of causes that are described. */
const MAX_CAUSES = 3;
const DENIED = /AccessDenied|UnauthorizedOperation|NotAuthorized/;

/**
 * An error without anything of a payload: names along its causes, frames of its stack, and the message only where a service of
 * AWS wrote it. Messages of other errors may quote input (`JSON.parse` does).
 */
export function describeError(error: unknown): LogFields {
  const chain = causesOf(error);
  const [first, cause] = chain;
  if (first === undefined) return { errorName: typeof error };
  // Not `$metadata`: the SDK puts that on network and parser errors too, and a parser quotes what it could not read.
  const service = chain.find((link) => '$fault' in link);
  const names = chain.map((link) => link.name);
  return {
    errorName: first.name,
    errorCause: cause?.name,
    errorCode: codeOf(chain),
    message: service?.message,
    stack: service === undefined ? framesOf(first) : undefined,
    denied: names.some((name) => DENIED.test(name)) ? true : undefined,
  };
}

function causesOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let link = error; link instanceof Error && chain.length < MAX_CAUSES; link = link.cause) chain.push(link);
  return chain;
}

/** `ECONNREFUSED` and the like. */
function codeOf(chain: readonly Error[]): string | undefined {
  for (const link of chain) {
    if ('code' in link && typeof link.code === 'string') return link.code;
  }
  return undefined;
}

function framesOf(error: Error): string | undefined {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return frames.length === 0 ? undefined : frames.slice(0, 8).join('\n');
}
