import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientConfig } from '../../rehearsal/aws';
import { StageAlarms } from '../../rehearsal/observe/alarms';
import { CONTRACT_METADATA, FACTS_METADATA } from '../../rehearsal/stage/facts';
import { StageTemplates } from '../../rehearsal/stage/templates';
import { REHEARSAL_STACK } from '../../rehearsal/stand-ins/stand-in-types';
import { MetricStore } from '../../rehearsal/watch/metric-store';
import { Loopback } from '../loopback';
import { scratchFolders } from './scratch';

const newFolder = scratchFolders();
const DEPLOYED = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;
const NAME = 'spam-filter-pilot-silence';

let cloudWatch: Loopback;
beforeEach(async () => {
  cloudWatch = await Loopback.start();
  cloudWatch.reply = () => ({ status: 200, body: { MetricAlarms: ALARMS } });
});
afterEach(() => cloudWatch.stop());

const ALARMS = [
  {
    AlarmName: NAME,
    AlarmActions: ['arn:aws:sns:eu-west-1:000000000000:night', 'arn:aws:ssm:eu-west-1:000000000000:opsitem:1'],
  },
];

/** Fires where nothing was counted for 20 minutes. */
const SILENCE = {
  AlarmName: NAME,
  AlarmDescription: '[high] No prediction was made. Runbook: docs/runbook.md#silence',
  Namespace: 'Slipway',
  MetricName: 'Predictions',
  Statistic: 'Sum',
  Period: 300,
  EvaluationPeriods: 4,
  Threshold: 1,
  ComparisonOperator: 'LessThanThreshold',
  TreatMissingData: 'breaching',
};

/** The same said with metric math. */
const { Namespace, MetricName, Statistic, Period, ...REST } = SILENCE;
const SILENCE_OF_MATH = {
  ...REST,
  Metrics: [
    { Id: 'all', Expression: 'm * 1', ReturnData: true },
    { Id: 'm', ReturnData: false, MetricStat: { Metric: { Namespace, MetricName }, Period, Stat: Statistic } },
  ],
};

/** A rehearsed stage with one alarm. */
function stageWith(alarm: object): StageAlarms {
  const folder = newFolder();
  const assembly = (path: string, artifacts: object, templates: Readonly<Record<string, object>>) => {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'manifest.json'), JSON.stringify({ artifacts }));
    for (const [id, template] of Object.entries(templates)) {
      writeFileSync(join(path, `${id}.template.json`), JSON.stringify(template));
    }
  };
  const stack = { type: 'aws:cloudformation:stack' };
  assembly(
    folder,
    { [REHEARSAL_STACK]: stack, 'assembly-pilot': { type: 'cdk:cloud-assembly' } },
    { [REHEARSAL_STACK]: { Resources: {}, Metadata: { [FACTS_METADATA]: { stage: 'pilot' } } } },
  );
  assembly(
    join(folder, 'assembly-pilot'),
    { operate: stack },
    {
      operate: {
        Resources: {
          Silence: { Type: 'AWS::CloudWatch::Alarm', Properties: alarm },
          Predict: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'spam-filter-pilot-predict' } },
        },
        Metadata: { [CONTRACT_METADATA]: [{ clause: 'availability', logicalId: 'Silence' }] },
      },
    },
  );
  return new StageAlarms(clientConfig(cloudWatch.url, 'eu-west-1'), new StageTemplates(folder), DEPLOYED);
}

/** States that were set in the emulator. */
function statesSet(): string[] {
  return cloudWatch.received.flatMap(({ body }) => /StateValue\W+(OK|ALARM|INSUFFICIENT_DATA)/.exec(body)?.[1] ?? []);
}

function predictionsAt(...times: readonly number[]): MetricStore {
  const store = new MetricStore();
  for (const timestamp of times) {
    store.add({ namespace: 'Slipway', name: 'Predictions', dimensions: {}, timestamp, value: 1 });
  }
  return store;
}

describe('an alarm on silence', () => {
  it.each([
    ['of one metric', SILENCE],
    ['of metric math', SILENCE_OF_MATH],
  ])('%s waits on a stage that is younger than what it looks back on', async (_, alarm) => {
    const [report] = await stageWith(alarm).evaluate(new MetricStore(), DEPLOYED + 2 * MINUTE);
    expect(report).toMatchObject({
      state: 'INSUFFICIENT_DATA',
      reason: 'no data yet: the stage is 120 s old, the alarm looks back on 1200 s',
    });
    expect(statesSet()).toEqual(['INSUFFICIENT_DATA']);
  });

  it.each([
    ['of one metric', SILENCE],
    ['of metric math', SILENCE_OF_MATH],
  ])('%s fires on a stage that is as old', async (_, alarm) => {
    const [report] = await stageWith(alarm).evaluate(new MetricStore(), DEPLOYED + 20 * MINUTE);
    expect(report?.state).toBe('ALARM');
    expect(statesSet()).toEqual(['ALARM']);
  });

  it('fires on a young stage too where data says so', async () => {
    const store = new MetricStore();
    store.add({ namespace: 'Slipway', name: 'Predictions', dimensions: {}, timestamp: DEPLOYED + 1, value: 0 });
    const [report] = await stageWith(SILENCE).evaluate(store, DEPLOYED + 2 * MINUTE);
    expect(report?.state).toBe('ALARM');
  });
});

describe('the alarms of a stage', () => {
  it('are reported with what their declaration says and where they go', async () => {
    const [report] = await stageWith(SILENCE).evaluate(predictionsAt(DEPLOYED), DEPLOYED + MINUTE);
    expect(report).toMatchObject({
      name: NAME,
      severity: 'high',
      clause: 'availability',
      runbook: 'docs/runbook.md#silence',
      actions: ['SNS topic', 'OpsCenter'],
      // Three of the four periods are missing and breach; one does not.
      state: 'OK',
    });
  });

  it('whose text is joined by CloudFormation are read all the same', async () => {
    const AlarmDescription = {
      'Fn::Join': ['', ['[low] Nothing in ', { Ref: 'AWS::Region' }, '. Runbook: docs/runbook.md#silence']],
    };
    const [report] = await stageWith({ ...SILENCE, AlarmDescription }).evaluate(new MetricStore(), DEPLOYED);
    expect(report).toMatchObject({ severity: 'low', runbook: 'docs/runbook.md#silence' });
  });

  it('are set in the emulator when they change, and only then', async () => {
    const alarms = stageWith(SILENCE);
    const store = predictionsAt(DEPLOYED);
    for (const minutes of [1, 2, 40, 41]) await alarms.evaluate(store, DEPLOYED + minutes * MINUTE);
    expect(statesSet()).toEqual(['OK', 'ALARM']);
  });

  it.each<[string, object, string[]]>([
    ['the very metric', { Dimensions: [] }, []],
    ['a dimension too many', { Dimensions: [{ Name: 'Endpoint', Value: 'x' }] }, ['Slipway Predictions of Endpoint=x']],
    ['another name', { MetricName: 'Prediction' }, ['Slipway Prediction of no dimension']],
  ])('that read %s say what nothing emitted', async (_, change, unseen) => {
    const [report] = await stageWith({ ...SILENCE, ...change }).evaluate(predictionsAt(DEPLOYED), DEPLOYED + MINUTE);
    expect(report?.unseen).toEqual(unseen);
  });

  it.each<[string, string, string[]]>([
    ['which the emulator does not count, may be silent', 'spam-filter-pilot-predict', []],
    ['that is not deployed may not', 'predict', ['AWS/Lambda Errors of FunctionName=predict']],
  ])('on a function %s', async (_, name, unseen) => {
    const alarm = {
      ...SILENCE,
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: name }],
    };
    const [report] = await stageWith(alarm).evaluate(new MetricStore(), DEPLOYED);
    expect(report?.unseen).toEqual(unseen);
  });

  it('say so of each metric of a formula', async () => {
    const [report] = await stageWith(SILENCE_OF_MATH).evaluate(new MetricStore(), DEPLOYED);
    expect(report?.unseen).toEqual(['Slipway Predictions of no dimension']);
  });

  it('that cannot be evaluated are reported as such, never as OK', async () => {
    const [report] = await stageWith({ ...SILENCE, ThresholdMetricId: 'band' }).evaluate(new MetricStore(), DEPLOYED);
    expect(report).toMatchObject({ state: 'NOT_EVALUATED' });
    expect(statesSet()).toEqual([]);
  });
});
