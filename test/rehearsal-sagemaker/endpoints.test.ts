import {
  CreateEndpointCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelsCommand,
  ListTagsCommand,
  UpdateEndpointCommand,
  UpdateEndpointWeightsAndCapacitiesCommand,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from '../../rehearsal/process';
import { eventually, IMAGE, ROLE, World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world.stop());

describe('an endpoint', () => {
  it('is created: Creating, then InService, and answers with the model of its configuration', async () => {
    await world.model('first-model', { environment: { GREETING: 'hello' } });
    await world.config('first-config', 'first-model');
    const created = await world.sageMaker.send(
      new CreateEndpointCommand({
        EndpointName: 'First',
        EndpointConfigName: 'first-config',
        Tags: [{ Key: 'stage', Value: 'pilot' }],
      }),
    );
    expect(created.EndpointArn).toBe('arn:aws:sagemaker:eu-west-1:000000000000:endpoint/first');
    const { seen, ...endpoint } = await world.settled('First');
    expect(seen).toEqual(['Creating', 'InService']);
    expect(endpoint).toMatchObject({
      EndpointConfigName: 'first-config',
      ProductionVariants: [
        {
          VariantName: 'AllTraffic',
          CurrentInstanceCount: 1,
          DesiredInstanceCount: 1,
          CurrentWeight: 1,
          DeployedImages: [{ SpecifiedImage: IMAGE }],
        },
      ],
    });
    expect(endpoint.CreationTime).toBeInstanceOf(Date);
    const tags = await world.sageMaker.send(new ListTagsCommand({ ResourceArn: created.EndpointArn }));
    expect(tags.Tags).toEqual([{ Key: 'stage', Value: 'pilot' }]);
    const { body } = await world.invoke('First', { text: 'hi' });
    expect(body).toMatchObject({ artefact: 'v1', input: { text: 'hi' }, greeting: 'hello' });
  });
});
