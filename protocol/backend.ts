import type { ModelArtifact } from './model-version';

/** What `predict` sends to a Lambda backend, and what a container image must accept. */
export interface BackendRequest {
  readonly inferenceId: string;
  /** The guarded input: text or JSON. */
  readonly input: unknown;
  readonly version: { readonly id: string; readonly artifact: ModelArtifact };
  /** Milliseconds since the epoch; an answer after it is thrown away. */
  readonly deadline: number;
}

/** An answer is a value; so is an expected failure. A thrown error is a failure without a reason. */
export type BackendReply = BackendAnswer | BackendError;

export interface BackendAnswer {
  /** Any JSON. A string, or an object with a string `label`, can be judged by feedback. */
  readonly output: unknown;
  /** 0..1. */
  readonly confidence?: number;
}

export interface BackendError {
  readonly error: {
    /** `invalid-input` is the caller's fault (400); anything else the backend's (503). */
    readonly kind: 'invalid-input' | 'failed';
    /** For the log and the record; never carries input. */
    readonly message: string;
  };
}

/** The label of an output that feedback compares with the truth, or undefined where the output has none. */
export function labelOf(output: unknown): string | undefined {
  if (typeof output === 'string') return output;
  if (typeof output === 'object' && output !== null && 'label' in output && typeof output.label === 'string') {
    return output.label;
  }
  return undefined;
}
