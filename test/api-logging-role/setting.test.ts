import { describe, expect, it } from 'vitest';
import { type AccountSettings, ensureLoggingRole } from '../../lambdas/api-logging-role/setting';
import type { CustomResourceRequest } from '../../lambdas/shared/custom-resource';

const ROLE = 'arn:aws:iam::111122223333:role/api-logs';
const OTHERS = 'arn:aws:iam::111122223333:role/somebody-elses';

type Change = Partial<Pick<CustomResourceRequest, 'RequestType' | 'ResourceProperties'>>;

function request(changes: Change = {}): CustomResourceRequest {
  return {
    RequestType: 'Create',
    ResponseURL: 'http://127.0.0.1:9/answer',
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'Setting',
    ResourceProperties: { RoleArn: ROLE },
    ...changes,
  };
}

/** The account of a region; refuses the first `refusals` attempts to set the role. */
class Account implements AccountSettings {
  readonly set: string[] = [];
  asked = 0;

  constructor(
    private role?: string,
    private refusals: Error[] = [],
  ) {}

  async loggingRole(): Promise<string | undefined> {
    this.asked += 1;
    return this.role;
  }

  async setLoggingRole(roleArn: string): Promise<void> {
    this.set.push(roleArn);
    const refusal = this.refusals.shift();
    if (refusal !== undefined) throw refusal;
    this.role = roleArn;
  }
}

function named(name: string): Error {
  return Object.assign(new Error('refused'), { name });
}

/** Notes how often somebody waited. */
function pauses() {
  const waited = {
    times: 0,
    pause: async () => {
      waited.times += 1;
    },
  };
  return waited;
}

describe('the role by which API Gateway writes logs', () => {
  it.each(['Create', 'Update'] as const)('is set on %s where the account has none', async (RequestType) => {
    const account = new Account();
    const waited = pauses();
    expect(await ensureLoggingRole(request({ RequestType }), account, waited.pause)).toEqual({ RoleArn: ROLE });
    expect([account.set, waited.times]).toEqual([[ROLE], 0]);
  });

  it.each(['Create', 'Update'] as const)('is never overwritten on %s', async (RequestType) => {
    const account = new Account(OTHERS);
    expect(await ensureLoggingRole(request({ RequestType }), account, pauses().pause)).toEqual({ RoleArn: OTHERS });
    expect(account.set).toEqual([]);
  });

  it.each<[string, Change['ResourceProperties']]>([
    ['its properties', { RoleArn: ROLE }],
    ['none, as after a creation that failed for it', {}],
  ])('is left alone on Delete with %s', async (_, ResourceProperties) => {
    const account = new Account(ROLE);
    await ensureLoggingRole(request({ RequestType: 'Delete', ResourceProperties }), account, pauses().pause);
    expect([account.set, account.asked]).toEqual([[], 0]);
  });

  it('is set again until API Gateway knows it', async () => {
    const account = new Account(undefined, [named('BadRequestException'), named('BadRequestException')]);
    const waited = pauses();
    expect(await ensureLoggingRole(request(), account, waited.pause)).toEqual({ RoleArn: ROLE });
    expect([account.set.length, waited.times]).toEqual([3, 2]);
  });

  it('that another stage sets meanwhile stays', async () => {
    const account = new Account(undefined, [named('BadRequestException')]);
    const pause = async () => account.setLoggingRole(OTHERS);
    expect(await ensureLoggingRole(request(), account, pause)).toEqual({ RoleArn: OTHERS });
    expect(account.set).toEqual([ROLE, OTHERS]);
  });

  it('is given up on after a minute, with the refusal', async () => {
    const account = new Account(
      undefined,
      Array.from({ length: 100 }, () => named('BadRequestException')),
    );
    const waited = pauses();
    await expect(ensureLoggingRole(request(), account, waited.pause)).rejects.toThrow(
      expect.objectContaining({ name: 'BadRequestException' }),
    );
    expect([account.set.length, waited.times]).toEqual([12, 11]);
  });

  it.each(['AccessDeniedException', 'TooManyRequestsException', 'Error'])(
    'fails at once for %s, which waiting does not help',
    async (name) => {
      const account = new Account(undefined, [named(name)]);
      await expect(ensureLoggingRole(request(), account, pauses().pause)).rejects.toHaveProperty('name', name);
      expect(account.set).toHaveLength(1);
    },
  );

  it.each([{}, { RoleArn: '' }, { RoleArn: 7 }])('fails without a role: %j', async (ResourceProperties) => {
    const account = new Account();
    await expect(ensureLoggingRole(request({ ResourceProperties }), account, pauses().pause)).rejects.toThrow(
      'property RoleArn is missing',
    );
    expect(account.set).toEqual([]);
  });
});
