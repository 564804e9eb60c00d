import {
  CreateModelCommand,
  type CreateModelCommandInput,
  CreateModelInput$,
  DeleteModelCommand,
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
    await changeTags(new SageMakerClient({}), physicalId, before, properties);
    return made(physicalId);
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

function made(arn: string, name = nameOf(arn)): Made {
  return { physicalId: arn, attributes: { ModelArn: arn, ModelName: name } };
}
