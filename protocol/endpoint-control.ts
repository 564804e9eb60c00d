import type { DesiredState } from './model-version';

/** What the template of an endpoint reads, and who may change it. Names of SSM parameters of one deployment. */
export const ENDPOINT_PARAMETER = {
  /** StringList: version, S3 URI of its artefact (ends in a slash), and a place for an image of its own, which no version has. */
  desiredVersion: (deployment: string): string => `/slipway/${deployment}/desired-version`,
  /** String: `running` or `stopped`. */
  desiredState: (deployment: string): string => `/slipway/${deployment}/desired-state`,
} as const;

/** What the parameters are created with: nothing is in use, and the first version that is used starts the endpoint. */
export const INITIAL_PARAMETERS = { version: 'none,none,none', state: 'running' } as const satisfies EndpointParameters;

/** In the place of what is not there: a StringList has no empty members. */
export const NOTHING = 'none';

/** Both parameters as they are stored. */
export interface EndpointParameters {
  readonly version: string;
  readonly state: DesiredState;
}

/** Output of the endpoint's stack: the configuration that was verified to serve; absent while the endpoint is stopped. */
export const SERVED_CONFIG_OUTPUT = 'ServedEndpointConfig';

/**
 * Output of the endpoint's stack: the models that its inference components were verified to serve, as `component=model` with
 * commas between; absent while the endpoint is stopped, and where it has no components. Neither name can hold either sign.
 */
export const SERVED_COMPONENTS_OUTPUT = { name: 'ServedInferenceComponents', separator: ',', equals: '=' } as const;

/** Output of the stack of state by which the command line finds the controller. */
export const CONTROLLER_OUTPUT = 'EndpointControllerName';

/** Name of the state machine that alone changes the endpoint of a deployment. */
export function controllerName(deployment: string): string {
  return `${deployment}-endpoint-controller`;
}

/** What a controller is asked for: the input of its execution. */
export type ControlRequest = ControlAction & {
  /** Principal or schedule that asks, for the audit items and for whoever is told `busy`. */
  readonly requestedBy: string;
  /** How long to wait while somebody else changes the endpoint; without it, not at all. At most a day. */
  readonly waitIfBusySeconds?: number;
};

export type ControlAction =
  | { readonly action: 'use'; readonly version: string; readonly reason?: string }
  | { readonly action: 'start' | 'stop'; readonly reason: string }
  | { readonly action: 'rollback'; readonly reason?: string };

/** How an execution can fail: the error of its end. */
export const CONTROL_ERROR = {
  /** Somebody else changes the endpoint; nothing was done. */
  busy: 'EndpointBusy',
  /** What was asked for cannot be done; nothing was changed. */
  refused: 'EndpointRefused',
  /** The stack is missing, or in a state that only a person can end; nothing was changed, or all was restored. */
  stackUnusable: 'EndpointStackUnusable',
  /** The update was rolled back; what was desired before is desired again. */
  rolledBack: 'EndpointRolledBack',
  /** The update ended, and the endpoint is not what it should be; what was desired before is desired again. */
  notVerified: 'EndpointNotVerified',
  /** The endpoint was to be stopped, and is still there. */
  notStopped: 'EndpointNotStopped',
  /** It took too long; what was desired before is desired again. */
  overdue: 'EndpointOverdue',
  /** A step of the controller itself failed; what was desired before is desired again. */
  controlFailed: 'EndpointControlFailed',
  /** A step failed, and so did restoring: whoever comes next repairs it. */
  notRestored: 'EndpointNotRestored',
} as const;

export type ControlError = (typeof CONTROL_ERROR)[keyof typeof CONTROL_ERROR];

/** The output of an execution that succeeded. */
export interface ControlResult {
  readonly action: ControlRequest['action'];
  /** The version that is desired now; null where none ever was. */
  readonly version: string | null;
  readonly desiredState: DesiredState;
  /** Whether the template was updated. */
  readonly updated: boolean;
  /** What the endpoint said to its first request: `answered`, `none` where none was sent, or the name of its error. */
  readonly warmUp: string;
  /** What happened, as a sentence for a person. */
  readonly text: string;
}

/** A step of the controller: what its state machine asks the handler. */
export const CONTROL_STEP = {
  takeLease: 'take-lease',
  prepare: 'prepare',
  apply: 'apply',
  follow: 'follow',
  settle: 'settle',
  restore: 'restore',
  release: 'release',
} as const;

export type ControlStep = (typeof CONTROL_STEP)[keyof typeof CONTROL_STEP];

/** In the place of the error that a step failed with, where none did. */
export const NO_CRASH = 'none';

/** What a step answers, and what the state machine chooses by. An expected outcome is never an error. */
export const CONTROL_OUTCOME = {
  /** Go on with the next step. */
  next: 'next',
  /** Ask the same again after a pause. */
  wait: 'wait',
  /** The template was not changed by anything that was set: there is nothing to follow. */
  unchanged: 'unchanged',
  /** It is over, as `ending` says. */
  ended: 'ended',
} as const;

export type ControlOutcome = (typeof CONTROL_OUTCOME)[keyof typeof CONTROL_OUTCOME];

/** Times that the state machine and its handler must agree on, in seconds. */
export const CONTROL_TIMING = {
  /** Time-out of the handler: no step writes anything longer than this after it began. */
  handler: 60,
  /** A state of the machine waits a little longer than the function runs, so that the function's own end is seen. */
  task: 70,
  /** Between two looks at a stack that somebody else deploys, or at an endpoint that settles: half an hour each. */
  poll: 30,
  /** Between two looks at an update, which may take hours; a look is nine events of an execution, which may have 25,000. */
  pollUpdate: 60,
  /** Between two looks at the lease of another, which may be waited for a day. Nothing is held meanwhile. */
  pollLease: 120,
  /** First pause before a step that failed is repeated; doubled each time, at most `retryMaximum`. */
  retry: 2,
  retryMaximum: 30,
  /** Pauses of 2, 4, 8, 16 and 30 s: a minute in which a throttled or restarting service recovers. */
  retries: 5,
  /**
   * A lease is renewed by each step. The longest silence of a holder that lives is one pause, and six attempts of a step with
   * five pauses between them: 60 + 6 x 70 + 60 = 540 s.
   */
  lease: 600,
} as const;
