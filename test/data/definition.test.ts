import aslValidator from 'asl-validator';
import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { DATA_ERROR, DATA_OUTCOME, DATA_STEP, DATA_TIMING } from '../../protocol/data-pipeline';
import { definitionOf, templateWith } from './pipelines';

const definition = definitionOf(templateWith());
const { States } = definition;

interface MapState {
  readonly ItemReader: { readonly Parameters: unknown; readonly ReaderConfig: unknown };
  readonly ItemProcessor: {
    readonly ProcessorConfig: unknown;
    readonly States: Readonly<Record<string, { readonly [field: string]: unknown }>>;
  };
}

function ofType(type: string): string[] {
  return Object.keys(States).filter((name) => States[name]?.Type === type);
}

/** Where a state may lead. */
function waysOf(name: string): string[] {
  const {
    Next,
    Default,
    Choices = [],
    Catch = [],
  } = (States[name] ?? {}) as {
    Next?: string;
    Default?: string;
    Choices?: { Next: string }[];
    Catch?: { Next: string }[];
  };
  const further = [...Choices, ...Catch].map(({ Next: to }) => to);
  return [Next, Default, ...further].filter((to) => to !== undefined);
}

function reachedFrom(...start: string[]): Set<string> {
  const found = new Set(start);
  for (const name of found) for (const next of waysOf(name)) found.add(next);
  return found;
}

/** Conditions of a Choice and where they lead. */
function choicesOf(name: string): Readonly<Record<string, string>> {
  const { Choices = [] } = States[name] as unknown as { Choices?: { Condition: string; Next: string }[] };
  return Object.fromEntries(
    Choices.map(({ Condition, Next }) => [/outcome = '([a-z-]+)'/.exec(Condition)?.[1] ?? Condition, Next]),
  );
}

describe('the state machine of a data pipeline', () => {
  it('is valid', () => {
    const { isValid, errorsText } = aslValidator(structuredClone(definition));
    expect(isValid, errorsText('\n')).toBe(true);
  });

  it('asks for the steps in their order, with a worker for each shard and each partition between', () => {
    const order = [];
    for (let name: string | undefined = 'TakeLease'; name !== undefined && order.length < 30; ) {
      if (States[name]?.Type !== 'Choice') order.push(name);
      const ways = choicesOf(name);
      name = ways.next ?? ways.published ?? ways.ended ?? waysOf(name)[0];
    }
    expect(order.filter((name) => ['Task', 'Map'].includes(States[name]?.Type ?? ''))).toEqual([
      'TakeLease',
      'PlanRun',
      'CheckShards',
      'MergeChecks',
      'MatchKeys',
      'SplitRows',
      'JudgeRun',
      'PublishVersion',
      'TellOthers',
      'EndRun',
    ]);
  });

  it('asks for every step that there is, and knows every outcome', () => {
    const text = JSON.stringify(definition);
    for (const step of Object.values(DATA_STEP)) expect(text).toContain(`'step': '${step}'`);
    for (const outcome of Object.values(DATA_OUTCOME)) expect(text).toContain(`outcome = '${outcome}'`);
    for (const error of Object.values(DATA_ERROR)) expect(text).toContain(`"Error":"${error}"`);
  });

  it('asks for the lease again, each time after another pause, while many objects arrive at once', () => {
    const { Retry } = States.TakeLease as unknown as { Retry: readonly Record<string, unknown>[] };
    expect(Retry[0]).toMatchObject({
      ErrorEquals: expect.arrayContaining(['Lambda.TooManyRequestsException']),
      JitterStrategy: 'FULL',
      MaxAttempts: 20,
      MaxDelaySeconds: 60,
    });
    // What is no throttling is tried as in every other step.
    expect(Retry[1]).toMatchObject({ ErrorEquals: ['States.ALL'], MaxAttempts: 5 });
    expect(Retry).toHaveLength(2);
  });

  it('reaches every state, and every task has a time-out, repetitions and a way for what fails', () => {
    expect([...reachedFrom(definition.StartAt)].sort()).toEqual(Object.keys(States).sort());
    for (const name of ofType('Task')) {
      expect(States[name], name).toMatchObject({
        TimeoutSeconds: expect.any(Number),
        Retry: expect.arrayContaining([expect.objectContaining({ ErrorEquals: ['States.ALL'], MaxAttempts: 5 })]),
        Catch: [{ ErrorEquals: ['States.ALL'], Next: expect.stringMatching(/^(KeepEvidence|NotEnded)$/) }],
      });
    }
    for (const name of ofType('Map')) {
      expect(States[name], name).toMatchObject({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'KeepEvidence' }] });
    }
  });

  it('gives the lease back on every way after it was taken, but where that itself failed', () => {
    const withoutEnd = new Set(['PlanRun', 'KeepEvidence']);
    for (const name of withoutEnd) for (const next of waysOf(name)) if (next !== 'EndRun') withoutEnd.add(next);
    expect([...withoutEnd].filter((name) => waysOf(name).length === 0).sort()).toEqual(['NotEnded', 'Unexpected']);
  });

  it('publishes only after the gate, and nothing that is refused', () => {
    expect(choicesOf('AfterJudgeRun')).toEqual({ next: 'PublishVersion', refused: 'EndRun' });
    const leading = Object.keys(States).filter((name) => waysOf(name).includes('PublishVersion'));
    // The other one: a run that was interrupted after its version became the latest.
    expect(leading).toEqual(['AfterPlanRun', 'AfterJudgeRun']);
    expect(choicesOf('AfterPlanRun')).toMatchObject({
      published: 'PublishVersion',
      nothing: 'EndRun',
      refused: 'EndRun',
    });
  });

  it('leaves where another run works, and begins again where more arrived', () => {
    expect(choicesOf('AfterTakeLease').left).toBe('Left');
    expect(choicesOf('AfterEndRun')).toEqual({ ended: 'HowItEnded', failed: 'HowItEnded', again: 'IsLong' });
    expect(waysOf('IsLong').sort()).toEqual(['HandOver', 'TakeLease']);
    expect(States.HandOver).toMatchObject({
      Resource: 'arn:aws:states:::states:startExecution',
      Arguments: { Input: { handedOver: true } },
    });
    // Before it takes the lease, which its predecessor holds until it has ended.
    expect(States.LetPredecessorEnd).toMatchObject({ Type: 'Wait', Next: 'TakeLease' });
  });

  it('tells how a run ended: green where it is well, red where somebody must look', () => {
    const { Choices } = States.HowItEnded as unknown as { Choices: { Condition: string; Next: string }[] };
    expect(Choices.map(({ Condition, Next }) => [Next, Condition])).toEqual([
      ['Done', "{% $states.input.run.ending in ['published', 'unchanged', 'left'] %}"],
      ['GateFailed', "{% $states.input.run.ending in ['gate-failed'] %}"],
      ['RunFailed', "{% $states.input.run.ending in ['failed'] %}"],
    ]);
    expect(ofType('Fail').sort()).toEqual(['GateFailed', 'NotEnded', 'RunFailed', 'Unexpected']);
  });

  it('lets arrivals settle with the lease in its hand, and only these', () => {
    expect(choicesOf('AfterTakeLease').next).toBe('IsArrival');
    expect(States.IsArrival).toMatchObject({
      Choices: [{ Condition: '{% $states.context.Execution.Input.arrival = true %}', Next: 'LetSettle' }],
      Default: 'PlanRun',
    });
    expect(States.LetSettle).toMatchObject({ Seconds: 60, Next: 'PlanRun' });
    const slow = definitionOf(templateWith({ settleTime: Duration.minutes(5) }));
    expect(slow.States.LetSettle).toMatchObject({ Seconds: 300 });
    const scheduled = definitionOf(templateWith({ startOnArrival: false }));
    expect(scheduled.States).not.toHaveProperty('LetSettle');
  });

  it.each([
    ['CheckShards', 'PipelineCheckData', '$.run.shardList', 'check'],
    ['MatchKeys', 'PipelineMatchKeys', '$.run.partitionList', 'match'],
    ['SplitRows', 'PipelineSplitData', '$.run.partitionList', 'split'],
  ])('%s maps one worker to each line of a list, and keeps nothing of it in its state', (name, worker, list, label) => {
    const map = States[name] as unknown as MapState;
    expect(map).toMatchObject({
      Label: label,
      MaxConcurrency: 40,
      ToleratedFailurePercentage: 0,
      ResultPath: null,
      ItemReader: { ReaderConfig: { InputType: 'JSONL' }, Parameters: { 'Key.$': list } },
      ResultWriter: { Parameters: { 'Prefix.$': `States.Format('runs/{}/maps/${label}', $.run.run)` } },
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } },
    });
    const [task] = Object.values(map.ItemProcessor.States);
    expect(task).toMatchObject({
      QueryLanguage: 'JSONata',
      Arguments: { FunctionName: expect.stringContaining(worker), Payload: '{% $states.input %}' },
      Output: {},
      TimeoutSeconds: DATA_TIMING.task,
    });
  });

  it('is written in JSONata but for the maps, whose reader takes a key in JSONPath on the emulator too', () => {
    expect(definition).not.toHaveProperty('QueryLanguage');
    const others = Object.entries(States).filter(([, { QueryLanguage }]) => QueryLanguage !== 'JSONata');
    expect(others.map(([name]) => name)).toEqual(ofType('Map'));
  });

  it('begins a run without one: what stands in the input of an execution is never taken for it', () => {
    const { Arguments, Catch } = States.TakeLease as unknown as { Arguments: { Payload: string }; Catch: object[] };
    expect(Arguments.Payload).not.toContain('input');
    expect(JSON.stringify(Catch)).not.toContain('$states.input');
  });

  it('ends in time: a worker and a step that need all their attempts fit into the shortest time that it can be given', () => {
    // Sums of the comments: a worker 3,675 s at most, a step 5,520 s; the default leaves room for both.
    const worker = 4 * DATA_TIMING.task + 5 + 10 + 20;
    const step = 6 * DATA_TIMING.task + 2 + 4 + 8 + 16 + 30;
    expect([worker, step]).toEqual([3_675, 5_520]);
    expect(definition.TimeoutSeconds).toBe(6 * 3_600);
    expect(worker + step).toBeLessThan(definition.TimeoutSeconds);
    expect(definitionOf(templateWith({ timeout: Duration.hours(1) })).TimeoutSeconds).toBe(3_600);
  });

  it('has no more events than an execution may have, however often more arrives within its hour', () => {
    const condition = JSON.stringify(States.IsLong);
    expect(condition).toContain('< 3600000');
    // A round lasts a settle time of 10 s at least, or finds nothing. Of a task 5 events, of a choice 2, of a map 6, of a wait 2.
    const events = (type: string, each: number) => ofType(type).length * each;
    const round = events('Task', 5) + events('Choice', 2) + events('Map', 6) + events('Wait', 2);
    expect(round).toBeLessThan(130);
    expect((3_600 / 25) * round).toBeLessThan(25_000 * 0.8);
  });
});
