import { MAX_REPLY_BYTES } from './reply';

/** The body that an endpoint is sent: the input as JSON, or as it is where it is text and the model takes another type. */
export function endpointBody(input: unknown, contentType: string): string {
  return typeof input === 'string' && !/\bjson\b/i.test(contentType) ? input : JSON.stringify(input);
}

/**
 * What an endpoint replied, in the protocol of `protocol/backend.ts`: an object with `output` or `error` speaks it already, any
 * other JSON is the output as a whole. What is no JSON, or too large, is left to the reader of replies to refuse.
 */
export function replyOfEndpoint(text: string): string {
  if (Buffer.byteLength(text) > MAX_REPLY_BYTES) return text;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  const speaks = typeof value === 'object' && value !== null && ('output' in value || 'error' in value);
  return speaks ? text : `{"output":${text}}`;
}
