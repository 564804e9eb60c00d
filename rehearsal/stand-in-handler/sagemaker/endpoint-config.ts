import {
  CreateEndpointConfigCommand,
  type CreateEndpointConfigCommandInput,
  CreateEndpointConfigInput$,
  DeleteEndpointConfigCommand,
  DescribeEndpointConfigCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { generatedName } from '../generated-name';
import type { Made, StandIn, StandInRequest } from '../stand-in';
import { typed } from '../typed';
import { changedBeyondTags, changeTags, deleted, nameOf } from './resource';

/** Everything but its tags replaces an endpoint configuration. */
export const endpointConfig: StandIn = {
  create,
  async update(request) {
    const { before, properties, physicalId } = request;
    if (changedBeyondTags(before, properties)) return create(request);
    const client = new SageMakerClient({});
    await changeTags(client, physicalId, before, properties);
    const named = new DescribeEndpointConfigCommand({ EndpointConfigName: nameOf(physicalId) });
    const { EndpointConfigName = '' } = await client.send(named);
    return made(physicalId, EndpointConfigName);
  },
  delete: ({ physicalId }) =>
    deleted(() =>
      new SageMakerClient({}).send(new DeleteEndpointConfigCommand({ EndpointConfigName: nameOf(physicalId) })),
    ),
};

async function create(request: StandInRequest): Promise<Made> {
  const declared = typed<CreateEndpointConfigCommandInput>(CreateEndpointConfigInput$, request.properties);
  const EndpointConfigName = declared.EndpointConfigName ?? generatedName(request);
  const { EndpointConfigArn = '' } = await new SageMakerClient({}).send(
    new CreateEndpointConfigCommand({ ...declared, EndpointConfigName }),
  );
  return made(EndpointConfigArn, EndpointConfigName);
}

/** The name is not that of the ARN, where it is in lower case. */
function made(arn: string, name: string): Made {
  return { physicalId: arn, attributes: { EndpointConfigArn: arn, EndpointConfigName: name } };
}
