import type { EndpointParameters } from '../../protocol/endpoint-control';
import type { DesiredState, ModelVersion, PointerChange, Pointers } from '../../protocol/model-version';
import type { DeployedComponent } from '../shared/deployed-component';

/** What is to be put back if whoever wrote this does not bring their change to its end. */
export interface Restore {
  readonly parameters: EndpointParameters;
  readonly desired: string | null;
  readonly desiredState: DesiredState;
  /** Execution that changed something. */
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** Who holds the lease. */
export interface Holding {
  /** Execution of the state machine, by ARN. */
  readonly holder: string;
  readonly requestedBy: string;
  readonly action: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** The lease item: held or not, with or without something to restore. */
export interface Lease {
  readonly holding: Holding | undefined;
  readonly restore: Restore | undefined;
}

/** A move of the pointers that holds only while they are at `expected` and the lease is held. */
export interface LeasedMove {
  readonly expected: Pointers | undefined;
  readonly pointers: Pointers;
  readonly change: PointerChange;
  /** Whether what is to be restored is forgotten with it: after this move there is nothing left to put back. */
  readonly forget: boolean;
}

/** `changed`: somebody else moved the pointers; `lost`: the lease is another's. Either way nothing was written. */
export type LeasedOutcome = 'done' | 'changed' | 'lost';

/** The registry table. Reads see every write that has ended. */
export interface Ledger {
  lease(): Promise<Lease>;
  /** Takes the lease if it is still as it was seen; false where it is not. What is to be restored stays. */
  take(holding: Holding, seen: Holding | undefined): Promise<boolean>;
  /** False where the lease is another's. */
  renew(holder: string, expiresAt: number): Promise<boolean>;
  /** Keeps the first of what is to be restored: a repeated step finds what the first attempt wrote. False: the lease is another's. */
  remember(holder: string, restore: Restore): Promise<boolean>;
  forget(holder: string): Promise<boolean>;
  /** Gives the lease back, if it is still held; what is to be restored stays. */
  release(holder: string): Promise<void>;
  pointers(): Promise<Pointers | undefined>;
  version(version: string): Promise<ModelVersion | undefined>;
  /** Every change of the pointers, in order. */
  changes(): Promise<readonly PointerChange[]>;
  /** All or nothing. */
  move(holder: string, move: LeasedMove): Promise<LeasedOutcome>;
}

/** The SSM parameters that the template reads. */
export interface Parameters {
  /** Undefined where one of them is missing. */
  read(): Promise<EndpointParameters | undefined>;
  writeVersion(value: string): Promise<void>;
  writeState(value: DesiredState): Promise<void>;
}

export interface StackDescription {
  readonly status: string;
  /** Why, in CloudFormation's words. */
  readonly reason: string | undefined;
  /** Configuration that the stack verified to serve; undefined where the endpoint is stopped. */
  readonly servedConfig: string | undefined;
  /** Inference components with the models that the stack verified them to serve; none where it has no components. */
  readonly servedComponents: readonly ServedComponent[];
}

export interface ServedComponent {
  readonly name: string;
  readonly model: string;
}

/** `unchanged`: the template says what is there already; `busy`: the stack cannot be updated as it is now. */
export type UpdateOutcome = 'updating' | 'unchanged' | 'busy';

/** The endpoint's stack. */
export interface Stack {
  readonly name: string;
  /** Undefined where there is none. */
  describe(): Promise<StackDescription | undefined>;
  /** With the template and the parameters that it has; the values of SSM parameters are read again. */
  update(token: string): Promise<UpdateOutcome>;
  /** What failed first in the last update, as CloudFormation tells it. */
  failure(): Promise<string | undefined>;
}

export interface EndpointDescription {
  readonly status: string;
  readonly configName: string | undefined;
  readonly failureReason: string | undefined;
}

export interface Endpoint {
  readonly name: string;
  /** Undefined where there is none. */
  describe(): Promise<EndpointDescription | undefined>;
  /** Undefined where there is no such inference component. */
  component(name: string): Promise<DeployedComponent | undefined>;
  /** Sends one request: `answered`, `none` where none is to be sent, or the name of what went wrong. */
  warmUp(): Promise<string>;
}

export interface Executions {
  /** Milliseconds since the epoch at which an execution ended; `running`, or `unknown` where it cannot be told. */
  endOf(execution: string): Promise<number | 'running' | 'unknown'>;
}

export interface Limits {
  /** How long to wait for an update that somebody else makes. */
  readonly stackWaitMs: number;
  /** How long an update of the stack may take. */
  readonly updateMs: number;
  /** How long the endpoint may take to serve, or to be gone, after its stack was updated. */
  readonly settleMs: number;
}

export interface World {
  readonly model: string;
  readonly ledger: Ledger;
  readonly parameters: Parameters;
  readonly stack: Stack;
  readonly endpoint: Endpoint;
  readonly executions: Executions;
  readonly limits: Limits;
  /** Milliseconds since the epoch. */
  now(): number;
}
