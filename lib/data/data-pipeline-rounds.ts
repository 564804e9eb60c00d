/** What the definition names, as ARNs and names that the deployment knows. */
export interface PipelineParts {
  /** Function that takes the steps. */
  readonly steps: string;
  readonly checkData: string;
  readonly matchKeys: string;
  readonly splitData: string;
  /** Name of the dataset bucket. */
  readonly bucket: string;
  /** The machine itself, to which a long execution hands over. */
  readonly stateMachine: string;
  readonly maxConcurrency: number;
  readonly timeoutSeconds: number;
  /** How long arrivals may settle; undefined where none are waited for. */
  readonly settleSeconds?: number;
}

export type States = Record<string, object>;

/**
 * Errors of a function have no names to tell them by: each may pass. Pauses of 2, 4, 8, 16 and 30 s: a minute in which a throttled or
 * restarting service recovers. With six attempts that all run into the time-out a step ends after 6 x 910 + 60 = 5,520 s.
 */
export const STEP_RETRY = [
  { ErrorEquals: ['States.ALL'], IntervalSeconds: 2, BackoffRate: 2, MaxDelaySeconds: 30, MaxAttempts: 5 },
];

/**
 * Each object that arrives asks for the lease, and a thousand can arrive at once: what Lambda refuses is asked for again after a pause of any
 * length up to 2, 4, 8, 16, 32 and then 60 s each, 16 minutes at most, 8 on average. All but one only leave.
 */
export const LEASE_RETRY = [
  {
    ErrorEquals: ['Lambda.TooManyRequestsException', 'Lambda.ServiceException', 'Lambda.SdkClientException'],
    IntervalSeconds: 2,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    JitterStrategy: 'FULL',
    MaxAttempts: 20,
  },
  ...STEP_RETRY,
];

/** Every state but the distributed maps. The machine's own default is JSONPath, because a machine in JSONata may hold no other. */
export const JSONATA = { QueryLanguage: 'JSONata' } as const;

/** Objects seldom arrive alone. The lease is held meanwhile: whoever comes leaves, and what they brought is listed after the pause. */
export function settle(seconds: number | undefined): States {
  if (seconds === undefined) return {};
  return {
    IsArrival: {
      Type: 'Choice',
      ...JSONATA,
      Choices: [{ Condition: '{% $states.context.Execution.Input.arrival = true %}', Next: 'LetSettle' }],
      Default: 'PlanRun',
    },
    LetSettle: { Type: 'Wait', ...JSONATA, Seconds: seconds, Next: 'PlanRun' },
  };
}

/** Rounds of one execution within an hour, or half of its time: its history may have 25,000 events, of which a round takes 85. */
const LONGEST_ROUNDS_SECONDS = 3_600;

/** While the holder of the lease still runs, whoever is to follow it would leave: it waits until it has ended. */
const HAND_OVER_SECONDS = 30;

/**
 * More arrived while a run was under way. The lease is still this execution's, and it begins again; one that has gone on for long hands
 * over to an execution whose history and time-out are its own. Where that cannot be started, this one fails: somebody must know that what
 * arrived waits for the next run.
 */
export function again({ stateMachine, timeoutSeconds }: PipelineParts): States {
  const longestMs = Math.min(LONGEST_ROUNDS_SECONDS, timeoutSeconds / 2) * 1000;
  return {
    IsLong: {
      Type: 'Choice',
      ...JSONATA,
      Choices: [
        {
          Condition: `{% $toMillis($now()) - $toMillis($states.context.Execution.StartTime) < ${longestMs} %}`,
          Next: 'TakeLease',
        },
      ],
      Default: 'HandOver',
    },
    HandOver: {
      Type: 'Task',
      ...JSONATA,
      Resource: 'arn:aws:states:::states:startExecution',
      Arguments: {
        StateMachineArn: stateMachine,
        Input: { handedOver: true, AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: '{% $states.context.Execution.Id %}' },
      },
      Output: '{% $states.input %}',
      TimeoutSeconds: 60,
      Retry: STEP_RETRY,
      Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.input %}', Next: 'NotEnded' }],
      // The run before has ended well, or the machine would not begin again.
      Next: 'Done',
    },
  };
}

export function handedOver(): States {
  return {
    IsHandedOver: {
      Type: 'Choice',
      ...JSONATA,
      Choices: [{ Condition: '{% $states.context.Execution.Input.handedOver = true %}', Next: 'LetPredecessorEnd' }],
      Default: 'TakeLease',
    },
    LetPredecessorEnd: { Type: 'Wait', ...JSONATA, Seconds: HAND_OVER_SECONDS, Next: 'TakeLease' },
  };
}
