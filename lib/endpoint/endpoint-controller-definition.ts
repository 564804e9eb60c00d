import {
  CONTROL_ERROR,
  CONTROL_OUTCOME,
  CONTROL_STEP,
  CONTROL_TIMING,
  type ControlOutcome,
  type ControlStep,
  NO_CRASH,
} from '../../protocol/endpoint-control';

/** A state machine in the Amazon States Language. */
interface Definition {
  readonly Comment: string;
  readonly QueryLanguage: 'JSONata';
  readonly TimeoutSeconds: number;
  readonly StartAt: string;
  readonly States: Readonly<Record<string, object>>;
}

type States = Record<string, object>;

/** Where each outcome of a step leads. An end that is a failure leads to `Restore`, where it does not say otherwise. */
interface Ways {
  readonly next?: string;
  readonly wait?: string;
  readonly unchanged?: string;
  readonly failed?: string;
  /** Where a step leads whose attempts all failed. */
  readonly crashed?: string;
}

/**
 * The controller: take the lease, prepare the stack, set the parameters and update, follow, settle; whatever ends otherwise is
 * restored; the lease is given back last. Each step answers its outcome and a Choice reads it, because the names of errors
 * that a function throws are not to be relied on.
 *
 * @param handler ARN of the function
 * @param timeoutSeconds of a whole execution; each phase has a shorter limit of its own, after which it is restored
 */
export function controllerDefinition(handler: string, timeoutSeconds: number): Definition {
  const step = (name: string, asks: ControlStep, ways: Ways) => taskAndChoice(handler, name, asks, ways);
  return {
    Comment: 'the only writer of an endpoint: one change at a time, taken back where it is rolled back',
    QueryLanguage: 'JSONata',
    TimeoutSeconds: timeoutSeconds,
    StartAt: 'TakeLease',
    States: {
      ...step('TakeLease', CONTROL_STEP.takeLease, { next: 'PrepareStack', wait: 'WaitForLease', failed: 'Ended' }),
      ...pause('WaitForLease', 'TakeLease', CONTROL_TIMING.pollLease),
      ...step('PrepareStack', CONTROL_STEP.prepare, { next: 'UpdateEndpoint', wait: 'WaitForStack' }),
      ...pause('WaitForStack', 'PrepareStack'),
      ...step('UpdateEndpoint', CONTROL_STEP.apply, {
        next: 'WaitForUpdate',
        unchanged: 'SettleEndpoint',
        wait: 'WaitForStack',
      }),
      ...pause('WaitForUpdate', 'FollowUpdate', CONTROL_TIMING.pollUpdate),
      ...step('FollowUpdate', CONTROL_STEP.follow, { next: 'SettleEndpoint', wait: 'WaitForUpdate' }),
      ...step('SettleEndpoint', CONTROL_STEP.settle, { wait: 'WaitForEndpoint' }),
      ...pause('WaitForEndpoint', 'SettleEndpoint'),
      ...step('Restore', CONTROL_STEP.restore, { next: 'WaitForRestore', failed: 'Release', crashed: 'NotRestored' }),
      ...pause('WaitForRestore', 'FollowRestore', CONTROL_TIMING.pollUpdate),
      ...step('FollowRestore', CONTROL_STEP.follow, {
        next: 'Release',
        wait: 'WaitForRestore',
        failed: 'Release',
        crashed: 'Release',
      }),
      // A lease that is not given back is taken by whoever comes next, because its holder has ended.
      ...step('Release', CONTROL_STEP.release, { failed: 'Ended', crashed: 'Ended' }),
      ...ends(),
    },
  };
}

function taskAndChoice(handler: string, name: string, step: ControlStep, ways: Ways): States {
  const choice = `After${name}`;
  const first = step === CONTROL_STEP.takeLease;
  return {
    [name]: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: {
        FunctionName: handler,
        Payload: {
          step,
          execution: '{% $states.context.Execution.Id %}',
          startedAt: '{% $states.context.Execution.StartTime %}',
          // Waiting for the lease begins anew with what was asked.
          run: first ? '{% $states.context.Execution.Input %}' : '{% $states.input.run %}',
          ...(step === CONTROL_STEP.restore ? { crash: '{% $states.input.crash %}' } : {}),
        },
      },
      Output: { run: '{% $states.result.Payload %}', crash: NO_CRASH },
      TimeoutSeconds: CONTROL_TIMING.task,
      // Errors of a function have no names to tell them by: each may pass.
      Retry: [
        {
          ErrorEquals: ['States.ALL'],
          IntervalSeconds: CONTROL_TIMING.retry,
          BackoffRate: 2,
          MaxDelaySeconds: CONTROL_TIMING.retryMaximum,
          MaxAttempts: CONTROL_TIMING.retries,
        },
      ],
      Catch: [
        {
          ErrorEquals: ['States.ALL'],
          Output: {
            run: first ? '{% $states.context.Execution.Input %}' : '{% $states.input.run %}',
            crash: '{% $states.errorOutput.Error %}',
          },
          Next: ways.crashed ?? 'Restore',
        },
      ],
      Next: choice,
    },
    [choice]: { Type: 'Choice', Choices: choicesOf(ways), Default: 'Unexpected' },
  };
}

function choicesOf({ next, wait, unchanged, failed = 'Restore' }: Ways): object[] {
  const outcomes: [ControlOutcome, string | undefined][] = [
    [CONTROL_OUTCOME.next, next],
    [CONTROL_OUTCOME.wait, wait],
    [CONTROL_OUTCOME.unchanged, unchanged],
  ];
  return [
    ...outcomes.flatMap(([outcome, to]) =>
      to === undefined ? [] : [{ Condition: `{% $states.input.run.outcome = '${outcome}' %}`, Next: to }],
    ),
    ...(failed === 'Restore'
      ? [
          {
            Condition: `{% $states.input.run.outcome = '${CONTROL_OUTCOME.ended}' and $states.input.run.ending.error = 'none' %}`,
            Next: 'Release',
          },
        ]
      : []),
    { Condition: `{% $states.input.run.outcome = '${CONTROL_OUTCOME.ended}' %}`, Next: failed },
  ];
}

function pause(name: string, next: string, seconds: number = CONTROL_TIMING.poll): States {
  return { [name]: { Type: 'Wait', Seconds: seconds, Next: next } };
}

/** One last state for each way in which it can fail, so that the graph shows it, and its error's name is a constant. */
function ends(): States {
  const errors = Object.entries(CONTROL_ERROR).filter(([, error]) => error !== CONTROL_ERROR.notRestored);
  const failing = errors.map(([id, error]) => [nameOf(id), error] as const);
  return {
    Ended: {
      Type: 'Choice',
      Choices: [
        { Condition: "{% $states.input.run.ending.error = 'none' %}", Next: 'Done' },
        ...failing.map(([name, error]) => ({
          Condition: `{% $states.input.run.ending.error = '${error}' %}`,
          Next: name,
        })),
      ],
      Default: 'Unexpected',
    },
    // No Succeed state: the emulator of the rehearsal does not evaluate its output.
    Done: { Type: 'Pass', Output: '{% $states.input.run.ending.result %}', End: true },
    ...Object.fromEntries(
      failing.map(([name, error]) => [
        name,
        { Type: 'Fail', Error: error, Cause: '{% $states.input.run.ending.text %}' },
      ]),
    ),
    NotRestored: {
      Type: 'Fail',
      Error: CONTROL_ERROR.notRestored,
      Cause: 'a step failed, and what was changed could not be restored; whoever changes the endpoint next restores it',
    },
    Unexpected: {
      Type: 'Fail',
      Error: CONTROL_ERROR.controlFailed,
      Cause: 'a step answered what the state machine does not know; deploy the stage again',
    },
  };
}

/** `rolledBack` as the name of a state. */
function nameOf(id: string): string {
  return `${id.slice(0, 1).toUpperCase()}${id.slice(1)}`;
}
