import {
  DATA_ERROR,
  DATA_OUTCOME,
  DATA_STEP,
  DATA_TIMING,
  type DataOutcome,
  type DataStep,
} from '../../protocol/data-pipeline';
import { DATASET_EVENT } from '../../protocol/dataset';
import {
  again,
  handedOver,
  JSONATA,
  LEASE_RETRY,
  type PipelineParts,
  STEP_RETRY,
  type States,
  settle,
} from './data-pipeline-rounds';

/** A state machine in the Amazon States Language. */
export interface PipelineDefinition {
  readonly Comment: string;
  readonly TimeoutSeconds: number;
  readonly StartAt: string;
  readonly States: Readonly<Record<string, object>>;
}

type Ways = Readonly<Partial<Record<DataOutcome, string>>>;

/**
 * Many workers start at once: what Lambda refuses is asked for again with jitter, after at most 2, 4, 8, 16, 32, 60, 60 and 60 s, four
 * minutes together, in which a fleet of workers that take seconds each has moved on. Whatever else fails is tried three times more,
 * after 5, 10 and 20 s: with 4 attempts that all run into the time-out a worker ends after 4 x 910 + 35 = 3,675 s.
 */
const WORKER_RETRY = [
  {
    ErrorEquals: ['Lambda.TooManyRequestsException', 'Lambda.ServiceException', 'Lambda.SdkClientException'],
    IntervalSeconds: 2,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    JitterStrategy: 'FULL',
    MaxAttempts: 8,
  },
  { ErrorEquals: ['States.ALL'], IntervalSeconds: 5, BackoffRate: 2, MaxAttempts: 3 },
];

/**
 * The pipeline: take the lease, list what is new, check each shard, add up, find duplicates, split, judge, publish, tell, end. Each step
 * answers its outcome and a Choice reads it. What fails leads to `KeepEvidence`, and every way but that of a run which may not begin
 * leads to `EndRun`, which gives the lease back; nothing is in the immutable part of the bucket before `PublishVersion`.
 */
export function pipelineDefinition(parts: PipelineParts): PipelineDefinition {
  const step = (name: string, asks: DataStep, ways: Ways, crashed?: string) =>
    taskAndChoice(parts.steps, name, asks, ways, crashed);
  const map = (name: string, label: string, worker: string, list: string, next: string) =>
    distributedMap(parts, name, label, worker, list, next);
  const begun = parts.settleSeconds === undefined ? 'PlanRun' : 'IsArrival';
  return {
    Comment: 'makes dataset versions: one run at a time, nothing lost, nothing published before the gate',
    TimeoutSeconds: parts.timeoutSeconds,
    StartAt: 'IsHandedOver',
    States: {
      ...handedOver(),
      ...step('TakeLease', DATA_STEP.begin, { next: begun, left: 'Left' }),
      ...settle(parts.settleSeconds),
      ...step('PlanRun', DATA_STEP.plan, {
        next: 'CheckShards',
        nothing: 'EndRun',
        refused: 'EndRun',
        // Taken up after its version became the latest: only the rest is left to do.
        published: 'PublishVersion',
      }),
      ...map('CheckShards', 'check', parts.checkData, '$.run.shardList', 'MergeChecks'),
      ...step('MergeChecks', DATA_STEP.merge, { next: 'MatchKeys' }),
      ...map('MatchKeys', 'match', parts.matchKeys, '$.run.partitionList', 'SplitRows'),
      ...map('SplitRows', 'split', parts.splitData, '$.run.partitionList', 'JudgeRun'),
      ...step('JudgeRun', DATA_STEP.judge, { next: 'PublishVersion', refused: 'EndRun' }),
      ...step('PublishVersion', DATA_STEP.publish, { published: 'TellOthers', unchanged: 'EndRun', failed: 'EndRun' }),
      ...tellOthers(),
      ...step('KeepEvidence', DATA_STEP.fail, { failed: 'EndRun' }, 'NotEnded'),
      ...step('EndRun', DATA_STEP.end, { ended: 'HowItEnded', failed: 'HowItEnded', again: 'IsLong' }, 'NotEnded'),
      ...again(parts),
      ...ends(),
    },
  };
}

function taskAndChoice(handler: string, name: string, step: DataStep, ways: Ways, crashed = 'KeepEvidence'): States {
  const choice = `After${name}`;
  return {
    [name]: {
      Type: 'Task',
      ...JSONATA,
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: handler, Payload: payloadOf(step) },
      Output: { run: '{% $states.result.Payload %}' },
      TimeoutSeconds: DATA_TIMING.task,
      Retry: step === DATA_STEP.begin ? LEASE_RETRY : STEP_RETRY,
      Catch: [
        {
          ErrorEquals: ['States.ALL'],
          Output: `{% $merge([${runOf(step)}, {'caught': {'Error': $states.errorOutput.Error}}]) %}`,
          Next: crashed,
        },
      ],
      Next: choice,
    },
    [choice]: {
      Type: 'Choice',
      ...JSONATA,
      Choices: Object.entries(ways).map(([outcome, to]) => ({
        Condition: `{% $states.input.run.outcome = '${DATA_OUTCOME[outcome as DataOutcome]}' %}`,
        Next: to,
      })),
      Default: 'Unexpected',
    },
  };
}

/** While the lease is not taken, there is no run that could fail: one that stands in the input has ended. */
function runOf(step: DataStep): string {
  return step === DATA_STEP.begin ? '{}' : RUN_IF_ANY;
}

/** The input of an execution is whatever its caller gave; what is missing in an expression is an error of it. */
const RUN_IF_ANY = "$exists($states.input.run) ? {'run': $states.input.run} : {}";

function payloadOf(step: DataStep): string {
  const always = `{'step': '${step}', 'execution': $states.context.Execution.Id, 'startedAt': $states.context.Execution.StartTime}`;
  // Before the lease is taken there is no run, whatever the input says.
  if (step === DATA_STEP.begin) return `{% ${always} %}`;
  if (step !== DATA_STEP.fail) return `{% $merge([${always}, {'run': $states.input.run}]) %}`;
  return `{% $merge([${always}, ${RUN_IF_ANY}, {'crash': $states.input.caught.Error}]) %}`;
}

/**
 * One worker for each line of a list in the bucket. In JSONPath: its reader takes the key of the list from the input in either
 * language, but the emulator of the rehearsal evaluates it in this one only. Results are written to the bucket, where those of failed
 * workers are evidence, so that a state holds names and counts however many workers there are.
 */
function distributedMap(
  { bucket, maxConcurrency }: PipelineParts,
  name: string,
  label: string,
  worker: string,
  list: string,
  next: string,
): States {
  return {
    [name]: {
      Type: 'Map',
      Label: label,
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'JSONL' },
        Parameters: { Bucket: bucket, 'Key.$': list },
      },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: `${name}Worker`,
        States: {
          [`${name}Worker`]: {
            Type: 'Task',
            ...JSONATA,
            Resource: 'arn:aws:states:::lambda:invoke',
            Arguments: { FunctionName: worker, Payload: '{% $states.input %}' },
            // What it found is in the bucket.
            Output: {},
            TimeoutSeconds: DATA_TIMING.task,
            Retry: WORKER_RETRY,
            End: true,
          },
        },
      },
      MaxConcurrency: maxConcurrency,
      // A row that no worker saw would be a row lost.
      ToleratedFailurePercentage: 0,
      ResultWriter: {
        Resource: 'arn:aws:states:::s3:putObject',
        Parameters: { Bucket: bucket, 'Prefix.$': `States.Format('runs/{}/maps/${label}', $.run.run)` },
      },
      ResultPath: null,
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.caught', Next: 'KeepEvidence' }],
      Next: next,
    },
  };
}

/** A version that others were not told of is told of by the next run, which publishes the same one: the run is not ended before. */
function tellOthers(): States {
  return {
    TellOthers: {
      Type: 'Task',
      ...JSONATA,
      Resource: 'arn:aws:states:::events:putEvents',
      Arguments: {
        Entries: [
          {
            EventBusName: 'default',
            Source: DATASET_EVENT.source,
            DetailType: DATASET_EVENT.published,
            Detail: '{% $states.input.run.published %}',
          },
        ],
      },
      Output: '{% $states.input %}',
      TimeoutSeconds: 60,
      Retry: STEP_RETRY,
      Catch: [
        {
          ErrorEquals: ['States.ALL'],
          Output: "{% {'run': $states.input.run, 'caught': {'Error': $states.errorOutput.Error}} %}",
          Next: 'KeepEvidence',
        },
      ],
      Next: 'EndRun',
    },
  };
}

function ends(): States {
  const endings = (name: string, endings: readonly string[]) => ({
    Condition: `{% $states.input.run.ending in [${endings.map((ending) => `'${ending}'`).join(', ')}] %}`,
    Next: name,
  });
  return {
    HowItEnded: {
      Type: 'Choice',
      ...JSONATA,
      Choices: [
        endings('Done', ['published', 'unchanged', 'left']),
        endings('GateFailed', ['gate-failed']),
        endings('RunFailed', ['failed']),
      ],
      Default: 'Unexpected',
    },
    // No Succeed states: the emulator of the rehearsal does not evaluate their output.
    Left: { Type: 'Pass', ...JSONATA, Output: '{% $states.input.run %}', End: true },
    Done: { Type: 'Pass', ...JSONATA, Output: '{% $states.input.run %}', End: true },
    GateFailed: {
      Type: 'Fail',
      ...JSONATA,
      Error: DATA_ERROR.gateFailed,
      Cause: "{% 'the gate of run ' & $states.input.run.run & ' did not pass; its item in the catalogue says why' %}",
    },
    RunFailed: {
      Type: 'Fail',
      ...JSONATA,
      Error: DATA_ERROR.runFailed,
      Cause: "{% 'a step of run ' & $states.input.run.run & ' failed; its item in the catalogue says which' %}",
    },
    NotEnded: {
      Type: 'Fail',
      ...JSONATA,
      Error: DATA_ERROR.notEnded,
      Cause: 'a step failed, and its run could not be ended; the next run takes over',
    },
    Unexpected: {
      Type: 'Fail',
      ...JSONATA,
      Error: DATA_ERROR.notEnded,
      Cause: 'a step answered what the state machine does not know; deploy the pipeline again',
    },
  };
}
