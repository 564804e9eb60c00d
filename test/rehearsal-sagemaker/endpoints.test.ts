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

  it('that is updated serves the new configuration, and the old server is gone', async () => {
    const name = await world.endpoint('updated');
    const before = new Set(world.server.double.pids);
    await world.model('updated-model-2', { version: 'v2' });
    await world.config('updated-config-2', 'updated-model-2');
    await world.sageMaker.send(
      new UpdateEndpointCommand({ EndpointName: name, EndpointConfigName: 'updated-config-2' }),
    );
    const during = await world.describe(name);
    expect(during).toMatchObject({
      EndpointStatus: 'Updating',
      EndpointConfigName: 'updated-config',
      PendingDeploymentSummary: { EndpointConfigName: 'updated-config-2' },
    });
    expect((await world.invoke(name, {})).body.artefact).toBe('v1');
    const { seen, ...after } = await world.settled(name);
    expect(seen).toEqual(['Updating', 'InService']);
    expect(after).toMatchObject({ EndpointConfigName: 'updated-config-2' });
    expect(after.PendingDeploymentSummary).toBeUndefined();
    expect((await world.invoke(name, {})).body.artefact).toBe('v2');
    await eventually('one old server has ended', () => [...before].filter(isAlive).length === before.size - 1);
  });

  it('answers every request while it is updated', async () => {
    const name = await world.endpoint('busy');
    await world.config('busy-config-2', 'busy-model');
    // Longer than the update: the old server answers it, and ends afterwards.
    const slow = world.invoke(name, { sleepMs: 1_000 });
    await world.sageMaker.send(new UpdateEndpointCommand({ EndpointName: name, EndpointConfigName: 'busy-config-2' }));
    let answered = 0;
    while ((await world.describe(name)).EndpointStatus !== 'InService') {
      await Promise.all([1, 2, 3].map(() => world.invoke(name, { sleepMs: 5 })));
      answered += 3;
    }
    expect(answered).toBeGreaterThan(3);
    expect((await slow).body.artefact).toBe('v1');
  });

  it('stands beside another, which has a model of its own', async () => {
    await world.endpoint('left');
    await world.model('right-model', { version: 'v2' });
    await world.config('right-config', 'right-model');
    await world.sageMaker.send(
      new CreateEndpointCommand({ EndpointName: 'right', EndpointConfigName: 'right-config' }),
    );
    await world.settled('right');
    const [left, right] = await Promise.all([world.invoke('left', 1), world.invoke('right', 2)]);
    expect([left.body.artefact, right.body.artefact]).toEqual(['v1', 'v2']);
    await world.sageMaker.send(new DeleteEndpointCommand({ EndpointName: 'left' }));
    await eventually('it is gone', async () => !(await listed()).includes('left'));
    expect((await world.invoke('right', 2)).body.artefact).toBe('v2');
  });

  it('keeps its scaled count over an update only if that is asked for', async () => {
    const name = await world.endpoint('scaled');
    const scale = (DesiredInstanceCount: number) =>
      world.sageMaker.send(
        new UpdateEndpointWeightsAndCapacitiesCommand({
          EndpointName: name,
          DesiredWeightsAndCapacities: [{ VariantName: 'AllTraffic', DesiredInstanceCount, DesiredWeight: 0.5 }],
        }),
      );
    await scale(3);
    expect((await world.describe(name)).EndpointStatus).toBe('Updating');
    const counts = async () => (await world.settled(name)).ProductionVariants?.[0];
    expect(await counts()).toMatchObject({ CurrentInstanceCount: 3, CurrentWeight: 0.5 });
    await world.config('scaled-config-2', 'scaled-model');
    const update = (EndpointConfigName: string, RetainAllVariantProperties: boolean) =>
      world.sageMaker.send(
        new UpdateEndpointCommand({ EndpointName: name, EndpointConfigName, RetainAllVariantProperties }),
      );
    await update('scaled-config-2', true);
    expect(await counts()).toMatchObject({ CurrentInstanceCount: 3, CurrentWeight: 0.5 });
    await update('scaled-config', false);
    expect(await counts()).toMatchObject({ CurrentInstanceCount: 1, CurrentWeight: 1 });
    await expect(scale(0)).rejects.toThrow('DesiredInstanceCount of variant AllTraffic must be at least 1');
  });

  it('splits traffic by weight, and takes the variant that is asked for', async () => {
    await world.model('split-1');
    await world.model('split-2', { version: 'v2' });
    const variant = { InstanceType: 'ml.m5.large' as const, InitialInstanceCount: 1 };
    const more = {
      ProductionVariants: [
        { ...variant, VariantName: 'One', ModelName: 'split-1', InitialVariantWeight: 1 },
        { ...variant, VariantName: 'Two', ModelName: 'split-2', InitialVariantWeight: 0 },
      ],
    };
    await world.config('split-config', undefined, more);
    await world.sageMaker.send(
      new CreateEndpointCommand({ EndpointName: 'split', EndpointConfigName: 'split-config' }),
    );
    await world.settled('split');
    for (let count = 0; count < 10; count += 1) {
      expect((await world.invoke('split', {})).InvokedProductionVariant).toBe('One');
    }
    const asked = await world.invoke('split', {}, { TargetVariant: 'Two' });
    expect(asked.InvokedProductionVariant).toBe('Two');
    expect(asked.body.artefact).toBe('v2');
  });

  it('may be serverless', async () => {
    const ServerlessConfig = { MemorySizeInMB: 2048, MaxConcurrency: 5 };
    await world.model('serverless-model');
    await world.config('serverless-config', undefined, {
      ProductionVariants: [{ VariantName: 'AllTraffic', ModelName: 'serverless-model', ServerlessConfig }],
    });
    await world.sageMaker.send(
      new CreateEndpointCommand({ EndpointName: 'serverless', EndpointConfigName: 'serverless-config' }),
    );
    const { ProductionVariants: [variant] = [] } = await world.settled('serverless');
    expect(variant).toMatchObject({ CurrentServerlessConfig: ServerlessConfig });
    expect(variant).not.toHaveProperty('CurrentInstanceCount');
    expect((await world.invoke('serverless', {})).body.artefact).toBe('v1');
  });

  it('that is deleted leaves neither itself nor a server', async () => {
    const name = await world.endpoint('deleted');
    const pids = new Set(world.server.double.pids);
    await world.sageMaker.send(new DeleteEndpointCommand({ EndpointName: name }));
    expect((await world.describe(name)).EndpointStatus).toBe('Deleting');
    await eventually('it is gone', async () => !(await listed()).includes(name));
    await eventually('its server is gone', () => [...pids].filter(isAlive).length === pids.size - 1);
    await world.sageMaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: 'deleted-config' }));
    await world.sageMaker.send(new DeleteModelCommand({ ModelName: 'deleted-model' }));
    const configs = await world.sageMaker.send(new ListEndpointConfigsCommand({}));
    const models = await world.sageMaker.send(new ListModelsCommand({}));
    expect(configs.EndpointConfigs?.map((one) => one.EndpointConfigName)).not.toContain('deleted-config');
    expect(models.Models?.map(({ ModelName }) => ModelName)).not.toContain('deleted-model');
  });
});

async function listed(): Promise<(string | undefined)[]> {
  const { Endpoints } = await world.sageMaker.send(new ListEndpointsCommand({}));
  return (Endpoints ?? []).map(({ EndpointName }) => EndpointName);
}

describe('the creation of an endpoint fails', () => {
  const created = async (name: string, model: string) => {
    await world.config(`${name}-config`, model);
    await world.sageMaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: `${name}-config` }));
    return world.settled(name);
  };

  it('with the reason, where the server does not become healthy', async () => {
    await world.model('broken', { version: 'broken' });
    expect(await created('sick', 'broken')).toMatchObject({
      seen: ['Creating', 'Failed'],
      FailureReason:
        'The primary container for production variant AllTraffic did not pass the ping health check. Please check CloudWatch logs for this endpoint.',
    });
    await expect(world.invoke('sick', {})).rejects.toMatchObject({ name: 'ValidationError' });
  });

  it('where the image is not known', async () => {
    await world.model('foreign', { image: 'example.com/other:1' });
    const { FailureReason } = await created('no-image', 'foreign');
    expect(FailureReason).toContain('the image example.com/other:1 does not exist');
  });

  it('where the artefact is not there', async () => {
    await world.model('empty', { version: 'v9' });
    const { FailureReason } = await created('no-artefact', 'empty');
    expect(FailureReason).toMatch(/^Failed to download model data .*"s3:\/\/artefacts\/models\/echo\/v9\/"/);
  });

  it('where a fault says that there is no capacity or that the model does not load, once', async () => {
    await world.model('fine');
    world.server.double.faults.add({ kind: 'no-capacity', endpoint: 'unlucky' });
    world.server.double.faults.add({ kind: 'model-fails', model: 'fine' });
    expect((await created('unlucky', 'fine')).FailureReason).toContain('InsufficientInstanceCapacity');
    expect((await created('unlucky-2', 'fine')).FailureReason).toContain('did not pass the ping health check');
    expect((await created('lucky', 'fine')).EndpointStatus).toBe('InService');
  });

  it('and nothing can be done with it but delete it', async () => {
    const update = new UpdateEndpointCommand({ EndpointName: 'sick', EndpointConfigName: 'sick-config' });
    await expect(world.sageMaker.send(update)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('DeleteEndpoint is the only operation'),
    });
    await world.sageMaker.send(new DeleteEndpointCommand({ EndpointName: 'sick' }));
    await eventually('it is gone', async () => !(await listed()).includes('sick'));
  });
});

describe('the control plane refuses', () => {
  it('what it does not find, by its name', async () => {
    const arn = (kind: string) => `arn:aws:sagemaker:eu-west-1:000000000000:${kind}/nothing`;
    for (const [call, message] of [
      [
        () => world.sageMaker.send(new DescribeModelCommand({ ModelName: 'nothing' })),
        `Could not find model "${arn('model')}".`,
      ],
      [
        () => world.sageMaker.send(new DeleteModelCommand({ ModelName: 'nothing' })),
        `Could not find model "${arn('model')}".`,
      ],
      [
        () => world.sageMaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: 'nothing' })),
        `Could not find endpoint configuration "${arn('endpoint-config')}".`,
      ],
      [
        () => world.sageMaker.send(new DescribeEndpointCommand({ EndpointName: 'nothing' })),
        `Could not find endpoint "${arn('endpoint')}".`,
      ],
      [
        () => world.sageMaker.send(new DeleteEndpointCommand({ EndpointName: 'nothing' })),
        `Could not find endpoint "${arn('endpoint')}".`,
      ],
      [
        () => world.sageMaker.send(new CreateEndpointCommand({ EndpointName: 'new', EndpointConfigName: 'nothing' })),
        `Could not find endpoint configuration "${arn('endpoint-config')}".`,
      ],
    ] as const) {
      await expect(call()).rejects.toMatchObject({ name: 'ValidationException', message });
    }
    await expect(world.config('of-nothing', 'nothing')).rejects.toThrow(`Could not find model "${arn('model')}".`);
  });

  it('a name that is taken, whatever its case', async () => {
    await world.endpoint('taken');
    const already = (what: string, arn: string) => ({
      name: 'ValidationException',
      message: `Cannot create already existing ${what} "arn:aws:sagemaker:eu-west-1:000000000000:${arn}".`,
    });
    await expect(world.model('taken-model')).rejects.toMatchObject(already('model', 'model/taken-model'));
    await expect(world.config('taken-config', 'taken-model')).rejects.toMatchObject(
      already('endpoint configuration', 'endpoint-config/taken-config'),
    );
    await expect(
      world.sageMaker.send(new CreateEndpointCommand({ EndpointName: 'TAKEN', EndpointConfigName: 'taken-config' })),
    ).rejects.toMatchObject(already('endpoint', 'endpoint/taken'));
  });

  it('a name that the service does not take, and a model without a container', async () => {
    await expect(world.model('under_score')).rejects.toThrow('failed to satisfy constraint');
    await expect(
      world.sageMaker.send(new CreateModelCommand({ ModelName: 'hollow', ExecutionRoleArn: ROLE })),
    ).rejects.toThrow('Exactly one of PrimaryContainer and Containers');
  });

  it('to touch an endpoint that is being updated', async () => {
    const name = await world.endpoint('touched');
    await world.config('touched-config-2', 'touched-model');
    const update = new UpdateEndpointCommand({ EndpointName: name, EndpointConfigName: 'touched-config-2' });
    await world.sageMaker.send(update);
    const refusal = {
      name: 'ValidationException',
      message: 'Cannot update in-progress endpoint "arn:aws:sagemaker:eu-west-1:000000000000:endpoint/touched".',
    };
    await expect(world.sageMaker.send(update)).rejects.toMatchObject(refusal);
    await expect(world.sageMaker.send(new DeleteEndpointCommand({ EndpointName: name }))).rejects.toMatchObject(
      refusal,
    );
    await world.settled(name);
  });

  it('to update an endpoint whose configuration was deleted under it, which it did not refuse', async () => {
    const name = await world.endpoint('orphan');
    await world.config('orphan-config-2', 'orphan-model');
    await world.sageMaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: 'orphan-config' }));
    expect((await world.invoke(name, {})).body.artefact).toBe('v1');
    const update = new UpdateEndpointCommand({ EndpointName: name, EndpointConfigName: 'orphan-config-2' });
    await expect(world.sageMaker.send(update)).rejects.toThrow('Could not find endpoint configuration');
  });

  it('an operation that it does not know', async () => {
    const response = await fetch(world.server.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'SageMaker.CreateApp' },
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: 'UnknownOperationException' });
  });
});
