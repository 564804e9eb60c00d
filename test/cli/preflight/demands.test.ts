import { describe, expect, it } from 'vitest';
import { demandsOf } from '../../../cli/preflight/demands';
import {
  configAlone,
  count,
  endpoint,
  endpointAlone,
  GPU,
  neededOf,
  percent,
  type Resources,
  rolling,
  SUBSTITUTED,
  target,
  templateOf,
  variant,
  without,
} from './templates';

type Parts = readonly Resources[];

const canary = { BlueGreenUpdatePolicy: { TrafficRoutingConfiguration: { Type: 'CANARY' } } };
const four = variant({ InitialInstanceCount: 4 });
const pools = (...types: string[]) =>
  without(
    variant({ InstancePools: types.map((InstanceType, index) => ({ InstanceType, Priority: index + 1 })) }),
    'InstanceType',
  );
/** A variant on which components run. */
const host = (changes: Readonly<Record<string, unknown>> = {}) => without(variant(changes), 'ModelName');

describe('the instances that a stage needs at most', () => {
  it.each<[string, number, Parts]>([
    ['twice the fleet without a policy, as an update is blue/green then', 8, [endpoint([four])]],
    ['twice the fleet with a canary', 8, [endpoint([four], { deploymentConfig: canary })]],
    [
      'twice the fleet with rollback alarms alone',
      8,
      [endpoint([four], { deploymentConfig: { AutoRollbackConfiguration: { Alarms: [] } } })],
    ],
    [
      'the fleet and a batch with a rolling update by share',
      5,
      [endpoint([four], { deploymentConfig: rolling(percent(25)) })],
    ],
    ['a share rounded up', 6, [endpoint([four], { deploymentConfig: rolling(percent(26)) })]],
    ['a batch of one instance at least', 2, [endpoint([variant()], { deploymentConfig: rolling(percent(5)) })]],
    [
      'the fleet and a batch with a rolling update by count',
      7,
      [endpoint([four], { deploymentConfig: rolling(count(3)) })],
    ],
    ['a batch of no more than there is', 8, [endpoint([four], { deploymentConfig: rolling(count(9)) })]],
    ['the maximum of autoscaling, not what it starts with', 12, [endpoint([variant()]), target(6)]],
    [
      'the maximum of autoscaling of that variant alone',
      14,
      [endpoint([variant(), variant({ VariantName: 'Other' })]), target(6)],
    ],
    ['what it starts with where that is more', 8, [endpoint([four]), target(2)]],
    [
      'the maximum of a scheduled action where that is more',
      20,
      [endpoint([variant()]), target(6, { ScheduledActions: [{ ScalableTargetAction: { MaxCapacity: 10 } }] })],
    ],
    ['a number that is written as a text', 12, [endpoint([variant({ InitialInstanceCount: '1' })]), target('6')]],
    [
      'a target that finds its endpoint by an attribute',
      12,
      [
        endpoint([variant()], { name: null }),
        target(6, {
          ResourceId: {
            'Fn::Join': ['', ['endpoint/', { 'Fn::GetAtt': ['Endpoint', 'EndpointName'] }, '/variant/AllTraffic']],
          },
        }),
      ],
    ],
    [
      'a target that finds its endpoint in a text',
      12,
      [endpoint([variant()]), target(6, { ResourceId: { 'Fn::Sub': SUBSTITUTED } })],
    ],
    [
      'the maximum of managed scaling',
      12,
      [
        endpoint([
          variant({ ManagedInstanceScaling: { Status: 'ENABLED', MinInstanceCount: 0, MaxInstanceCount: 6 } }),
        ]),
      ],
    ],
    [
      'no maximum of managed scaling that is disabled',
      2,
      [endpoint([variant({ ManagedInstanceScaling: { Status: 'DISABLED', MaxInstanceCount: 6 } })])],
    ],
    [
      'no double fleet for inference components, which roll within the managed maximum',
      6,
      [endpoint([host({ ManagedInstanceScaling: { Status: 'ENABLED', MinInstanceCount: 0, MaxInstanceCount: 6 } })])],
    ],
    [
      'no instances for copies of a component',
      6,
      [
        endpoint([host({ ManagedInstanceScaling: { Status: 'ENABLED', MaxInstanceCount: 6 } })]),
        target(40, {
          ResourceId: 'inference-component/x',
          ScalableDimension: 'sagemaker:inference-component:DesiredCopyCount',
        }),
      ],
    ],
    [
      'a shadow variant like any other',
      10,
      [endpoint([four], { config: { ShadowProductionVariants: [variant({ VariantName: 'Shadow' })] } })],
    ],
    ['the sum over variants', 10, [endpoint([four, variant({ VariantName: 'Other' })])]],
    ['the sum over endpoints', 10, [endpoint([four]), endpoint([variant()], { id: 'Other', name: 'other' })]],
    ['nothing for a config that no endpoint has', 2, [endpoint([variant()]), configAlone([four], { id: 'Idle' })]],
  ])('are %s', (_, atLeast, parts) => {
    expect(neededOf(...parts)).toMatchObject({ atLeast, open: [] });
  });

  it.each<[string, number, unknown]>([
    ['with blue/green what the update needed', 8, canary],
    ['without a batch size for it the whole old fleet beside the new one', 8, rolling(percent(25))],
    [
      'with a batch size for it no more than the update',
      5,
      rolling(percent(25), { RollbackMaximumBatchSize: percent(25) }),
    ],
    ['the larger one of both batches', 7, rolling(percent(25), { RollbackMaximumBatchSize: count(3) })],
    ['never less than the update', 6, rolling(percent(50), { RollbackMaximumBatchSize: percent(25) })],
  ])('of a rollback are %s', (_, rollback, deploymentConfig) => {
    expect(neededOf(endpoint([four], { deploymentConfig }))).toMatchObject({ rollback, open: [] });
  });

  it('are counted in each pool as a whole, in the order of priority', () => {
    const { instances } = demandsOf([
      templateOf(
        endpoint([
          {
            ...pools('ml.g6.xlarge', GPU),
            InitialInstanceCount: 2,
            InstancePools: [
              { InstanceType: 'ml.g6.xlarge', Priority: 2 },
              { InstanceType: GPU, Priority: 1 },
            ],
          },
        ]),
      ),
    ]);
    expect(instances.map(({ instanceType, atLeast, fleets }) => [instanceType, atLeast, fleets[0]?.fallback])).toEqual([
      [GPU, 4, false],
      ['ml.g6.xlarge', 4, true],
    ]);
  });

  it('are one demand a type over endpoints, with where each comes from', () => {
    const { instances } = demandsOf([
      templateOf(endpoint([four]), target(6)),
      templateOf(endpoint([variant({ InstanceType: 'ml.c7i.large' })], { name: 'other' })),
    ]);
    expect(instances).toMatchObject([
      { instanceType: 'ml.c7i.large', atLeast: 2 },
      {
        instanceType: GPU,
        atLeast: 12,
        fleets: [
          {
            endpoint: 'spam-filter-pilot',
            variant: 'AllTraffic',
            most: 6,
            mostHow: 'maximum of autoscaling',
            extra: 6,
            extraHow: 'without a policy an update is blue/green',
          },
        ],
      },
    ]);
  });
});

describe('conditions of a template', () => {
  it('hide nothing: a stopped endpoint is started again', () => {
    const parts = templateOf(endpoint([four]), target(6)).Resources ?? {};
    const conditional = Object.entries(parts).map(([id, resource]) => [id, { ...resource, Condition: 'Running' }]);
    expect(neededOf(Object.fromEntries(conditional))).toMatchObject({ atLeast: 12, open: [] });
  });

  it.each<[string, number, Parts]>([
    ['count', 8, [endpoint([variant({ InitialInstanceCount: { 'Fn::If': ['Big', 4, 2] } })])]],
    ['maximum', 14, [endpoint([variant()]), target({ 'Fn::If': ['Big', { 'Fn::If': ['Huge', 7, 3] }, 2] })]],
    [
      'config',
      8,
      [
        endpoint([variant()], {
          id: 'Small',
          name: 'unused',
          configName: { 'Fn::If': ['Big', { Ref: 'EndpointConfig' }, { Ref: 'SmallConfig' }] },
        }),
        configAlone([four]),
      ],
    ],
    ['policy', 8, [endpoint([four], { deploymentConfig: { 'Fn::If': ['Safe', canary, rolling(percent(25))] } })]],
    [
      'policy or none',
      8,
      [endpoint([four], { deploymentConfig: { 'Fn::If': ['Slow', rolling(percent(25)), { Ref: 'AWS::NoValue' }] } })],
    ],
    ['list of variants', 8, [endpoint({ 'Fn::If': ['Big', [four], [variant()]] })]],
    ['endpoint of one name', 8, [endpoint([variant()]), endpoint([four], { id: 'Big' })]],
  ])('that choose a %s count what needs most', (_, atLeast, parts) => {
    expect(neededOf(...parts)).toMatchObject({ atLeast, open: [] });
  });

  it('that leave a property out leave it out', () => {
    const shadow = { 'Fn::If': ['Compared', [variant({ VariantName: 'Shadow' })], { Ref: 'AWS::NoValue' }] };
    expect(neededOf(endpoint([four], { config: { ShadowProductionVariants: shadow } }))).toMatchObject({
      atLeast: 10,
      open: [],
    });
  });

  it('that choose an instance type need the quota of both', () => {
    const { instances } = demandsOf([
      templateOf(endpoint([variant({ InstanceType: { 'Fn::If': ['Big', 'ml.g5.2xlarge', GPU] } })])),
    ]);
    expect(instances.map(({ instanceType, atLeast }) => [instanceType, atLeast])).toEqual([
      ['ml.g5.2xlarge', 2],
      [GPU, 2],
    ]);
  });
});

describe('endpoints that are not of the stage', () => {
  it('need nothing, unless the stage scales them', () => {
    expect(demandsOf([templateOf()])).toEqual({ instances: [], serverless: undefined, endpoints: [], open: [] });
    expect(demandsOf([templateOf(target(8, { ResourceId: 'endpoint/imported/variant/AllTraffic' }))]).open).toEqual([
      'endpoint imported is scaled to 8 instances and is not of this stage, so its instance type is not known',
    ]);
  });

  it('do not hide a config that another stack of the stage has, found by its name', () => {
    const config = configAlone([four], { config: { EndpointConfigName: 'shared' } });
    const { instances, open } = demandsOf([templateOf(config), templateOf(endpointAlone({ configName: 'shared' }))]);
    expect({ instances, open }).toMatchObject({ instances: [{ atLeast: 8 }], open: [] });
  });
});

describe('the serverless concurrency that a stage needs', () => {
  const serverless = (MaxConcurrency: unknown, changes: object = {}) =>
    without(
      variant({ ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency }, ...changes }),
      'InstanceType',
      'InitialInstanceCount',
    );

  it('is the sum of the maxima, once, and no instances', () => {
    const {
      instances,
      serverless: demand,
      open,
    } = demandsOf([
      templateOf(
        endpoint([serverless(20), serverless(5, { VariantName: 'Other' })]),
        endpoint([serverless(10)], { id: 'Other', name: 'other' }),
        target(8, { ScalableDimension: 'sagemaker:variant:DesiredProvisionedConcurrency' }),
      ),
    ]);
    expect({ instances, open }).toEqual({ instances: [], open: [] });
    expect(demand).toEqual({
      atLeast: 35,
      variants: [
        { endpoint: 'other', variant: 'AllTraffic', concurrency: 10 },
        { endpoint: 'spam-filter-pilot', variant: 'AllTraffic', concurrency: 20 },
        { endpoint: 'spam-filter-pilot', variant: 'Other', concurrency: 5 },
      ],
      open: [],
    });
  });

  it.each([
    ['a parameter', serverless({ Ref: 'Size' }), 'spam-filter-pilot/AllTraffic: MaxConcurrency is Ref Size'],
    [
      'a whole that is open',
      { ...variant(), ServerlessConfig: { Ref: 'Config' } },
      'spam-filter-pilot/AllTraffic: ServerlessConfig is Ref Config',
    ],
  ])('is unknown as %s', (_, variants, open) => {
    expect(demandsOf([templateOf(endpoint([variants]))]).serverless).toMatchObject({ atLeast: 0, open: [open] });
  });
});
