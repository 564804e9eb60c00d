/** Exit codes of the command line: what the user typed was wrong, or what they asked for did not succeed. */
export const EXIT = { failed: 1, usage: 2 } as const;

/** An end that the user can act on: told in its message alone, without a stack trace. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly exitCode: number = EXIT.usage,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'CliError';
  }
}

/** A failure of AWS or of the network as one line that says what to do where that is known. */
export function operationError(error: unknown, doing: string): CliError {
  if (error instanceof CliError) return error;
  const name = error instanceof Error ? error.name : 'Error';
  const reason = REASONS.find(({ names }) => names.includes(name))?.reason ?? oneLine(error);
  return new CliError(`${doing}: ${reason}`, EXIT.failed, { cause: error });
}

const REASONS: readonly { readonly names: readonly string[]; readonly reason: string }[] = [
  {
    names: ['CredentialsProviderError', 'NoCredentialProviders'],
    reason: 'no AWS credentials were found; set AWS_PROFILE, or sign in with "aws sso login"',
  },
  {
    names: ['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired'],
    reason: 'the AWS credentials have expired; sign in again',
  },
  {
    names: ['InvalidClientTokenId', 'UnrecognizedClientException', 'InvalidAccessKeyId', 'SignatureDoesNotMatch'],
    reason: 'AWS does not accept the credentials; check AWS_PROFILE and the AWS_ variables',
  },
];

function oneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The SDK throws it without a name of its own.
  if (error.message === 'Region is missing') return 'no AWS region is set; set AWS_REGION, or give the stage an env';
  const message = error.message === '' ? causeOf(error) : error.message;
  const text = message.replace(/\s+/g, ' ').trim();
  return error.name === 'Error' ? text : `${error.name}: ${text}`;
}

/** A refused connection is an AggregateError without a message; the addresses it tried are in its members. */
function causeOf(error: Error): string {
  if (error instanceof AggregateError)
    return error.errors.map((one) => (one instanceof Error ? one.message : String(one))).join(', ');
  return 'no message';
}
