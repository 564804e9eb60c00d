/** A refusal of an AWS API, by the name that SDK clients give their errors. */
export class ApiError extends Error {
  constructor(
    /** `ValidationException`, `ModelError` ... */
    readonly code: string,
    message: string,
    readonly status = 400,
    /** Members of the error beside its message. */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** What the control plane answers to most of what it does not accept, also to what it does not find. */
export function validationException(message: string): ApiError {
  return new ApiError('ValidationException', message);
}

/** The same of the runtime API, which names it otherwise. */
export function validationError(message: string): ApiError {
  return new ApiError('ValidationError', message);
}
