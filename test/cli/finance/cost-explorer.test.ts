import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CostExplorerClient } from '@aws-sdk/client-cost-explorer';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NoCredentials, setUpCostTags } from '../../../cli/finance/cost-tags';
import { COST_EXPLORER_REGION, CostExplorerTags } from '../../../cli/finance/io/cost-explorer';
import { TAG } from '../../../protocol/tags';

interface Asked {
  readonly target: string;
  readonly type: string;
  readonly authorization: string;
  readonly body: unknown;
}

let server: Server;
let asked: Asked[];
let answers: { status: number; body: object }[];

/** Cost Explorer's protocol on loopback: answers in turn, and what was asked. */
beforeEach(async () => {
  asked = [];
  answers = [];
  server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part) => {
      text += part;
    });
    request.on('end', () => {
      const { 'x-amz-target': target, 'content-type': type = '', authorization = '' } = request.headers;
      asked.push({ target: String(target), type, authorization, body: JSON.parse(text) });
      const { status, body } = answers.shift() ?? { status: 500, body: {} };
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret' };

function costTags(credentials: CostExplorerClient['config']['credentials'] | typeof CREDENTIALS = CREDENTIALS) {
  // As a user has it who works against an endpoint of their own.
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return new CostExplorerTags(new CostExplorerClient({ region: COST_EXPLORER_REGION, credentials, maxAttempts: 1 }));
}

function answer(body: object, status = 200): void {
  answers.push({ status, body });
}

const tag = (TagKey: string, Status: string) => ({ TagKey, Status, Type: 'UserDefined' });

describe('Cost Explorer', () => {
  it('is asked for the tags of a stage, signed for its one region', async () => {
    answer({ CostAllocationTags: [tag(TAG.deployment, 'Active'), tag(TAG.owner, 'Inactive')] });
    const tags = costTags();
    expect(await tags.list([TAG.deployment, TAG.owner, TAG.stage])).toEqual(
      new Map([
        [TAG.deployment, 'active'],
        [TAG.owner, 'inactive'],
      ]),
    );
    expect(asked).toMatchObject([
      {
        target: 'AWSInsightsIndexService.ListCostAllocationTags',
        type: 'application/x-amz-json-1.1',
        authorization: expect.stringContaining('/us-east-1/ce/aws4_request'),
        body: { TagKeys: [TAG.deployment, TAG.owner, TAG.stage], Type: 'UserDefined' },
      },
    ]);
    expect(tags.requests).toBe(1);
  });

  it('is asked for every page, and each page is counted', async () => {
    answer({ CostAllocationTags: [tag(TAG.deployment, 'Active')], NextToken: 'next' });
    answer({ CostAllocationTags: [tag(TAG.owner, 'Inactive')] });
    const tags = costTags();
    expect((await tags.list(['a'])).size).toBe(2);
    expect(asked[1]?.body).toMatchObject({ NextToken: 'next' });
    expect(tags.requests).toBe(2);
  });

  it('activates what is inactive and names what it refused', async () => {
    answer({ CostAllocationTags: [tag(TAG.deployment, 'Inactive'), tag(TAG.owner, 'Inactive')] });
    answer({ Errors: [{ TagKey: TAG.owner, Code: 'TagKeysNotFound', Message: 'not found' }] });
    const { tags, requests } = await setUpCostTags(costTags(), { activate: true });
    expect(asked[1]).toMatchObject({
      target: 'AWSInsightsIndexService.UpdateCostAllocationTagsStatus',
      body: {
        CostAllocationTagsStatus: [
          { TagKey: TAG.deployment, Status: 'Active' },
          { TagKey: TAG.owner, Status: 'Active' },
        ],
      },
    });
    expect(requests).toBe(2);
    expect(tags.find(({ key }) => key === TAG.deployment)).toMatchObject({ status: 'active', activated: true });
    expect(tags.find(({ key }) => key === TAG.owner)).toMatchObject({
      status: 'inactive',
      activated: false,
      error: 'TagKeysNotFound: not found',
    });
  });

  it.each([
    ['list', 'ce:ListCostAllocationTags'],
    ['activate', 'ce:UpdateCostAllocationTagsStatus'],
  ] as const)(
    'fails to %s without the permission, names it and the account that it needs',
    async (step, permission) => {
      answer({ __type: 'AccessDeniedException', Message: 'User: arn is not authorized' }, 400);
      const failure = await costTags()
        [step]([TAG.deployment])
        .catch((error: Error) => error);
      expect(failure).toMatchObject({ name: 'CliError', exitCode: 1 });
      expect(failure).toMatchObject({ message: expect.stringContaining(`needs the permission ${permission}`) });
      expect(failure).toMatchObject({ message: expect.stringContaining('the account that pays') });
    },
  );

  it('fails in one line for any other refusal', async () => {
    answer({ __type: 'LimitExceededException', message: 'too\nmany' }, 400);
    await expect(costTags().list([])).rejects.toMatchObject({
      name: 'CliError',
      exitCode: 1,
      message: 'could not read the cost-allocation tags: LimitExceededException: too many',
    });
  });

  it('is not asked without credentials', async () => {
    const none = async () => {
      throw Object.assign(new Error('Could not load credentials from any providers'), {
        name: 'CredentialsProviderError',
      });
    };
    await expect(costTags(none).list([])).rejects.toBeInstanceOf(NoCredentials);
    expect(asked).toEqual([]);
  });
});
