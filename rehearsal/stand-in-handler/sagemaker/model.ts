import {
  CreateModelCommand,
  type CreateModelCommandInput,
  CreateModelInput$,
  DeleteModelCommand,
  DescribeModelCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { generatedName } from '../generated-name';
import type { Made, StandIn, StandInRequest } from '../stand-in';
import { typed } from '../typed';
import { changedBeyondTags, changeTags, deleted, nameOf } from './resource';

/** Everything but its tags replaces a model. */
export const model: StandIn = {
  create,
  async update(request) {
    const { before, properties, physicalId } = request;
    if (changedBeyondTags(before, properties)) return create(request);
    const client = new SageMakerClient({});
    await changeTags(client, physicalId, before, properties);
    const { ModelName = '' } = await client.send(new DescribeModelCommand({ ModelName: nameOf(physicalId) }));
    return made(physicalId, ModelName);
  },
  delete: ({ physicalId }) =>
    deleted(() => new SageMakerClient({}).send(new DeleteModelCommand({ ModelName: nameOf(physicalId) }))),
};

async function create(request: StandInRequest): Promise<Made> {
  const declared = typed<CreateModelCommandInput>(CreateModelInput$, request.properties);
  const ModelName = declared.ModelName ?? generatedName(request);
  const { ModelArn = '' } = await new SageMakerClient({}).send(new CreateModelCommand({ ...declared, ModelName }));
  return made(ModelArn, ModelName);
}

/** The name is not that of the ARN, where it is in lower case. */
function made(arn: string, name: string): Made {
  return { physicalId: arn, attributes: { ModelArn: arn, ModelName: name } };
}
