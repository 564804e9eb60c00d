import { describe, expect, it } from 'vitest';
import { SsmParameterStore } from '../../lambdas/endpoint-parameters/io/parameter-store';
import { ask } from '../../lambdas/endpoint-watch/io/controller';
import { readDesired } from '../../lambdas/endpoint-watch/io/desired';
import { requestsSince } from '../../lambdas/endpoint-watch/io/requests';
import type { EndpointWatchConfig } from '../../protocol/handler-config';

/** An SDK client that answers in this order, the last again and again, and keeps what it was sent. */
function clientOf(...replies: (object | Error)[]) {
  const sent: Record<string, unknown>[] = [];
  const send = async ({ input }: { readonly input: Record<string, unknown> }) => {
    sent.push(input);
    const reply = replies[Math.min(sent.length, replies.length) - 1] ?? {};
    if (reply instanceof Error) throw reply;
    return reply;
  };
  return { client: { send } as never, sent };
}

const named = (name: string) => Object.assign(new Error(name), { name });
const parameter = (Value: string, at: number) => ({ Parameter: { Value, LastModifiedDate: new Date(at) } });
const NAMES = { version: '/v', state: '/s' };

describe('what is desired', () => {
  it.each([
    ['v-1,s3://a/,none', 'running', true],
    ['v-1,s3://a/,none', 'stopped', false],
    ['none,none,none', 'running', false],
  ])('%s and %s: it runs is %s', async (version, state, runs) => {
    const { client } = clientOf(parameter(version, 5), parameter(state, 7));
    expect(await readDesired(client, NAMES)).toEqual({ runs, changedAt: 7 });
  });

  it('that nobody dated was changed now', async () => {
    const { client } = clientOf({ Parameter: { Value: 'running' } });
    expect((await readDesired(client, NAMES)).changedAt).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('requests', () => {
  const activity: EndpointWatchConfig['activity'] = [
    {
      namespace: 'AWS/SageMaker',
      metricName: 'Invocations',
      dimensions: { EndpointName: 'demo', VariantName: 'AllTraffic' },
    },
    { namespace: 'Slipway', metricName: 'Predictions', dimensions: { Deployment: 'demo' } },
  ];

  it('are added up over metrics and pages', async () => {
    const { client, sent } = clientOf(
      { MetricDataResults: [{ Values: [1, 2] }, { Values: [] }], NextToken: 'more' },
      { MetricDataResults: [{ Values: [4] }, {}] },
    );
    expect(await requestsSince(client, activity, 0, 3_600_000)).toBe(7);
    expect(sent).toHaveLength(2);
    expect(sent[0]).toMatchObject({
      StartTime: new Date(0),
      EndTime: new Date(3_600_000),
      MetricDataQueries: [
        {
          Id: 'requests0',
          MetricStat: {
            Stat: 'Sum',
            Metric: {
              Namespace: 'AWS/SageMaker',
              MetricName: 'Invocations',
              Dimensions: [
                { Name: 'EndpointName', Value: 'demo' },
                { Name: 'VariantName', Value: 'AllTraffic' },
              ],
            },
          },
        },
        { Id: 'requests1', MetricStat: { Metric: { Namespace: 'Slipway', MetricName: 'Predictions' } } },
      ],
    });
  });

  it('are none where nothing was counted', async () => {
    expect(await requestsSince(clientOf({}).client, activity, 0, 1)).toBe(0);
  });
});

describe('asking the controller', () => {
  const request = { action: 'stop', reason: 'r', requestedBy: 'endpoint-watch' } as const;

  it('twice by one name is asking once', async () => {
    await expect(ask(clientOf(named('ExecutionAlreadyExists')).client, 'arn', 'n', request)).resolves.toBeUndefined();
    await expect(ask(clientOf(named('AccessDeniedException')).client, 'arn', 'n', request)).rejects.toThrow();
  });

  it('hands the request on', async () => {
    const { client, sent } = clientOf({});
    await ask(client, 'arn', 'watch-1', request);
    expect(sent).toEqual([{ stateMachineArn: 'arn', name: 'watch-1', input: JSON.stringify(request) }]);
  });
});

describe('the parameters of an endpoint', () => {
  it('are created without overwriting, and one that exists is no failure', async () => {
    const { client, sent } = clientOf(named('ParameterAlreadyExists'));
    await new SsmParameterStore(client).create('/v', 'none,none,none', 'StringList');
    expect(sent[0]).toMatchObject({ Name: '/v', Value: 'none,none,none', Type: 'StringList' });
    expect(sent[0]).not.toHaveProperty('Overwrite');
    await expect(
      new SsmParameterStore(clientOf(named('ThrottlingException')).client).create('/v', 'x', 'String'),
    ).rejects.toThrow();
  });

  it('are as old as their oldest value, over all pages', async () => {
    const { client } = clientOf(
      { Parameters: [{ LastModifiedDate: new Date(9_000) }, { LastModifiedDate: new Date(5_000) }], NextToken: 'more' },
      { Parameters: [{ LastModifiedDate: new Date(7_000) }] },
    );
    expect(await new SsmParameterStore(client).oldestValueAt('/v')).toBe('1970-01-01T00:00:05.000Z');
    await expect(new SsmParameterStore(clientOf({}).client).oldestValueAt('/v')).rejects.toThrow('has no history');
  });

  it('that are gone already are deleted', async () => {
    await expect(
      new SsmParameterStore(clientOf(named('ParameterNotFound')).client).remove('/v'),
    ).resolves.toBeUndefined();
  });
});
