import { describe, expect, it } from 'vitest';
import { preflightCommand } from '../../../cli/preflight';
import type { Check } from '../../../cli/preflight/check';
import { preflight } from '../../../cli/preflight/preflight';
import { endpointStages } from '../../endpoint-stages';
import { assemblyOf, run } from '../stages';
import { ACTIVE, checksOf, OWN, QUOTA } from './check-of';
import { FakeAccount, type FakeParts, hosted } from './fake-account';
import { endpoint, endpointAlone, GPU, type Resources, stageOf, templateOf, variant, without } from './templates';

const ASYNC = { AsyncInferenceConfig: { OutputConfig: { S3OutputPath: 's3://answers/' } } };
/** What the templates want. */
const realTime = [endpoint([variant()])];
const asynchronous = [endpoint([variant()], { config: ASYNC })];
const fleet = [endpoint([without(variant(), 'ModelName')], { config: { ExecutionRoleArn: 'role' } })];

/** What is deployed. */
function deployed({ async = false, components = false, name = OWN } = {}): FakeParts {
  return {
    applied: { [QUOTA]: 100 },
    endpoints: [{ ...hosted(name, 1), asynchronous: async }],
    configs: { [`${name}-config`]: { AllTraffic: [GPU] } },
    fleets: components ? [`${name}-config`] : [],
  };
}

async function kindOf(resources: readonly Resources[], parts: FakeParts): Promise<Check | undefined> {
  return (await checksOf(resources, parts)).find(({ check }) => check === `kind of ${OWN}`);
}

describe('the kind of an endpoint that is deployed', () => {
  it.each<[string, readonly Resources[], FakeParts, string]>([
    [
      'asynchronous, and is not to be',
      realTime,
      deployed({ async: true }),
      'what is deployed is asynchronous, what the templates want is not asynchronous',
    ],
    [
      'not asynchronous, and is to be',
      asynchronous,
      deployed(),
      'what is deployed is not asynchronous, what the templates want is asynchronous',
    ],
    [
      'a fleet for components, and is to have a model',
      realTime,
      deployed({ components: true }),
      'what is deployed is with inference components, what the templates want is without inference components',
    ],
    [
      'one with a model, and is to be a fleet for components',
      fleet,
      deployed(),
      'what is deployed is without inference components, what the templates want is with inference components',
    ],
  ])('that is %s fails', async (_, resources, parts, text) => {
    const check = await kindOf(resources, parts);
    expect(check).toMatchObject({
      result: 'failed',
      text: `${text}: SageMaker changes no endpoint into one of another kind`,
    });
    expect(check?.toDo).toEqual([
      { step: expect.stringMatching(/^give the endpoint another name than spam-filter-pilot/) },
    ]);
  });

  it('that differs in both ways says both', async () => {
    const check = await kindOf(fleet, deployed({ async: true }));
    expect(check?.text).toMatch(
      /^what is deployed is asynchronous, .*; what is deployed is without inference components, /,
    );
  });

  it.each<[string, readonly Resources[], FakeParts, string]>([
    ['real time', realTime, deployed(), 'as deployed: not asynchronous, without inference components'],
    [
      'asynchronous',
      asynchronous,
      deployed({ async: true }),
      'as deployed: asynchronous, without inference components',
    ],
    ['a fleet', fleet, deployed({ components: true }), 'as deployed: not asynchronous, with inference components'],
    [
      'not there',
      asynchronous,
      deployed({ components: true, name: 'other' }),
      'not deployed now: it is made as the templates say',
    ],
    [
      'one of two that a condition chooses from',
      [
        endpoint([variant({ ModelName: { 'Fn::If': ['Fleet', { Ref: 'AWS::NoValue' }, { Ref: 'Model' }] } })], {
          config: {
            AsyncInferenceConfig: { 'Fn::If': ['Later', ASYNC.AsyncInferenceConfig, { Ref: 'AWS::NoValue' }] },
          },
        }),
      ],
      deployed({ async: true, components: true }),
      'as deployed: asynchronous, with inference components',
    ],
  ])('that is %s passes', async (_, resources, parts, text) => {
    expect(await kindOf(resources, parts)).toMatchObject({ result: 'passed', text, toDo: [] });
  });

  it.each<[string, readonly Resources[], FakeParts, string]>([
    [
      'an import says whether it is asynchronous',
      [endpoint([variant()], { config: { AsyncInferenceConfig: { 'Fn::ImportValue': 'Async' } } })],
      deployed({ async: true }),
      'AsyncInferenceConfig is Fn::ImportValue Async',
    ],
    [
      'the variants are a parameter',
      [endpoint({ Ref: 'Variants' })],
      deployed({ components: true }),
      'its variants are Ref Variants',
    ],
    [
      'the config is elsewhere',
      [endpointAlone({ configName: 'elsewhere' })],
      deployed(),
      'its endpoint config is "elsewhere", which is not in the templates',
    ],
    [
      'the deployed config was deleted',
      realTime,
      { ...deployed(), configs: {} },
      'whether it has inference components is not known of what is deployed: its config was deleted',
    ],
  ])('is a warning where %s', async (_, resources, parts, text) => {
    expect(await kindOf(resources, parts)).toMatchObject({
      result: 'warning',
      text: `not all of it can be compared: ${text}`,
    });
  });

  it('is a warning where the name is known only at deployment', async () => {
    const checks = await checksOf([endpoint([variant()], { name: { Ref: 'Name' } })], deployed());
    expect(checks.find(({ check }) => check === 'kind of Endpoint')).toMatchObject({
      result: 'warning',
      text: expect.stringMatching(/^its name is known only at deployment/),
    });
  });

  it('fails although another part of it is open', async () => {
    const open = [endpoint({ Ref: 'Variants' }, { config: ASYNC })];
    expect(await kindOf(open, deployed())).toMatchObject({ result: 'failed' });
  });
});

describe('a stage whose endpoint is of another kind than what is deployed', () => {
  const { stages } = assemblyOf((app) => endpointStages(app));
  const preflightOf = (stage: string, parts: FakeParts) =>
    run(
      (output) =>
        preflightCommand({
          output,
          assembly: async () => ({ directory: '', stages }),
          account: async () => new FakeAccount(parts),
          costTags: async () => ACTIVE,
        }),
      stage,
    );

  it('ends with code 1, and says to stop it, to deploy, and to wake it', async () => {
    const name = 'spam-filter-asynchronous';
    const parts = { ...deployed({ name }), configs: { [`${name}-config`]: { AllTraffic: [GPU] } } };
    const { code, out, err } = await preflightOf('asynchronous', parts);
    expect({ code, err }).toEqual({
      code: 1,
      err: `slipway: stage "asynchronous" is not ready to deploy: kind of ${name}\n`,
    });
    expect(out).toContain(
      "\n  npx slipway stop-endpoint asynchronous --yes && npx cdk deploy 'asynchronous/*' && npx slipway wake asynchronous\n",
    );
  });

  it.each([
    ['real-time', {}],
    ['serverless', {}],
    ['asynchronous', { async: true }],
    ['sleeping', { components: true }],
  ])('is none of those that each backend makes: %s', async (stage, kind) => {
    const synthesized = stages.find(({ name }) => name === stage) ?? stageOf([templateOf()]);
    const account = new FakeAccount(deployed({ ...kind, name: `spam-filter-${stage}` }));
    const { checks } = await preflight(synthesized, { account: async () => account, costTags: async () => ACTIVE });
    expect(checks.filter(({ check }) => check.startsWith('kind of')).map(({ result }) => result)).toEqual(['passed']);
  });
});
