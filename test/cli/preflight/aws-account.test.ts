import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CliError } from '../../../cli/errors';
import { NoCredentials } from '../../../cli/finance/cost-tags';
import { awsAccount } from '../../../cli/preflight/io/aws-account';
import { NotPermitted } from '../../../cli/preflight/ports';
import { endpointQuota } from '../../../cli/preflight/quota-check';
import { Loopback, type Reply } from '../../loopback';
import { GPU } from './templates';

let aws: Loopback;
/** Answers of each operation in turn; the last one stays. */
let answers: Record<string, Reply[]>;

beforeEach(async () => {
  aws = await Loopback.start();
  answers = {};
  aws.reply = ({ headers }) => {
    const operation = String(headers['x-amz-target']).split('.').at(-1) ?? '';
    const [next = { status: 500, body: { __type: 'Unexpected' } }, ...later] = answers[operation] ?? [];
    if (later.length > 0) answers[operation] = later;
    return { type: 'application/x-amz-json-1.1', ...next };
  };
  const nowhere = join(__dirname, 'no-such-file');
  const environment = {
    AWS_ENDPOINT_URL: aws.url,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: nowhere,
    AWS_SHARED_CREDENTIALS_FILE: nowhere,
    AWS_PROFILE: undefined,
    AWS_REGION: undefined,
    AWS_DEFAULT_REGION: undefined,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.stop();
});

const ok = (body: object): Reply => ({ status: 200, body });
const refusal = (__type: string, message = 'no'): Reply => ({ status: 400, body: { __type, message } });
const bodies = () => aws.received.map(({ body }) => JSON.parse(body));
const quota = (QuotaName: string, Value: number | undefined, others: object = {}) => ({
  QuotaName,
  QuotaCode: `L-${QuotaName.length}`,
  Value,
  Adjustable: true,
  ...others,
});

describe('Service Quotas', () => {
  it('is asked for the quotas of SageMaker in the region of the stage, page by page until all names are found', async () => {
    answers.ListServiceQuotas = [
      ok({ Quotas: [quota('ml.g5.xlarge for training job usage', 1)], NextToken: 'second' }),
      ok({ Quotas: [quota(endpointQuota(GPU), 4, { Adjustable: false })], NextToken: 'third' }),
      refusal('ValidationException', 'nobody needs a third page'),
    ];
    const { quotas, region } = await awsAccount('eu-west-1');
    expect(region).toBe('eu-west-1');
    expect(await quotas.applied([endpointQuota(GPU)])).toEqual([
      { name: 'ml.g5.xlarge for endpoint usage', code: 'L-31', value: 4, adjustable: false, source: 'applied' },
    ]);
    expect(bodies()).toEqual([
      { ServiceCode: 'sagemaker', MaxResults: 100 },
      { ServiceCode: 'sagemaker', MaxResults: 100, NextToken: 'second' },
    ]);
    expect(aws.received[0]?.headers).toMatchObject({
      'x-amz-target': 'ServiceQuotasV20190624.ListServiceQuotas',
      authorization: expect.stringContaining('/eu-west-1/servicequotas/aws4_request'),
    });
  });

  it('gives the defaults as such, and no value where it did not learn one', async () => {
    const ErrorReason = { ErrorCode: 'DEPENDENCY_SERVICE_ERROR' };
    answers.ListAWSDefaultServiceQuotas = [
      ok({ Quotas: [quota('a', 2), quota('b', 0, { ErrorReason }), quota('c', undefined)] }),
    ];
    const { quotas } = await awsAccount('eu-west-1');
    const found = await quotas.defaults(['a', 'b', 'c', 'd']);
    expect(found.map(({ name, value, source }) => [name, value, source])).toEqual([
      ['a', 2, 'default'],
      ['b', undefined, 'default'],
      ['c', undefined, 'default'],
    ]);
  });

  it('is asked again when it throttles', async () => {
    answers.ListServiceQuotas = [refusal('TooManyRequestsException'), ok({ Quotas: [quota('a', 2)] })];
    const { quotas } = await awsAccount('eu-west-1');
    expect(await quotas.applied(['a'])).toMatchObject([{ value: 2 }]);
    expect(aws.received).toHaveLength(2);
  });
});

describe('SageMaker', () => {
  it('lists endpoints page by page', async () => {
    answers.ListEndpoints = [
      ok({ Endpoints: [{ EndpointName: 'a' }], NextToken: 'next' }),
      ok({ Endpoints: [{ EndpointName: 'b' }] }),
    ];
    const { endpoints } = await awsAccount('eu-west-1');
    expect(await endpoints.names()).toEqual(['a', 'b']);
    expect(bodies()[1]).toEqual({ MaxResults: 100, NextToken: 'next' });
  });

  it('describes what an endpoint holds: shadows, pools, serverless concurrency, and what an update adds', async () => {
    answers.DescribeEndpoint = [
      ok({
        EndpointName: 'a',
        EndpointConfigName: 'a-config',
        ProductionVariants: [
          {
            VariantName: 'AllTraffic',
            CurrentInstanceCount: 3,
            DesiredInstanceCount: 2,
            InstancePools: [{ InstanceType: GPU, CurrentInstanceCount: 3 }],
          },
        ],
        ShadowProductionVariants: [
          { VariantName: 'Shadow', CurrentServerlessConfig: { MaxConcurrency: 5, MemorySizeInMB: 1024 } },
        ],
        PendingDeploymentSummary: {
          EndpointConfigName: 'b-config',
          ProductionVariants: [
            { VariantName: 'AllTraffic', InstanceType: GPU, CurrentInstanceCount: 0, DesiredInstanceCount: 2 },
          ],
        },
      }),
    ];
    const { endpoints } = await awsAccount('eu-west-1');
    expect(await endpoints.describe('a')).toEqual({
      name: 'a',
      configName: 'a-config',
      asynchronous: false,
      variants: [
        {
          name: 'AllTraffic',
          instances: 3,
          concurrency: 0,
          instanceType: undefined,
          pools: [{ instanceType: GPU, instances: 3 }],
        },
        { name: 'Shadow', instances: 0, concurrency: 5, instanceType: undefined, pools: [] },
      ],
      pending: [{ name: 'AllTraffic', instances: 2, concurrency: 0, instanceType: GPU, pools: [] }],
    });
    expect(bodies()).toEqual([{ EndpointName: 'a' }]);
  });

  it('says of an endpoint that answers by way of S3 that it is asynchronous', async () => {
    const AsyncInferenceConfig = { OutputConfig: { S3OutputPath: 's3://answers/' } };
    answers.DescribeEndpoint = [ok({ EndpointName: 'a', AsyncInferenceConfig })];
    const { endpoints } = await awsAccount('eu-west-1');
    expect(await endpoints.describe('a')).toMatchObject({ asynchronous: true, variants: [] });
  });

  it('says of a config without models that they come as inference components', async () => {
    answers.DescribeEndpointConfig = [
      ok({ ProductionVariants: [{ VariantName: 'AllTraffic', InstanceType: GPU }], ExecutionRoleArn: 'role' }),
    ];
    const { endpoints } = await awsAccount('eu-west-1');
    expect(await endpoints.config('a-config')).toMatchObject({ takesComponents: true });
  });

  it('says the instance types of a config by variant', async () => {
    answers.DescribeEndpointConfig = [
      ok({
        ProductionVariants: [{ VariantName: 'AllTraffic', ModelName: 'model', InstanceType: GPU }],
        ShadowProductionVariants: [
          {
            VariantName: 'Shadow',
            InstancePools: [
              { InstanceType: GPU, Priority: 1 },
              { InstanceType: 'ml.g6.xlarge', Priority: 2 },
            ],
          },
        ],
      }),
    ];
    const { endpoints } = await awsAccount('eu-west-1');
    expect(await endpoints.config('a-config')).toEqual({
      instanceTypes: new Map([
        ['AllTraffic', [GPU]],
        ['Shadow', [GPU, 'ml.g6.xlarge']],
      ]),
      takesComponents: false,
    });
  });

  it('knows no endpoint and no config that it cannot find, and fails for any other refusal of the same name', async () => {
    const missing = refusal(
      'ValidationException',
      'Could not find endpoint "arn:aws:sagemaker:eu-west-1:1:endpoint/a".',
    );
    answers.DescribeEndpoint = [missing, refusal('ValidationException', 'the name is\ntoo long')];
    answers.DescribeEndpointConfig = [refusal('ValidationException', 'Could not find endpoint configuration "a".')];
    const { endpoints } = await awsAccount('eu-west-1');
    expect(await endpoints.describe('a')).toBeUndefined();
    expect(await endpoints.config('a')).toBeUndefined();
    await expect(endpoints.describe('a')).rejects.toMatchObject({
      name: 'CliError',
      message: 'sagemaker:DescribeEndpoint failed: ValidationException: the name is too long',
    });
  });
});

describe('Application Auto Scaling', () => {
  it('lists all targets of SageMaker, page by page', async () => {
    const [ResourceId, ScalableDimension] = ['endpoint/a/variant/AllTraffic', 'sagemaker:variant:DesiredInstanceCount'];
    answers.DescribeScalableTargets = [
      ok({ ScalableTargets: [{ ResourceId, ScalableDimension }], NextToken: 'next' }),
      ok({
        ScalableTargets: [
          { ResourceId: 'inference-component/x', ScalableDimension: 'sagemaker:inference-component:DesiredCopyCount' },
        ],
      }),
    ];
    const { scaling } = await awsAccount('eu-west-1');
    expect(await scaling.list()).toEqual([
      { resourceId: ResourceId, dimension: ScalableDimension },
      { resourceId: 'inference-component/x', dimension: 'sagemaker:inference-component:DesiredCopyCount' },
    ]);
    expect(bodies()).toEqual([{ ServiceNamespace: 'sagemaker' }, { ServiceNamespace: 'sagemaker', NextToken: 'next' }]);
  });
});

describe('a look at an account', () => {
  const looks = async (region: string | undefined = 'eu-west-1') => {
    const { quotas, endpoints, scaling } = await awsAccount(region);
    return {
      'servicequotas:ListServiceQuotas': () => quotas.applied(['a']),
      'servicequotas:ListAWSDefaultServiceQuotas': () => quotas.defaults(['a']),
      'sagemaker:ListEndpoints': () => endpoints.names(),
      'sagemaker:DescribeEndpoint': () => endpoints.describe('a'),
      'sagemaker:DescribeEndpointConfig': () => endpoints.config('a'),
      'application-autoscaling:DescribeScalableTargets': () => scaling.list(),
    };
  };
  const failures = async () =>
    Promise.all(
      Object.entries(await looks()).map(async ([action, look]) => [action, await look().catch((error) => error)]),
    );

  it('that is not permitted names the action that is missing', async () => {
    aws.reply = () => ({
      type: 'application/x-amz-json-1.1',
      ...refusal('AccessDeniedException', 'User is not authorized'),
    });
    for (const [action, failure] of await failures()) {
      expect(failure).toBeInstanceOf(NotPermitted);
      expect(failure).toMatchObject({
        action,
        message: `access denied: the credentials lack the permission ${action}`,
      });
    }
  });

  it('without credentials fails as such, and asks nothing', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    for (const [, failure] of await failures()) expect(failure).toBeInstanceOf(NoCredentials);
    expect(aws.received).toEqual([]);
  });

  it('with credentials that have expired says to sign in again', async () => {
    aws.reply = () => ({ type: 'application/x-amz-json-1.1', ...refusal('ExpiredTokenException') });
    for (const [action, failure] of await failures()) {
      expect(failure).toBeInstanceOf(CliError);
      expect(failure).toMatchObject({ message: `${action} failed: the AWS credentials have expired; sign in again` });
    }
  });

  it('without any region says how to set one', async () => {
    await expect(awsAccount(undefined)).rejects.toMatchObject({
      name: 'CliError',
      message: 'could not look into the account: no AWS region is set; set AWS_REGION, or give the stage an env',
    });
    vi.stubEnv('AWS_REGION', 'us-east-2');
    expect(await awsAccount(undefined)).toMatchObject({ region: 'us-east-2' });
  });
});
