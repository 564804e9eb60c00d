import { describe, expect, it } from 'vitest';
import { demandsOf } from '../../../cli/preflight/demands';
import { stageNamed } from '../../../cli/synth';
import { EndpointScaling, type IModelBackend, ModelBackend, Rollout, StageProfile } from '../../../lib/index';
import { endpointStages, registryModel } from '../../endpoint-stages';
import { modelWith } from '../../support';
import { assemblyOf } from '../stages';

const onInvocations = EndpointScaling.onInvocations({ maxRequestsPerSecond: 20 });
const instances = { model: registryModel(), instanceType: 'ml.g5.xlarge' };

/** Beside the kinds of endpoints, what their options change of the demand; each is a stage of its own. */
const OTHERS: Readonly<Record<string, IModelBackend>> = {
  rolling: ModelBackend.sageMakerRealTime({ ...instances, scaling: onInvocations, rollout: Rollout.rolling() }),
  fallback: ModelBackend.sageMakerRealTime({
    ...instances,
    fallbackInstanceTypes: ['ml.g6.xlarge'],
    scaling: onInvocations,
  }),
  shadow: ModelBackend.sageMakerRealTime({
    ...instances,
    scaling: onInvocations,
    shadow: { model: registryModel(), samplingPercent: 25 },
  }),
  fleet: ModelBackend.sageMakerScaleToZero({ ...instances, maxCopies: 3, rollout: Rollout.rolling() }),
};

const { stages } = assemblyOf((app) => {
  endpointStages(app);
  for (const [id, backend] of Object.entries(OTHERS)) modelWith({ id, profile: StageProfile.STAGING, backend }, app);
  modelWith({ id: 'lambda' }, app);
});

function demandsIn(stage: string) {
  return demandsOf(stageNamed({ directory: '', stages }, stage).stacks.map(({ template }) => template));
}

/** By instance type: the most of which variant, and what an update adds. */
function fleetsIn(stage: string): Record<string, string[]> {
  const { instances } = demandsIn(stage);
  return Object.fromEntries(
    instances.map(({ instanceType, fleets }) => [
      instanceType,
      fleets.map(({ endpoint, variant, most, extra }) => `${endpoint}/${variant}: ${most} + ${extra}`),
    ]),
  );
}

describe('what a synthesized stage needs', () => {
  it.each([
    ['real-time', { 'ml.m7i.large': ['spam-filter-real-time/AllTraffic: 4 + 4'] }, 8],
    ['rolling', { 'ml.g5.xlarge': ['spam-filter-rolling/AllTraffic: 4 + 1'] }, 5],
    [
      'fallback',
      {
        'ml.g5.xlarge': ['spam-filter-fallback/AllTraffic: 4 + 4'],
        'ml.g6.xlarge': ['spam-filter-fallback/AllTraffic: 4 + 4'],
      },
      8,
    ],
    ['shadow', { 'ml.g5.xlarge': ['spam-filter-shadow/AllTraffic: 4 + 4', 'spam-filter-shadow/Shadow: 1 + 1'] }, 10],
    // Copies run within the instances of the fleet, which has room for a batch of them.
    ['sleeping', { 'ml.g5.xlarge': ['spam-filter-sleeping/AllTraffic: 2 + 0'] }, 2],
    ['fleet', { 'ml.g5.xlarge': ['spam-filter-fleet/AllTraffic: 4 + 0'] }, 4],
    ['asynchronous', { 'ml.g5.xlarge': ['spam-filter-asynchronous/AllTraffic: 2 + 2'] }, 4],
    ['serverless', {}, undefined],
    ['lambda', {}, undefined],
  ])('%s: instances of each type, at the maximum and during an update', (stage, fleets, atLeast) => {
    expect(fleetsIn(stage)).toEqual(fleets);
    for (const demand of demandsIn(stage).instances) expect(demand.atLeast).toBe(atLeast);
  });

  it('serverless: the concurrency that it may reach', () => {
    expect(demandsIn('serverless').serverless).toMatchObject({ atLeast: 20, open: [] });
  });

  it.each(stages.map(({ name }) => name))('%s: nothing is left open, although the version is a parameter', (stage) => {
    const { instances, serverless, endpoints, open } = demandsIn(stage);
    expect(open).toEqual([]);
    expect([...instances, ...(serverless === undefined ? [] : [serverless])].flatMap((demand) => demand.open)).toEqual(
      [],
    );
    expect(endpoints.map(({ name }) => name)).toEqual(stage === 'lambda' ? [] : [`spam-filter-${stage}`]);
    expect(endpoints.flatMap(({ variants }) => variants.map(({ name }) => name))).toEqual(
      stage === 'lambda' ? [] : stage === 'shadow' ? ['AllTraffic', 'Shadow'] : ['AllTraffic'],
    );
  });
});
