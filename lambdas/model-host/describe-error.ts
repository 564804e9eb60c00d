/** What may be told of an error of user code: neither its message nor anything else that could quote an input. */
export interface ErrorDescription {
  readonly name: string;
  /** Function and place of each stack frame, innermost first. */
  readonly frames: readonly string[];
}

const IDENTIFIER = /^[A-Za-z_$][\w$.]{0,63}$/;
const FRAME = /^ {4}at (?:(?:async )?([\w$.<>]+(?: \[as [\w$.]+\])?) \()?(?:file:\/\/)?([\w@./:+-]+:\d+:\d+)\)?$/;
const MAX_FRAMES = 12;

export function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof Error)) return { name: `a thrown ${error === null ? 'null' : typeof error}`, frames: [] };
  const name = identifier(error.name) ?? 'Error';
  const code = 'code' in error ? identifier(error.code) : undefined;
  return { name: code === undefined ? name : `${name} ${code}`, frames: framesOf(error) };
}

/** A name or code as code would write it; anything else may be text of an input. */
function identifier(value: unknown): string | undefined {
  return typeof value === 'string' && IDENTIFIER.test(value) ? value : undefined;
}

function framesOf({ stack, message }: Error): string[] {
  if (typeof stack !== 'string') return [];
  // The stack starts with the message, which may itself look like frames. One that was changed since cannot be told apart.
  const start = stack.indexOf(message);
  if (start === -1) return [];
  return stack
    .slice(start + message.length)
    .split('\n')
    .map((line) => FRAME.exec(line))
    .filter((match) => match !== null)
    .slice(0, MAX_FRAMES)
    .map(([, name = '<anonymous>', place]) => `${name} (${place})`);
}
