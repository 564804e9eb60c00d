import { labelOf } from '../../../protocol/backend';
import { MAX_LABEL_LENGTH } from '../../../protocol/prediction';
import { isWellFormed } from '../api-request';
import { roundedIntegers } from '../json-integers';
import { hasInfiniteNumber, shapeOfJson } from '../json-text';

/**
 * Largest reply that is passed on. Lambda takes 6 MB for the answer of `predict`, in which the reply is a JSON string: quotes and
 * backslashes in it count double.
 */
export const MAX_REPLY_BYTES = 2 * 1024 * 1024;
const MAX_DEPTH = 200;
/** DynamoDB holds no smaller positive number. A softmax yields such, and means none. */
const LEAST_CONFIDENCE = 1e-130;

export type Reply =
  | { readonly kind: 'answer'; readonly output: unknown; readonly confidence?: number }
  | { readonly kind: 'invalid-input' }
  /** `transient`: a failure of the service around the model, which is another time another. */
  | { readonly kind: 'failed'; readonly fault: string; readonly transient?: boolean };

/** What a backend's reply says. One that breaks the protocol is a failure of the backend: no guess stands in for it. */
export function readReply(text: string): Reply {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_REPLY_BYTES) return failed(`the reply has ${bytes} bytes, at most ${MAX_REPLY_BYTES} are passed on`);
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return failed('the reply is not a JSON object');
  if (shapeOfJson(text).depth > MAX_DEPTH) return failed(`the reply is nested more than ${MAX_DEPTH} levels deep`);
  if (hasInfiniteNumber(text, value)) return failed('the reply has a number beyond 1.8e308');
  // Rounded, it would be another answer than the model's, for the caller and in the record.
  if (roundedIntegers(text, 1).length > 0)
    return failed('the reply has an integer that would lose digits; give it as text');
  if (Object.hasOwn(value, 'error')) return readError(value);
  if (!('output' in value)) return failed('the reply has neither output nor error');
  const confidence = 'confidence' in value ? value.confidence : undefined;
  if (confidence === undefined || confidence === null) return { kind: 'answer', output: value.output };
  if (typeof confidence !== 'number' || confidence < 0 || confidence > 1)
    return failed('confidence is not a number from 0 to 1');
  return { kind: 'answer', output: value.output, confidence: confidence < LEAST_CONFIDENCE ? 0 : confidence };
}

/** Label by which feedback judges an output; none where it is too long to be one. */
export function judgeableLabel(output: unknown): string | undefined {
  const label = labelOf(output);
  if (label === undefined || label.length === 0 || label.length > MAX_LABEL_LENGTH) return undefined;
  return isWellFormed(label) ? label : undefined;
}

function readError(reply: object): Reply {
  const error = 'error' in reply ? reply.error : undefined;
  if (typeof error === 'object' && error !== null && 'kind' in error && error.kind === 'invalid-input') {
    return { kind: 'invalid-input' };
  }
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : undefined;
  return failed(typeof message === 'string' ? message.slice(0, 200) : 'the backend gave no reason');
}

function failed(fault: string): Reply {
  return { kind: 'failed', fault };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
