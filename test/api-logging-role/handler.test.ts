import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CustomResourceRequest } from '../../lambdas/shared/custom-resource';
import { ENV } from '../../protocol/env';
import { Loopback } from '../loopback';

const ROLE = 'arn:aws:iam::111122223333:role/api-logs';
const ID = 'api-gateway-logging-role';

let apiGateway: Loopback;
let cloudFormation: Loopback;
let handler: typeof import('../../lambdas/api-logging-role/index')['handler'];

beforeAll(async () => {
  apiGateway = await Loopback.start();
  cloudFormation = await Loopback.start();
  vi.stubEnv(ENV.logLevel, 'ERROR');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('AWS_ENDPOINT_URL', apiGateway.url);
  ({ handler } = await import('../../lambdas/api-logging-role/index'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await apiGateway.stop();
  await cloudFormation.stop();
});

let logged: string;
beforeEach(() => {
  logged = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    logged += String(text);
    return true;
  });
  apiGateway.received.length = 0;
  cloudFormation.received.length = 0;
  cloudFormation.reply = () => ({ status: 200 });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** An account in which `present` is set. */
function accountHas(present?: string): void {
  apiGateway.reply = ({ method }) => ({
    status: 200,
    body: { cloudwatchRoleArn: method === 'PATCH' ? ROLE : present },
  });
}

/** An account that refuses everything. */
function accountRefuses(): void {
  apiGateway.reply = () => ({
    status: 403,
    body: { __type: 'AccessDeniedException', message: 'is not authorized to perform: apigateway:GET' },
  });
}

function request(changes: Partial<CustomResourceRequest> = {}): CustomResourceRequest {
  return {
    RequestType: 'Create',
    ResponseURL: `${cloudFormation.url}/answer?X-Amz-Signature=abc`,
    StackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/pilot-serve/1',
    RequestId: 'request-1',
    LogicalResourceId: 'Setting',
    ResourceProperties: { RoleArn: ROLE },
    ...changes,
  };
}

const answers = () => cloudFormation.received.map(({ body }) => JSON.parse(body));
const patches = () => apiGateway.received.filter(({ method }) => method === 'PATCH');

describe('the custom resource of the logging role', () => {
  it('sets the role and answers CloudFormation', async () => {
    accountHas();
    await handler(request());
    expect(patches().map(({ path, body }) => [path, JSON.parse(body)])).toEqual([
      ['/account', { patchOperations: [{ op: 'replace', path: '/cloudwatchRoleArn', value: ROLE }] }],
    ]);
    expect(answers()).toEqual([
      {
        Status: 'SUCCESS',
        PhysicalResourceId: ID,
        StackId: request().StackId,
        RequestId: 'request-1',
        LogicalResourceId: 'Setting',
        Data: { RoleArn: ROLE },
      },
    ]);
  });

  it('answers to the URL as it was signed: with PUT and without a content type', async () => {
    accountHas();
    await handler(request());
    const [answer] = cloudFormation.received;
    expect(answer).toMatchObject({ method: 'PUT', path: '/answer?X-Amz-Signature=abc' });
    expect(answer?.headers['content-type'] ?? '').toBe('');
    expect(answer?.headers['content-length']).toBe(String(answer?.body.length));
  });

  it('leaves a role that is there, and says which', async () => {
    accountHas('arn:aws:iam::111122223333:role/somebody-elses');
    await handler(request());
    expect(patches()).toEqual([]);
    expect(answers()).toMatchObject([
      { Status: 'SUCCESS', Data: { RoleArn: 'arn:aws:iam::111122223333:role/somebody-elses' } },
    ]);
  });

  it('takes an empty text for no role', async () => {
    accountHas('');
    await handler(request());
    expect(patches()).toHaveLength(1);
  });

  it('answers that it failed, by the name of the error alone', async () => {
    accountRefuses();
    await handler(request());
    expect(answers()).toMatchObject([
      {
        Status: 'FAILED',
        Reason: 'AccessDeniedException: the role by which API Gateway writes logs was not set',
        PhysicalResourceId: ID,
      },
    ]);
    expect(JSON.parse(logged)).toMatchObject({ event: 'role was not set', denied: true });
  });

  it('answers that it failed without a role', async () => {
    await handler(request({ ResourceProperties: {} }));
    expect(answers()).toMatchObject([{ Status: 'FAILED', PhysicalResourceId: ID }]);
  });

  it.each<[string, Partial<CustomResourceRequest>]>([
    ['whose creation succeeded', { PhysicalResourceId: ID }],
    ['whose creation failed for its properties', { PhysicalResourceId: ID, ResourceProperties: {} }],
    ['whose creation never answered', { PhysicalResourceId: 'pilot-serve-Setting-1A2B' }],
  ])('is deleted without a call to API Gateway, %s', async (_, changes) => {
    accountRefuses();
    await handler(request({ RequestType: 'Delete', ...changes }));
    expect(apiGateway.received).toEqual([]);
    expect(answers()).toMatchObject([{ Status: 'SUCCESS', PhysicalResourceId: changes.PhysicalResourceId }]);
  });

  it('keeps its id through an update, so that nothing is replaced', async () => {
    accountHas();
    await handler(request());
    const [{ PhysicalResourceId }] = answers();
    await handler(request({ RequestType: 'Update', PhysicalResourceId, ResourceProperties: { RoleArn: `${ROLE}-2` } }));
    expect(answers().map((answer) => answer.PhysicalResourceId)).toEqual([ID, ID]);
  });

  it('fails where its answer is refused, so that Lambda calls again, and takes back nothing', async () => {
    accountHas();
    cloudFormation.reply = () => ({ status: 503 });
    await expect(handler(request())).rejects.toThrow('CloudFormation refused the answer with 503');
    expect(answers()).toMatchObject([{ Status: 'SUCCESS' }]);
    cloudFormation.reply = () => ({ status: 200 });
    await handler(request());
    expect(answers().map(({ Status }) => Status)).toEqual(['SUCCESS', 'SUCCESS']);
  });
});
