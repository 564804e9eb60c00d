import type { DescribeInferenceComponentCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { describe, expect, it } from 'vitest';
import { describeComponent } from '../../lambdas/shared/clients/inference-component';

/** What is told of a component where SageMaker answers like this. */
function describedBy(reply: object) {
  const asked: unknown[] = [];
  const send = async ({ input }: DescribeInferenceComponentCommand) => {
    asked.push(input);
    if (reply instanceof Error) throw reply;
    return reply;
  };
  const client = { send } as unknown as SageMakerClient;
  return { asked, described: describeComponent(client, 'demo-model') };
}

const validation = (message: string) => Object.assign(new Error(message), { name: 'ValidationException' });

describe('an inference component', () => {
  it('is described by its name: status, model, and why it is not as it should be', async () => {
    const { asked, described } = describedBy({
      InferenceComponentStatus: 'Failed',
      Specification: { ModelName: 'model-1' },
      FailureReason: 'no capacity',
    });
    expect(await described).toEqual({ status: 'Failed', models: ['model-1'], failureReason: 'no capacity' });
    expect(asked).toEqual([{ InferenceComponentName: 'demo-model' }]);
  });

  it('serves one model where its specifications agree, and each of them where they do not', async () => {
    const serving = (...models: string[]) =>
      describedBy({
        InferenceComponentStatus: 'InService',
        Specifications: models.map((ModelName, index) => ({ ModelName, InstanceType: `ml.g${index + 5}.xlarge` })),
      }).described;
    expect(await serving('model-2', 'model-2')).toEqual({
      status: 'InService',
      models: ['model-2'],
      failureReason: undefined,
    });
    expect(await serving('model-2', 'model-1')).toMatchObject({ models: ['model-2', 'model-1'] });
  });

  it('of which SageMaker says little is of an unknown status and serves no model', async () => {
    const { described } = describedBy({ Specification: { Container: { DeployedImage: {} } } });
    expect(await described).toEqual({ status: 'unknown', models: [], failureReason: undefined });
  });

  it('that SageMaker cannot find is none', async () => {
    const missing = validation('Could not find inference component "arn:aws:sagemaker:eu-west-1:1:x/demo-model".');
    expect(await describedBy(missing).described).toBeUndefined();
  });

  it.each([
    validation('Value at inferenceComponentName failed to satisfy constraint'),
    Object.assign(new Error('could not find a reason to let you'), { name: 'AccessDeniedException' }),
  ])('fails where SageMaker refuses for another reason (%#)', async (refused) => {
    await expect(describedBy(refused).described).rejects.toBe(refused);
  });
});
