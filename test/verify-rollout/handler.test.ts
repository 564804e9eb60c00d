import type { Context } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CustomResourceRequest } from '../../lambdas/shared/custom-resource';
import { ENV } from '../../protocol/env';
import { Loopback } from '../loopback';

let aws: Loopback;
let cloudFormation: Loopback;
let handler: typeof import('../../lambdas/verify-rollout/index')['handler'];

beforeAll(async () => {
  aws = await Loopback.start();
  cloudFormation = await Loopback.start();
  vi.stubEnv(ENV.logLevel, 'ERROR');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('AWS_ENDPOINT_URL_SAGEMAKER', aws.url);
  vi.stubEnv('AWS_ENDPOINT_URL_CLOUDWATCH', aws.url);
  ({ handler } = await import('../../lambdas/verify-rollout/index'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await aws.stop();
  await cloudFormation.stop();
});
beforeEach(() => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  aws.received.length = 0;
  cloudFormation.received.length = 0;
});
afterEach(() => {
  vi.restoreAllMocks();
});

const context = { getRemainingTimeInMillis: () => 60_000 } as Context;

function request(changes: Partial<CustomResourceRequest> = {}): CustomResourceRequest {
  return {
    RequestType: 'Update',
    ResponseURL: `${cloudFormation.url}/answer`,
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'Rollout',
    PhysicalResourceId: 'verified-rollout-demo',
    ResourceProperties: { EndpointName: 'demo', EndpointConfigName: 'config-2', RollbackAlarms: ['demo-errors'] },
    ...changes,
  };
}

const answers = () => cloudFormation.received.map(({ body }) => JSON.parse(body));

/** SageMaker and CloudWatch, by the operation that is asked for. */
function answering(replies: Record<string, object>) {
  aws.reply = ({ headers, body }) => {
    const target = String(headers['x-amz-target'] ?? new URLSearchParams(body).get('Action') ?? '');
    const operation = target.split('.').at(-1) ?? '';
    const reply = replies[operation];
    if (reply === undefined)
      return {
        status: 400,
        type: 'application/x-amz-json-1.1',
        body: { __type: 'AccessDeniedException', message: operation },
      };
    return { status: 200, type: 'application/x-amz-json-1.1', body: reply };
  };
}

describe('the custom resource of a verified rollout', () => {
  it('succeeds with the configuration that serves', async () => {
    answering({ DescribeEndpoint: { EndpointStatus: 'InService', EndpointConfigName: 'config-2' } });
    await handler(request(), context);
    expect(answers()).toMatchObject([
      { Status: 'SUCCESS', PhysicalResourceId: 'verified-rollout-demo', Data: { ServedConfigName: 'config-2' } },
    ]);
  });

  it('fails with the reason of a silent rollback, in an answer that CloudFormation takes', async () => {
    answering({
      DescribeEndpoint: {
        EndpointStatus: 'InService',
        EndpointConfigName: 'config-1',
        FailureReason: 'ü'.repeat(4_000),
      },
      DescribeEndpointConfig: { CreationTime: 1_795_600_000 },
    });
    await handler(request(), context);
    const [answer] = answers();
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'verified-rollout-demo' });
    expect(answer.Reason).toMatch(
      /^endpoint demo serves configuration config-1, the template asked for config-2: .*\.\.\.$/,
    );
    expect(Buffer.byteLength(cloudFormation.received[0]?.body ?? '')).toBeLessThanOrEqual(4096);
    // As much as fits is told.
    expect(Buffer.byteLength(cloudFormation.received[0]?.body ?? '')).toBeGreaterThan(3900);
  });

  it('takes what SageMaker cannot find for nothing', async () => {
    aws.reply = () => ({
      status: 400,
      type: 'application/x-amz-json-1.1',
      body: { __type: 'ValidationException', message: 'Could not find endpoint "demo".' },
    });
    await handler(request(), context);
    expect(answers()).toMatchObject([{ Status: 'FAILED', Reason: 'there is no endpoint demo' }]);
  });

  it('fails by the name of the error alone where nothing can be verified', async () => {
    answering({});
    await handler(request(), context);
    expect(answers()).toMatchObject([
      { Status: 'FAILED', Reason: 'AccessDeniedException: what the endpoint serves could not be verified' },
    ]);
  });

  it('is deleted without a question', async () => {
    answering({});
    await handler(request({ RequestType: 'Delete', ResourceProperties: {} }), context);
    expect(aws.received).toEqual([]);
    expect(answers()).toMatchObject([{ Status: 'SUCCESS', PhysicalResourceId: 'verified-rollout-demo' }]);
  });

  it('has an id of its endpoint’s name from the beginning', async () => {
    answering({ DescribeEndpoint: { EndpointStatus: 'InService', EndpointConfigName: 'config-2' } });
    await handler(request({ RequestType: 'Create', PhysicalResourceId: undefined }), context);
    expect(answers()).toMatchObject([{ PhysicalResourceId: 'verified-rollout-demo' }]);
  });
});
