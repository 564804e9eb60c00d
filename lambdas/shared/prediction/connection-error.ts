/** Network errors before anything was sent. */
const NOT_SENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];
const NO_CONNECTION = /did not establish a connection/;
/** A connection that broke, or brought nothing, after the request was sent at least in part. */
const LOST = ['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT'];

/** What a failed request says about its connection; undefined where that is not why it failed. */
export function connectionFaultOf(error: unknown): 'not-sent' | 'lost' | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (NOT_SENT.includes(code) || NO_CONNECTION.test(error.message)) return 'not-sent';
  return LOST.includes(code) || error.name === 'TimeoutError' ? 'lost' : undefined;
}
