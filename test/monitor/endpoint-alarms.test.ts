import { describe, expect, it } from 'vitest';
import { type EndpointKind, synthesizedEndpointStages } from '../endpoint-stages';
import { resourcesOf, type SynthesizedStage, synthesizedStages } from '../support';

const OF_ENDPOINTS = ['backend-throttled', 'backend-stopped', 'model-errors', 'connections-lost'];
const OF_DEFERRED = ['deferred-failures', 'deferred-lost', 'deferred-dead-letters'];

function stageOf(kind: EndpointKind): SynthesizedStage {
  const stage = synthesizedEndpointStages().find(({ name }) => name === kind);
  if (stage === undefined) throw new Error(`there is no stage ${kind}`);
  return stage;
}

function alarmsOf(stage: SynthesizedStage): Map<string, Readonly<Record<string, unknown>>> {
  return new Map(
    resourcesOf(stage.templates.operate, 'AWS::CloudWatch::Alarm').map(([, { Properties = {} }]) => [
      String(Properties.AlarmName).replace(`${stage.model.deployment}-`, ''),
      Properties,
    ]),
  );
}

describe('alarms of an endpoint', () => {
  const ofLambda = [...alarmsOf(synthesizedStages()[1] ?? stageOf('real-time')).keys()];

  it.each([
    ['real-time', OF_ENDPOINTS],
    ['serverless', [...OF_ENDPOINTS, 'backend-not-ready']],
    ['sleeping', [...OF_ENDPOINTS, 'backend-asleep', ...OF_DEFERRED, 'waiting-unattended']],
    ['asynchronous', [...OF_ENDPOINTS, ...OF_DEFERRED]],
  ] as const)('that is %s are those of what it can do', (kind, expected) => {
    const own = [...alarmsOf(stageOf(kind)).keys()]
      .filter((id) => !ofLambda.includes(id))
      // Of what changes and watches it, whatever it can do.
      .filter((id) => !id.startsWith('endpoint-'));
    expect(own.sort()).toEqual([...expected].sort());
  });

  it('are in no stage with a Lambda backend', () => {
    for (const stage of synthesizedStages()) {
      const ids = [...alarmsOf(stage).keys()];
      for (const id of [...OF_ENDPOINTS, 'backend-asleep', 'backend-not-ready', ...OF_DEFERRED])
        expect(ids).not.toContain(id);
    }
  });

  it('of a fleet that sleeps fire only when it was asked for and slept for twenty minutes', () => {
    expect(alarmsOf(stageOf('sleeping')).get('backend-asleep')).toMatchObject({
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 4,
      DatapointsToAlarm: 4,
      TreatMissingData: 'notBreaching',
    });
  });

  it('of the waiting room look at its own queues', () => {
    const alarms = alarmsOf(stageOf('sleeping'));
    expect(alarms.get('waiting-unattended')).toMatchObject({
      MetricName: 'ApproximateAgeOfOldestMessage',
      Dimensions: [{ Name: 'QueueName', Value: 'spam-filter-sleeping-waiting' }],
      Statistic: 'Maximum',
      Threshold: 600,
    });
    expect(alarms.get('deferred-dead-letters')).toMatchObject({
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: 'spam-filter-sleeping-waiting-failed' }],
    });
    expect(alarmsOf(stageOf('asynchronous')).get('deferred-dead-letters')).toMatchObject({
      Dimensions: [{ Name: 'QueueName', Value: 'spam-filter-asynchronous-async-failed' }],
    });
  });
});
