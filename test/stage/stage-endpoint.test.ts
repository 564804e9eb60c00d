import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { type IModelBackend, ModelBackend, Rollout, StageProfile, type StageProfileProps } from '../../lib/index';
import { type EndpointKind, endpointBackend, registryModel } from '../endpoint-stages';
import { modelWith, property, resourcesOf, templatesOf } from '../support';

function stageOf(backend: IModelBackend, changes: Partial<StageProfileProps> = {}) {
  const profile = StageProfile.custom('ours', StageProfile.STAGING, { minimumInstances: 0, ...changes });
  const { endpoint, operate } = templatesOf(modelWith({ id: 'ours', profile, backend }));
  if (endpoint === undefined) throw new Error('the stage has no endpoint stack');
  return { endpoint, operate };
}

describe('the rollout of a stage', () => {
  it.each<[EndpointKind, number]>([
    ['real-time', 1],
    ['serverless', 1],
    ['asynchronous', 1],
    // SageMaker tells no images of a variant whose components bring the models.
    ['sleeping', 0],
  ])('of the kind %s is verified by the image of the model', (kind, count) => {
    const { endpoint } = stageOf(endpointBackend(kind));
    const [[, verification] = []] = resourcesOf(endpoint, 'Custom::SlipwayVerifiedRollout');
    const [[, model] = []] = resourcesOf(endpoint, 'AWS::SageMaker::Model');
    const { Image } = property<{ Image: unknown }>(model, 'PrimaryContainer');
    expect(Image).toBeDefined();
    expect(property(verification, 'Images')).toEqual([{ Variant: 'AllTraffic', Image }].slice(0, count));
  });

  it('is verified by the image of the shadow variant, too', () => {
    const model = registryModel();
    const shadow = { model: registryModel(), samplingPercent: 50 };
    const { endpoint } = stageOf(ModelBackend.sageMakerRealTime({ model, instanceType: 'ml.m7i.large', shadow }));
    const [[, verification] = []] = resourcesOf(endpoint, 'Custom::SlipwayVerifiedRollout');
    expect(property(verification, 'Images')).toMatchObject([{ Variant: 'AllTraffic' }, { Variant: 'Shadow' }]);
  });

  /** Seconds that one update of the stack may take, by the time that a whole execution has. */
  const updateSeconds = (rollout?: Rollout) => {
    const { operate } = stageOf(
      ModelBackend.sageMakerRealTime({ model: registryModel(), instanceType: 'ml.m7i.large', rollout }),
    );
    const [[, machine] = []] = resourcesOf(operate, 'AWS::StepFunctions::StateMachine').filter(
      ([, { Properties }]) => Properties?.StateMachineName === 'spam-filter-ours-endpoint-controller',
    );
    const { 'Fn::Join': parts } = property<{ 'Fn::Join': [string, unknown[]] }>(machine, 'DefinitionString');
    const { TimeoutSeconds } = JSON.parse(parts[1].map((part) => (typeof part === 'string' ? part : 'x')).join(''));
    return (TimeoutSeconds - 86_400 - 1800 - 1800 - 3600) / 2;
  };

  it('is followed for four hours, or as long as it takes with a rollback', () => {
    expect(updateSeconds(Rollout.canary())).toBe(14_400);
    // There and back ten bakes of a quarter of an hour and a fleet each, a fleet before, and half an hour for the rest of the stack.
    const linear = Rollout.linear({ stepPercent: 10, bake: Duration.minutes(15) });
    expect(updateSeconds(linear)).toBe(2 * (9000 + 2100) + 2100 + 1800);
    expect(updateSeconds(Rollout.canary({ timeout: Duration.hours(8) }))).toBe(36_000);
  });
});

describe('an endpoint that nobody asks', () => {
  const watched = (kind: EndpointKind, changes: Partial<StageProfileProps>) =>
    resourcesOf(stageOf(endpointBackend(kind), changes).operate, 'AWS::Lambda::Function').some(
      ([, { Properties }]) => Properties?.FunctionName === 'spam-filter-ours-endpoint-watch',
    );
  const stopWhenIdleFor = Duration.hours(8);

  it.each<[EndpointKind, Partial<StageProfileProps>, boolean]>([
    ['real-time', {}, true],
    ['asynchronous', {}, false],
    ['sleeping', {}, false],
    ['serverless', {}, false],
    ['asynchronous', { minimumInstances: 1 }, true],
    ['sleeping', { minimumInstances: 1 }, true],
    ['serverless', { minimumInstances: 1 }, true],
    ['sleeping', { expiresAfter: Duration.days(30) }, true],
  ])('of the kind %s with %j is watched: %s', (kind, changes, expected) => {
    const profile = { expiresAfter: Duration.days(0), stopWhenIdleFor, ...changes };
    expect(watched(kind, profile)).toBe(expected);
  });
});
