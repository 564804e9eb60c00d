import {
  CreateEndpointCommand,
  type CreateEndpointCommandInput,
  CreateEndpointInput$,
  DeleteEndpointCommand,
  DescribeEndpointCommand,
  SageMakerClient,
  UpdateEndpointCommand,
  type UpdateEndpointCommandInput,
  UpdateEndpointInput$,
} from '@aws-sdk/client-sagemaker';
import { generatedName } from '../generated-name';
import type { Made, Properties, StandIn, StandInRequest } from '../stand-in';
import { typed } from '../typed';
import { changedBeyondTags, changeTags, deleted, nameOf } from './resource';
import { type Status, settled } from './settled';

/**
 * Only its name replaces an endpoint; everything else is an `UpdateEndpoint`. As in CloudFormation, an update is done when the
 * endpoint is in service again, with whichever configuration: a silent rollback is a success here too.
 */
export const endpoint: StandIn = {
  create,
  async update(request) {
    const { before, properties, physicalId } = request;
    if (before.EndpointName !== properties.EndpointName) return create(request);
    const client = new SageMakerClient({});
    const EndpointName = nameOf(physicalId);
    if (changedBeyondTags(before, properties)) {
      const { Tags: _tags, ...declared } = properties;
      const input = typed<UpdateEndpointCommandInput>(UpdateEndpointInput$, declared);
      await client.send(new UpdateEndpointCommand({ ...input, EndpointName }));
      const after = await settled(() => statusOf(client, EndpointName));
      if (after?.status !== 'InService') throw new Error(after?.reason ?? `endpoint ${EndpointName} is gone`);
    }
    await changeTags(client, physicalId, before, properties);
    // The name is not that of the ARN, where it is in lower case.
    const described = await client.send(new DescribeEndpointCommand({ EndpointName }));
    return made(physicalId, described.EndpointName ?? EndpointName);
  },
  delete: ({ physicalId }) => remove(new SageMakerClient({}), nameOf(physicalId)),
};

async function create(request: StandInRequest): Promise<Made> {
  const client = new SageMakerClient({});
  const input = typed<CreateEndpointCommandInput>(CreateEndpointInput$, creation(request.properties));
  const EndpointName = input.EndpointName ?? generatedName(request);
  const { EndpointArn = '' } = await client.send(new CreateEndpointCommand({ ...input, EndpointName }));
  const after = await settled(() => statusOf(client, EndpointName));
  if (after?.status === 'InService') return made(EndpointArn, EndpointName);
  // CloudFormation takes a resource away whose creation failed; for custom resources the emulator does not ask for it.
  await remove(client, EndpointName);
  throw new Error(after?.reason ?? `endpoint ${EndpointName} is gone`);
}

async function remove(client: SageMakerClient, EndpointName: string): Promise<void> {
  await deleted(() => client.send(new DeleteEndpointCommand({ EndpointName })));
  await settled(() => statusOf(client, EndpointName));
}

/** What only updates know. */
function creation(properties: Properties): Properties {
  const {
    RetainAllVariantProperties: _retain,
    ExcludeRetainedVariantProperties: _exclude,
    RetainDeploymentConfig: _deployment,
    ...declared
  } = properties;
  return declared;
}

async function statusOf(client: SageMakerClient, EndpointName: string): Promise<Status> {
  const { EndpointStatus, FailureReason } = await client.send(new DescribeEndpointCommand({ EndpointName }));
  return { status: EndpointStatus, reason: FailureReason };
}

function made(arn: string, name: string): Made {
  return { physicalId: arn, attributes: { EndpointArn: arn, EndpointName: name } };
}
