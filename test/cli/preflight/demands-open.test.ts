import { describe, expect, it } from 'vitest';
import { demandsOf } from '../../../cli/preflight/demands';
import type { CloudFormationTemplate } from '../../../cli/synth';
import {
  endpoint,
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

const MAPPED = { 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'size'] };
const four = variant({ InitialInstanceCount: 4 });

describe('what is known only at deployment', () => {
  const parameter = { Ref: 'Size' };

  it.each<[string, number, string, Parts]>([
    [
      'a count',
      0,
      'spam-filter-pilot/AllTraffic: InitialInstanceCount is Ref Size',
      [endpoint([variant({ InitialInstanceCount: parameter })])],
    ],
    [
      'a maximum',
      2,
      'spam-filter-pilot/AllTraffic: maximum of autoscaling is Ref Size',
      [endpoint([variant()]), target(parameter)],
    ],
    [
      'a maximum of managed scaling',
      2,
      'spam-filter-pilot/AllTraffic: maximum of managed scaling is Fn::FindInMap',
      [
        endpoint([
          variant({
            ManagedInstanceScaling: { Status: 'ENABLED', MaxInstanceCount: { 'Fn::FindInMap': ['a', parameter, 'b'] } },
          }),
        ]),
      ],
    ],
    [
      'one branch of a condition',
      8,
      'spam-filter-pilot/AllTraffic: InitialInstanceCount is Ref Size',
      [endpoint([variant({ InitialInstanceCount: { 'Fn::If': ['Big', 4, parameter] } })])],
    ],
    [
      'a number that cannot be',
      0,
      'spam-filter-pilot/AllTraffic: InitialInstanceCount is -1',
      [endpoint([variant({ InitialInstanceCount: -1 })])],
    ],
    [
      'a number that is none',
      0,
      'spam-filter-pilot/AllTraffic: InitialInstanceCount is "many"',
      [endpoint([variant({ InitialInstanceCount: 'many' })])],
    ],
    [
      'no number at all',
      0,
      'spam-filter-pilot/AllTraffic: the templates say no number of instances',
      [endpoint([without(variant(), 'InitialInstanceCount')])],
    ],
    [
      'a policy, which is taken for the least',
      5,
      'spam-filter-pilot/AllTraffic: DeploymentConfig is Ref Policy, and a blue/green update would need the fleet twice',
      [endpoint([four], { deploymentConfig: { Ref: 'Policy' } })],
    ],
    [
      'a batch',
      5,
      'spam-filter-pilot/AllTraffic: a batch size is Ref Size',
      [endpoint([four], { deploymentConfig: rolling(percent(parameter)) })],
    ],
    [
      'a rolling policy',
      5,
      'spam-filter-pilot/AllTraffic: RollingUpdatePolicy is Ref Policy',
      [endpoint([four], { deploymentConfig: { RollingUpdatePolicy: { Ref: 'Policy' } } })],
    ],
  ])('as %s makes the demand a lower bound, and is named', (_, atLeast, open, parts) => {
    expect(neededOf(...parts)).toMatchObject({ atLeast, open: [open] });
  });

  it('as a parameter is not taken for its default, which a deployment may override', () => {
    const template: CloudFormationTemplate = {
      ...templateOf(endpoint([variant({ InitialInstanceCount: parameter })])),
      Parameters: { Size: { Type: 'Number', Default: 3 } },
    };
    expect(demandsOf([template]).instances).toMatchObject([
      { atLeast: 0, open: [expect.stringContaining('Ref Size')] },
    ]);
  });

  it.each<[string, string, Parts]>([
    [
      'an instance type',
      'spam-filter-pilot/AllTraffic: InstanceType is Ref Type',
      [endpoint([variant({ InstanceType: { Ref: 'Type' } })])],
    ],
    [
      'no instance type',
      'spam-filter-pilot/AllTraffic: it names no instance type',
      [endpoint([without(variant(), 'InstanceType')])],
    ],
    [
      'pools',
      'spam-filter-pilot/AllTraffic: an instance pool is Fn::FindInMap',
      [endpoint([without(variant({ InstancePools: MAPPED }), 'InstanceType')])],
    ],
    ['variants', 'spam-filter-pilot: its variants are Fn::FindInMap', [endpoint(MAPPED)]],
    [
      'the config of another stack',
      'spam-filter-pilot: its endpoint config is Fn::ImportValue config, which is not in the templates',
      [endpoint([], { configName: { 'Fn::ImportValue': 'config' } })],
    ],
    [
      'a config by a name',
      'spam-filter-pilot: its endpoint config is "elsewhere", which is not in the templates',
      [endpoint([], { configName: 'elsewhere' })],
    ],
    [
      'the variant of a target',
      'scalable target Target scales to 6 instances a variant that is known only at deployment',
      [endpoint([variant()]), target(6, { ResourceId: { Ref: 'Where' } })],
    ],
    [
      'a target of a variant that is not there',
      'scalable target Target scales variant Other, which spam-filter-pilot does not have',
      [endpoint([variant()]), target(6, { ResourceId: 'endpoint/spam-filter-pilot/variant/Other' })],
    ],
  ])('as %s counts against no quota, and is named', (_, open, parts) => {
    expect(demandsOf([templateOf(...parts)]).open).toEqual([open]);
  });

  it('leaves an endpoint without a name that CloudFormation would choose', () => {
    const { endpoints, instances } = demandsOf([templateOf(endpoint([variant()], { name: null }))]);
    expect(endpoints).toMatchObject([{ name: undefined, label: 'Endpoint', variants: [{ name: 'AllTraffic' }] }]);
    expect(instances).toMatchObject([{ atLeast: 2, open: [] }]);
  });

  it('is not confused over stacks that use the same logical ids', () => {
    const stack = (max: number) =>
      templateOf(endpoint([variant()], { name: null }), target(max, { ResourceId: { 'Fn::Sub': SUBSTITUTED } }));
    expect(demandsOf([stack(3), stack(5)]).instances).toMatchObject([{ atLeast: 16 }]);
  });
});
