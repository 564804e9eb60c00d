import type { BackendRequest } from '../../../protocol/backend';
import type { EndpointFailure } from '../../../protocol/endpoint-failure';
import type { GuardFinding } from '../../../protocol/guard';
import type { ModelVersion, Pointers } from '../../../protocol/model-version';
import type { IdempotencyClaim, PredictionRecord, PredictionState } from '../../../protocol/prediction';
import type { ProblemKind } from '../../../protocol/problem';
import type { WaitingMessage } from '../../../protocol/waiting';
import type { Diagnostics } from '../diagnostics';

/** What the flow of a prediction needs of the world. Every method may reject; the flow says what that means. */
export interface Ports {
  readonly records: RecordStore;
  readonly payloads: PayloadStore;
  readonly registry: Registry;
  readonly backend: Backend;
  /** Where requests to a fleet that sleeps wait; absent where none may. */
  readonly waiting?: WaitingRoom;
  readonly subjects: SubjectKey;
  readonly guard: Guard;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Diagnostics;
}

export interface RecordStore {
  find(inferenceId: string): Promise<PredictionRecord | undefined>;
  /** Also returns an expired claim: TTL deletes late. */
  findClaim(id: string): Promise<IdempotencyClaim | undefined>;
  /** Writes a record that nobody else knows of; may be repeated without harm. */
  write(record: PredictionRecord): Promise<void>;
  /**
   * Writes claim and record together, or neither. `conflict` when a claim that has not expired at `nowSeconds` stands there,
   * unless it points to `orphanOf`: a record that is gone.
   */
  open(opening: Opening): Promise<'opened' | 'conflict'>;
  /** Puts `record` in the place of the one that was seen; `lost` when another run changed it meanwhile. */
  replace(record: PredictionRecord, seen: Seen): Promise<'replaced' | 'lost'>;
}

export interface Opening {
  readonly record: PredictionRecord;
  readonly claim: IdempotencyClaim;
  readonly nowSeconds: number;
  readonly orphanOf?: string;
}

/** What tells one write of a record from the next: each run has a lease of its own, and moves the state forward only. */
export interface Seen {
  readonly state: PredictionState;
  readonly lease: string | undefined;
}

export interface PayloadReference {
  readonly bucket: string;
  readonly key: string;
}

export interface PayloadStore {
  put(reference: PayloadReference, text: string): Promise<void>;
  get(reference: PayloadReference): Promise<string>;
}

export interface Registry {
  pointers(): Promise<Pointers | undefined>;
  version(version: string): Promise<ModelVersion | undefined>;
}

export interface Backend {
  /** Second attempts that may be sent beside a slow first one. Only where asking twice harms nothing but the price. */
  readonly hedges?: Hedges;
  /** Whether it only takes requests (`accepted`), and answers in its own time: their records are opened before it is asked. */
  readonly answersLater?: boolean;
  /** Asks once. Does not reject; `signal` ends the waiting. `lease` names the run, where its record is open. */
  invoke(request: BackendRequest, signal: AbortSignal, lease?: string): Promise<BackendResult>;
}

/** How many second attempts may still be sent. */
export interface Hedges {
  /** Call once a request. */
  earn(): void;
  spend(): boolean;
}

/** Whether a request that got no answer may be sent again. */
export type Repeat =
  /** After a pause: the model did not run. */
  | 'paused'
  /** Once, at once: the model may have run, which harms nothing. */
  | 'once'
  | 'never';

export type BackendResult =
  /** The reply as text, not yet looked at. */
  | { readonly kind: 'replied'; readonly text: string }
  /** Taken; the answer comes another way. */
  | { readonly kind: 'accepted' }
  /** Refused before the model ran. */
  | { readonly kind: 'throttled'; readonly error: unknown; readonly retryAfterSeconds?: number }
  /** No connection: the request was not sent. */
  | { readonly kind: 'not-sent'; readonly error: unknown }
  /** An endpoint's own ways of giving no answer. */
  | {
      readonly kind: 'refused';
      readonly failure: EndpointFailure;
      readonly repeat: Repeat;
      readonly error: unknown;
      readonly retryAfterSeconds?: number;
    }
  /** Anything else; the model may have run. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly repeat?: Repeat };

export interface WaitingRoom {
  /** Keeps a message that is delivered to the worker after `delaySeconds`, at least once. */
  put(message: WaitingMessage, delaySeconds: number): Promise<void>;
}

export interface SubjectKey {
  /** Keyed HMAC of a subject, hex. */
  hmac(subject: string): Promise<string>;
}

export interface Guard {
  request(input: unknown): GuardOutcome;
  reply(output: unknown): GuardOutcome;
}

export interface GuardOutcome {
  readonly verdict: 'pass' | 'blocked' | 'failed';
  /** The rule that blocked. */
  readonly rule?: string;
  readonly problem?: ProblemKind;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  readonly findings: readonly GuardFinding[];
  /** Names of rules that failed. */
  readonly failures: readonly string[];
  readonly modelInput: unknown;
  readonly recordInput: unknown;
  readonly inputExact: boolean;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds of a clock that never jumps, for durations. */
  monotonicMs(): number;
  alarm(ms: number): Alarm;
}

export interface Alarm {
  readonly rings: Promise<void>;
  cancel(): void;
}

export interface Chance {
  inferenceId(): string;
  lease(): string;
  /** 0 up to, not including, 1. */
  fraction(): number;
}
