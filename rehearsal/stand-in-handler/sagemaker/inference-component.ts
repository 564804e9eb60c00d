import {
  CreateInferenceComponentCommand,
  type CreateInferenceComponentCommandInput,
  CreateInferenceComponentInput$,
  DeleteInferenceComponentCommand,
  DescribeInferenceComponentCommand,
  SageMakerClient,
  UpdateInferenceComponentCommand,
  type UpdateInferenceComponentCommandInput,
  UpdateInferenceComponentInput$,
} from '@aws-sdk/client-sagemaker';
import { generatedName } from '../generated-name';
import type { Made, Properties, StandIn, StandInRequest } from '../stand-in';
import { typed } from '../typed';
import { changedBeyondTags, changeTags, deleted, nameOf } from './resource';
import { type Status, settled } from './settled';

/** Specification, copies and the way they are rolled out change in place; name, endpoint and variant are what it is. */
export const inferenceComponent: StandIn = {
  create,
  async update(request) {
    const { before, properties, physicalId } = request;
    const identity = ['InferenceComponentName', 'EndpointName', 'VariantName'];
    if (identity.some((property) => before[property] !== properties[property])) return create(request);
    const client = new SageMakerClient({});
    const InferenceComponentName = nameOf(physicalId);
    if (changedBeyondTags(before, properties)) {
      const { Tags, EndpointName, EndpointArn, VariantName, ...declared } = properties;
      const input = typed<UpdateInferenceComponentCommandInput>(UpdateInferenceComponentInput$, declared);
      await client.send(new UpdateInferenceComponentCommand({ ...input, InferenceComponentName }));
      await inService(client, InferenceComponentName);
    }
    await changeTags(client, physicalId, before, properties);
    return made(physicalId);
  },
  delete: ({ physicalId }) => remove(new SageMakerClient({}), nameOf(physicalId)),
};

async function create(request: StandInRequest): Promise<Made> {
  const client = new SageMakerClient({});
  const input = typed<CreateInferenceComponentCommandInput>(
    CreateInferenceComponentInput$,
    creation(request.properties),
  );
  const InferenceComponentName = input.InferenceComponentName ?? generatedName(request);
  const { InferenceComponentArn = '' } = await client.send(
    new CreateInferenceComponentCommand({ ...input, InferenceComponentName }),
  );
  try {
    await inService(client, InferenceComponentName);
  } catch (error) {
    // CloudFormation takes a resource away whose creation failed; for custom resources the emulator does not ask for it.
    await remove(client, InferenceComponentName);
    throw error;
  }
  return made(InferenceComponentArn);
}

async function remove(client: SageMakerClient, InferenceComponentName: string): Promise<void> {
  await deleted(() => client.send(new DeleteInferenceComponentCommand({ InferenceComponentName })));
  await settled(() => statusOf(client, InferenceComponentName));
}

/** What the API knows only of updates, or not at all. */
function creation(properties: Properties): Properties {
  const { DeploymentConfig: _deployment, EndpointArn: _arn, ...declared } = properties;
  return declared;
}

async function inService(client: SageMakerClient, name: string): Promise<void> {
  const after = await settled(() => statusOf(client, name));
  if (after?.status !== 'InService') throw new Error(after?.reason ?? `inference component ${name} is gone`);
}

async function statusOf(client: SageMakerClient, InferenceComponentName: string): Promise<Status> {
  const { InferenceComponentStatus, FailureReason } = await client.send(
    new DescribeInferenceComponentCommand({ InferenceComponentName }),
  );
  return { status: InferenceComponentStatus, reason: FailureReason };
}

function made(arn: string): Made {
  return { physicalId: arn, attributes: { InferenceComponentArn: arn, InferenceComponentStatus: 'InService' } };
}
