import { CfnResource, type Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { domainOf } from '../../../cli/stage-diff/domain';
import { diffStages } from '../../../cli/stage-diff/stage-diff';
import { StageProfile } from '../../../lib/index';
import { endpointBackend, synthesizedEndpointStages } from '../../endpoint-stages';
import { modelWith, synthesizedStages } from '../../support';
import { twoStages } from '../stages';

/** Domains of what is made directly in a stack. */
function domainsIn(stack: Stack | undefined): Record<string, string> {
  const paths = (stack?.node.findAll() ?? [])
    .filter((construct) => CfnResource.isCfnResource(construct))
    .map(({ node }) => node.path.split('/').slice(2).join('/'));
  return Object.fromEntries(paths.map((path) => [path.split('/')[0], domainOf(path)]));
}

describe('every resource of a stage', () => {
  it.each([...synthesizedStages(), ...synthesizedEndpointStages()].map(({ name, model }) => [name, model] as const))(
    'belongs to a domain in %s',
    (_, { stateStack, endpointStack, serveStack, operateStack }) => {
      for (const stack of [stateStack, endpointStack, serveStack, operateStack]) {
        for (const [id, domain] of Object.entries(domainsIn(stack))) expect([id, domain]).not.toContain('other');
      }
    },
  );
});

describe('what belongs to an endpoint', () => {
  it('is its stack, its parameters, its controller, its watch and its office hours', () => {
    const model = synthesizedEndpointStages().find(({ name }) => name === 'real-time')?.model;
    expect(domainsIn(model?.endpointStack)).toEqual({ Endpoint: 'endpoint', VerifiedRollout: 'endpoint' });
    expect(domainsIn(model?.stateStack)).toMatchObject({ EndpointParameters: 'endpoint', ModelRegistry: 'lifecycle' });
    expect(domainsIn(model?.operateStack)).toMatchObject({
      EndpointController: 'endpoint',
      EndpointWatch: 'endpoint',
      OfficeHours: 'endpoint',
      Monitor: 'monitor',
    });
  });

  it('is told under its domain where two stages differ by it', () => {
    const profile = (minimumInstances: number) =>
      StageProfile.custom('endpoints', StageProfile.STAGING, { minimumInstances });
    const stages = twoStages('small', 'large', (app) => {
      modelWith({ id: 'small', profile: profile(1), backend: endpointBackend('real-time') }, app);
      modelWith({ id: 'large', profile: profile(3), backend: endpointBackend('real-time') }, app);
    });
    const { domains } = diffStages(...stages);
    expect(domains.map(({ domain }) => domain)).toEqual(['endpoint']);
    expect(domains[0]?.changed.flatMap(({ path, changes }) => changes.map((change) => [path, change.path]))).toEqual([
      ['Endpoint/Config', 'Properties.ProductionVariants[0].InitialInstanceCount'],
      ['Endpoint/Scaling/Target', 'Properties.MinCapacity'],
    ]);
  });
});
