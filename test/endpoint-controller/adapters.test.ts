import { describe, expect, it } from 'vitest';
import { SageMakerEndpoint } from '../../lambdas/endpoint-controller/io/endpoint';
import { DynamoLedger } from '../../lambdas/endpoint-controller/io/ledger';
import { SsmParameters } from '../../lambdas/endpoint-controller/io/parameters';
import { EndpointStack } from '../../lambdas/endpoint-controller/io/stack';
import { warmUp } from '../../lambdas/endpoint-controller/io/warm-up';
import { StepFunctionsExecutions } from '../../lambdas/shared/clients/executions';

interface Sent {
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

/** An SDK client that keeps what it is sent, and answers by the operation. */
function clientOf(replies: Record<string, object | Error>) {
  const sent: Sent[] = [];
  const send = async (command: {
    readonly input: Record<string, unknown>;
    readonly constructor: { readonly name: string };
  }) => {
    const operation = command.constructor.name.replace(/Command$/, '');
    sent.push({ operation, input: command.input });
    const reply = replies[operation] ?? {};
    if (reply instanceof Error) throw reply;
    return reply;
  };
  return { client: { send } as never, sent };
}

const named = (name: string, message = '', more: object = {}) => Object.assign(new Error(message), { name, ...more });

describe('the stack', () => {
  const stackWith = (replies: Record<string, object | Error>) => {
    const { client, sent } = clientOf(replies);
    return { stack: new EndpointStack(client, 'demo-pilot-endpoint', 'arn:role'), sent };
  };

  it('is updated with the template and parameters that it has, by the role of the controller', async () => {
    const { stack, sent } = stackWith({
      DescribeStacks: {
        Stacks: [{ Parameters: [{ ParameterKey: 'DesiredVersion' }, { ParameterKey: 'DesiredState' }] }],
      },
    });
    expect(await stack.update('token')).toBe('updating');
    expect(sent.at(-1)).toEqual({
      operation: 'UpdateStack',
      input: {
        StackName: 'demo-pilot-endpoint',
        UsePreviousTemplate: true,
        Parameters: [
          { ParameterKey: 'DesiredVersion', UsePreviousValue: true },
          { ParameterKey: 'DesiredState', UsePreviousValue: true },
        ],
        RoleARN: 'arn:role',
        ClientRequestToken: 'token',
        Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
      },
    });
  });

  it.each([
    ['No updates are to be performed.', 'unchanged'],
    ['Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated.', 'busy'],
    ['Stack:arn is in ROLLBACK_COMPLETE state and cannot be updated.', 'busy'],
    ['Stack with id demo-pilot-endpoint does not exist', 'busy'],
  ])('that answers "%s" is %s', async (message, outcome) => {
    const { stack } = stackWith({ UpdateStack: named('ValidationError', message) });
    expect(await stack.update('token')).toBe(outcome);
  });

  it('that was told the same before is being updated', async () => {
    const { stack } = stackWith({ UpdateStack: named('TokenAlreadyExistsException') });
    expect(await stack.update('token')).toBe('updating');
  });

  it.each([named('ValidationError', 'Parameters: [X] must have values'), named('AccessDenied', 'no')])(
    'that refuses for another reason fails (%#)',
    async (error) => {
      await expect(stackWith({ UpdateStack: error }).stack.update('token')).rejects.toBe(error);
    },
  );

  it('is described with the configuration that it verified, or not at all', async () => {
    const { stack } = stackWith({
      DescribeStacks: {
        Stacks: [
          { StackStatus: 'UPDATE_COMPLETE', Outputs: [{ OutputKey: 'ServedEndpointConfig', OutputValue: 'c' }] },
        ],
      },
    });
    expect(await stack.describe()).toEqual({
      status: 'UPDATE_COMPLETE',
      reason: undefined,
      servedConfig: 'c',
      servedComponents: [],
    });
    const missing = stackWith({ DescribeStacks: named('ValidationError', 'Stack with id x does not exist') });
    expect(await missing.stack.describe()).toBeUndefined();
  });

  it('is described with the models that its components were verified to serve', async () => {
    const { stack } = stackWith({
      DescribeStacks: {
        Stacks: [
          {
            StackStatus: 'UPDATE_COMPLETE',
            Outputs: [{ OutputKey: 'ServedInferenceComponents', OutputValue: 'demo-model=Model-a,demo-embed=Model-b' }],
          },
        ],
      },
    });
    expect((await stack.describe())?.servedComponents).toEqual([
      { name: 'demo-model', model: 'Model-a' },
      { name: 'demo-embed', model: 'Model-b' },
    ]);
  });

  it('tells the first failure of its last update, and no consequence of it', async () => {
    const event = (LogicalResourceId: string, ResourceStatus: string, ResourceStatusReason = '') => ({
      LogicalResourceId,
      ResourceStatus,
      ResourceStatusReason,
    });
    const { stack } = stackWith({
      DescribeStackEvents: {
        StackEvents: [
          event('demo-pilot-endpoint', 'UPDATE_ROLLBACK_COMPLETE'),
          event('Alarm', 'UPDATE_FAILED', 'Resource update cancelled'),
          event('Scaling', 'UPDATE_FAILED', 'its endpoint is being rolled back'),
          event('Rollout', 'UPDATE_FAILED', 'alarm demo-errors went into ALARM'),
          event('demo-pilot-endpoint', 'UPDATE_IN_PROGRESS'),
          event('Endpoint', 'CREATE_FAILED', 'of an update before'),
        ],
      },
    });
    expect(await stack.failure()).toBe('Rollout: alarm demo-errors went into ALARM');
    expect(await stackWith({}).stack.failure()).toBeUndefined();
  });
});

describe('the ledger', () => {
  const ledgerWith = (replies: Record<string, object | Error>) => {
    const { client, sent } = clientOf(replies);
    return { ledger: new DynamoLedger(client, 'registry', 'demo'), sent };
  };
  const holding = { holder: 'me', requestedBy: 'ada', action: 'use', since: 's', expiresAt: 7 };
  const pointers = {
    revision: 2,
    desired: 'v-1',
    desiredState: 'running' as const,
    routing: { live: null, canary: null, shadow: null },
    changedBy: 'ada',
    changedAt: 'a',
  };
  const change = { model: 'demo', revision: 2, from: null, to: 'v-1', changedBy: 'ada', changedAt: 'a' };

  it('takes a lease only as it was seen, and leaves what is to be restored', async () => {
    const { ledger, sent } = ledgerWith({});
    expect(await ledger.take(holding, undefined)).toBe(true);
    expect(await ledger.take(holding, { ...holding, holder: 'other', expiresAt: 3 })).toBe(true);
    expect(sent.map(({ input }) => input.ConditionExpression)).toEqual([
      'attribute_not_exists(holder)',
      'holder = :seen AND expiresAt = :seenUntil',
    ]);
    expect(sent[0]?.input).toMatchObject({ Key: { pk: { S: 'MODEL#demo' }, sk: { S: 'LEASE#ENDPOINT' } } });
    for (const { input } of sent) expect(String(input.UpdateExpression)).not.toContain('restore');
  });

  it.each(['renew', 'remember', 'forget', 'release'] as const)('lets only the holder %s', async (method) => {
    const refused = ledgerWith({ UpdateItem: named('ConditionalCheckFailedException') });
    const restore = {
      parameters: { version: 'v', state: 'running' as const },
      desired: null,
      desiredState: 'running' as const,
      by: 'me',
      at: '',
    };
    const calls = {
      renew: () => refused.ledger.renew('me', 1),
      remember: () => refused.ledger.remember('me', restore),
      forget: () => refused.ledger.forget('me'),
      release: () => refused.ledger.release('me'),
    };
    expect(await calls[method]()).toBe(method === 'release' ? undefined : false);
    expect(refused.sent[0]?.input).toMatchObject({ ConditionExpression: 'holder = :holder' });
  });

  it('moves pointers, change and lease in one transaction, each on its condition', async () => {
    const { ledger, sent } = ledgerWith({});
    expect(await ledger.move('me', { expected: undefined, pointers, change, forget: false })).toBe('done');
    expect(await ledger.move('me', { expected: { ...pointers, revision: 1 }, pointers, change, forget: true })).toBe(
      'done',
    );
    const items = sent.map(({ input }) => input.TransactItems as Record<string, { ConditionExpression: string }>[]);
    expect(items.map((transaction) => transaction.map((item) => Object.keys(item)[0]))).toEqual([
      ['ConditionCheck', 'Put', 'Put'],
      ['Update', 'Put', 'Put'],
    ]);
    expect(items.map((transaction) => transaction.map((item) => Object.values(item)[0]?.ConditionExpression))).toEqual([
      ['holder = :holder', 'attribute_not_exists(pk)', 'attribute_not_exists(pk)'],
      ['holder = :holder', 'revision = :expected', 'attribute_not_exists(pk)'],
    ]);
  });

  it.each([
    [['ConditionalCheckFailed', 'None', 'None'], 'lost'],
    [['None', 'ConditionalCheckFailed', 'None'], 'changed'],
    [['None', 'None', 'ConditionalCheckFailed'], 'changed'],
  ])('of a transaction that was cancelled for %j says %s', async (codes, outcome) => {
    const CancellationReasons = codes.map((Code) => ({ Code }));
    const { ledger } = ledgerWith({
      TransactWriteItems: named('TransactionCanceledException', '', { CancellationReasons }),
    });
    expect(await ledger.move('me', { expected: undefined, pointers, change, forget: false })).toBe(outcome);
  });

  it('fails where a transaction met another: the step is repeated', async () => {
    const CancellationReasons = [{ Code: 'TransactionConflict' }];
    const { ledger } = ledgerWith({
      TransactWriteItems: named('TransactionCanceledException', '', { CancellationReasons }),
    });
    await expect(ledger.move('me', { expected: undefined, pointers, change, forget: false })).rejects.toThrow();
  });

  it('reads a lease that nobody holds, and one with something to restore', async () => {
    expect(await ledgerWith({}).ledger.lease()).toEqual({ holding: undefined, restore: undefined });
    const Item = { pk: { S: 'x' }, sk: { S: 'y' }, restore: { M: { desired: { S: 'v-1' } } } };
    expect(await ledgerWith({ GetItem: { Item } }).ledger.lease()).toEqual({
      holding: undefined,
      restore: { desired: 'v-1' },
    });
  });
});

describe('the parameters', () => {
  const names = { version: '/v', state: '/s' };

  it('are none where one is missing, and refused where the state is no state', async () => {
    const missing = clientOf({ GetParameter: named('ParameterNotFound') });
    expect(await new SsmParameters(missing.client, names).read()).toBeUndefined();
    const odd = clientOf({ GetParameter: { Parameter: { Value: 'sleeping' } } });
    await expect(new SsmParameters(odd.client, names).read()).rejects.toThrow('/s is neither running nor stopped');
  });

  it('keep their types', async () => {
    const { client, sent } = clientOf({});
    const parameters = new SsmParameters(client, names);
    await parameters.writeVersion('a,b,c');
    await parameters.writeState('stopped');
    expect(sent.map(({ input }) => input)).toEqual([
      { Name: '/v', Value: 'a,b,c', Type: 'StringList', Overwrite: true },
      { Name: '/s', Value: 'stopped', Type: 'String', Overwrite: true },
    ]);
  });
});

describe('executions', () => {
  const endOf = (reply: object | Error) =>
    new StepFunctionsExecutions(clientOf({ DescribeExecution: reply }).client).endOf('arn');

  it.each([
    [{ status: 'RUNNING' }, 'running'],
    [{ status: 'ABORTED', stopDate: new Date(5) }, 5],
    [{ status: 'FAILED' }, 'unknown'],
    [named('ExecutionDoesNotExist'), 'unknown'],
  ])('%j ended at %s', async (reply, expected) => {
    expect(await endOf(reply)).toBe(expected);
  });
});

describe('the endpoint', () => {
  it('is none where SageMaker cannot find it, and fails where it may not be seen', async () => {
    const at = (error: Error) =>
      new SageMakerEndpoint(clientOf({ DescribeEndpoint: error }).client, 'demo', async () => 'none').describe();
    expect(await at(named('ValidationException', 'Could not find endpoint "demo".'))).toBeUndefined();
    await expect(at(named('AccessDeniedException', 'no'))).rejects.toThrow('no');
  });

  it('is warmed up by one request, and tells what it answers', async () => {
    const { client, sent } = clientOf({});
    const request = { endpoint: 'demo', inferenceComponent: 'demo-model', contentType: 'application/json', body: '{}' };
    expect(await warmUp(client, request)).toBe('answered');
    expect(sent[0]?.input).toMatchObject({
      EndpointName: 'demo',
      InferenceComponentName: 'demo-model',
      ContentType: 'application/json',
      Body: new TextEncoder().encode('{}'),
    });
    expect(await warmUp(clientOf({ InvokeEndpoint: named('ModelError') }).client, request)).toBe('ModelError');
    const denied = clientOf({ InvokeEndpoint: named('AccessDeniedException', 'no') });
    await expect(warmUp(denied.client, request)).rejects.toThrow('no');
  });
});
