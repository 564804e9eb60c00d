import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { CALLS as ANSWER_ASYNC } from '../lambdas/answer-async/calls';
import { CALLS as ANSWER_WAITING } from '../lambdas/answer-waiting/calls';
import { CALLS as API_LOGGING_ROLE } from '../lambdas/api-logging-role/calls';
import { CALLS as AUTHORIZE } from '../lambdas/authorize/calls';
import { CALLS as CHECK_DATA } from '../lambdas/check-data/calls';
import { CALLS as DATA_STEPS } from '../lambdas/data-steps/calls';
import { CALLS as DATA_WATCH } from '../lambdas/data-watch/calls';
import { CALLS_OF as ENDPOINT_CONTROLLER } from '../lambdas/endpoint-controller/calls';
import { CALLS as ENDPOINT_PARAMETERS } from '../lambdas/endpoint-parameters/calls';
import { CALLS as ENDPOINT_WATCH } from '../lambdas/endpoint-watch/calls';
import { CALLS as MATCH_KEYS } from '../lambdas/match-keys/calls';
import { CALLS as MODEL_HOST } from '../lambdas/model-host/calls';
import { CALLS as PREDICT } from '../lambdas/predict/calls';
import { CALLS_OF as PREDICT_ENDPOINT } from '../lambdas/predict-endpoint/calls';
import { CALLS as RECORDS } from '../lambdas/records/calls';
import { CALLS as SPLIT_DATA } from '../lambdas/split-data/calls';
import { CALLS as SWEEP_RECORDS } from '../lambdas/sweep-records/calls';
import { CALLS_OF as VERIFY_ROLLOUT } from '../lambdas/verify-rollout/calls';
import { synthesizedEndpointStages } from './endpoint-stages';
import { handlerNames } from './handler-sources';
import { property, resourcesOf, type SynthesizedStage, synthesizedStages, templateJson } from './support';

/** What each handler's SDK calls need, by the last part of its function's name; sources are compared with it elsewhere. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  'answer-async': ANSWER_ASYNC,
  'answer-waiting': ANSWER_WAITING,
  'api-logging-role': API_LOGGING_ROLE,
  authorize: AUTHORIZE,
  'check-data': CHECK_DATA,
  'data-steps': DATA_STEPS,
  'data-watch': DATA_WATCH,
  'match-keys': MATCH_KEYS,
  'split-data': SPLIT_DATA,
  model: MODEL_HOST,
  predict: PREDICT,
  records: RECORDS,
  'sweep-records': SWEEP_RECORDS,
  'endpoint-control': ENDPOINT_CONTROLLER.always,
  'endpoint-params': ENDPOINT_PARAMETERS,
  'endpoint-watch': ENDPOINT_WATCH,
  'verify-rollout': VERIFY_ROLLOUT.always,
};

/** Handlers whose functions are called otherwise. */
const HANDLER_OF: Readonly<Record<string, string>> = {
  model: 'model-host',
  'endpoint-control': 'endpoint-controller',
  'endpoint-params': 'endpoint-parameters',
};

/** What DynamoDB does with the key of a table in the name of its caller. */
const TABLE_KEY = ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'ReEncryptFrom', 'ReEncryptTo'];

/** What each handler may do with the key of the stage, by the service through which; what only reads needs no data keys. */
const KEY_USES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  model: { s3: ['Decrypt'] },
  predict: { dynamodb: TABLE_KEY, s3: ['Decrypt', 'GenerateDataKey'], secretsmanager: ['Decrypt'] },
  records: { dynamodb: TABLE_KEY, s3: ['Decrypt'] },
  'sweep-records': { dynamodb: TABLE_KEY },
  'endpoint-control': { dynamodb: TABLE_KEY },
  'check-data': { s3: ['Decrypt', 'GenerateDataKey'] },
  'match-keys': { s3: ['Decrypt', 'GenerateDataKey'] },
  'split-data': { s3: ['Decrypt', 'GenerateDataKey'] },
  'data-watch': { dynamodb: TABLE_KEY },
  'data-steps': { dynamodb: TABLE_KEY, s3: ['Decrypt', 'GenerateDataKey'] },
  'answer-waiting': { dynamodb: TABLE_KEY, s3: ['Decrypt', 'GenerateDataKey'], sqs: ['Decrypt', 'GenerateDataKey'] },
  'answer-async': { dynamodb: TABLE_KEY, s3: ['Decrypt', 'GenerateDataKey'] },
};

function keyUsesOf(stage: SynthesizedStage, name: string): Readonly<Record<string, readonly string[]>> {
  const leavesMessages = name === 'predict' && stage.name === 'sleeping';
  return { ...KEY_USES[name], ...(leavesMessages ? { sqs: ['Decrypt', 'GenerateDataKey'] } : {}) };
}

/** What the handler in front of an endpoint calls depends on the endpoint, by the name of the stage that has it. */
const { always, synchronous, asynchronous, waiting } = PREDICT_ENDPOINT;
const PREDICT_BY_ENDPOINT: Readonly<Record<string, readonly string[]>> = {
  'real-time': [...always, ...synchronous],
  serverless: [...always, ...synchronous],
  sleeping: [...always, ...synchronous, ...waiting],
  asynchronous: [...always, ...asynchronous],
};

/** What is called besides where the endpoint hosts inference components. */
const OF_COMPONENTS: Readonly<Record<string, readonly string[]>> = {
  'endpoint-control': ENDPOINT_CONTROLLER.components,
  'verify-rollout': VERIFY_ROLLOUT.components,
};

function callsOf(stage: SynthesizedStage, name: string): readonly string[] {
  const calls = (name === 'predict' ? PREDICT_BY_ENDPOINT[stage.name] : undefined) ?? CALLS[name] ?? [];
  return stage.name === 'sleeping' ? [...calls, ...(OF_COMPONENTS[name] ?? [])] : calls;
}

/** The folder under `lambdas/` whose handler a function runs. */
function handlerOf(stage: SynthesizedStage, name: string): string {
  if (name === 'predict' && PREDICT_BY_ENDPOINT[stage.name] !== undefined) return 'predict-endpoint';
  return HANDLER_OF[name] ?? name;
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** Logs and traces are the runtime's own, network interfaces Lambda's, keys are used by the services in the caller's name. */
const IMPLIED = /^(logs|xray|kms|ec2):/;

/** The role of a function, with the stack that it is in. */
interface FoundRole {
  readonly template: Template;
  /** Logical id. */
  readonly id: string;
}

/** The role of a function, by the function's literal name. */
function roleOf(stage: SynthesizedStage, name: string): FoundRole | undefined {
  const functionName = `${stage.model.deployment}-${name}`;
  for (const template of Object.values(stage.templates) as Template[]) {
    const [[, found] = []] = resourcesOf(template, 'AWS::Lambda::Function').filter(
      ([, { Properties }]) => Properties?.FunctionName === functionName,
    );
    if (found === undefined) continue;
    return { template, id: property<{ 'Fn::GetAtt': [string, string] }>(found, 'Role')['Fn::GetAtt'][0] };
  }
  return undefined;
}

function statementsOf({ template, id: role }: FoundRole): Statement[] {
  const { Resources } = templateJson(template);
  const inline = (Resources[role]?.Properties?.Policies ?? []) as { PolicyDocument: { Statement: Statement[] } }[];
  const attached = Object.values(Resources).filter(
    ({ Type, Properties }) =>
      Type === 'AWS::IAM::Policy' && JSON.stringify(Properties?.Roles) === JSON.stringify([{ Ref: role }]),
  );
  return [
    ...inline.flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
    ...attached.flatMap((policy) => property<{ Statement: Statement[] }>(policy, 'PolicyDocument').Statement),
  ];
}

/** Failed runs of what is scheduled, and of the handler of notifications, go to these queues in the name of their role. */
function toFailureQueue({ Resource }: Statement): boolean {
  return /^\{"Fn::GetAtt":\["\w*(?:Sweep|Watch|Async)Failed\w*","Arn"\]\}$/.test(JSON.stringify(Resource));
}

/** What Lambda does with a queue to bring its messages to a function. */
const POLLING = ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'];

/** Queues from which Lambda feeds the function with this role. */
function fedFrom({ template, id }: FoundRole): unknown[] {
  const functions = resourcesOf(template, 'AWS::Lambda::Function')
    .filter(([, { Properties }]) => JSON.stringify(Properties?.Role) === `{"Fn::GetAtt":["${id}","Arn"]}`)
    .map(([logicalId]) => logicalId);
  return resourcesOf(template, 'AWS::Lambda::EventSourceMapping')
    .filter(([, mapping]) => functions.includes(property<{ Ref: string }>(mapping, 'FunctionName').Ref))
    .map(([, mapping]) => mapping.Properties?.EventSourceArn);
}

/** Resources on which an action is granted. */
function resourcesFor(statements: readonly Statement[], action: string): unknown[] {
  return statements.filter(({ Action }) => [Action].flat().includes(action)).flatMap(({ Resource }) => Resource);
}

function grantedActions(statements: readonly Statement[]): string[] {
  const actions = statements
    .filter((statement) => !toFailureQueue(statement))
    .flatMap(({ Action }) => Action)
    .filter((action) => !IMPLIED.test(action));
  return [...new Set(actions)].sort();
}

function compare(granted: readonly string[], called: readonly string[]) {
  return {
    missing: called.filter((action) => !granted.includes(action)),
    unused: granted.filter((action) => !called.includes(action)),
  };
}

const everyStage = [...synthesizedStages(), ...synthesizedEndpointStages()];

/** Every function of every stage that runs a handler. */
const roles = everyStage.flatMap((stage) =>
  Object.keys(CALLS).flatMap((name) => {
    const role = roleOf(stage, name);
    return role === undefined ? [] : [{ stage, name, role, label: `${stage.name} ${name}` }];
  }),
);

describe('the role of a handler', () => {
  it('is looked at for every handler that there is', () => {
    expect([...new Set(roles.map(({ stage, name }) => handlerOf(stage, name)))].sort()).toEqual(handlerNames().sort());
    for (const handler of handlerNames()) {
      expect(readdirSync(join(__dirname, '../lambdas', handler))).toContain('calls.ts');
    }
  });

  it.each(roles)(
    'of $label is granted what the handler calls, and nothing that it does not',
    ({ stage, name, role }) => {
      const fed = fedFrom(role).length > 0 ? POLLING : [];
      const granted = grantedActions(statementsOf(role));
      expect(compare(granted, [...callsOf(stage, name), ...fed])).toEqual({ missing: [], unused: [] });
    },
  );

  it.each(roles)('of $label may poll the queues that the function is fed from, and no other', ({ role }) => {
    const statements = statementsOf(role).filter((statement) => !toFailureQueue(statement));
    const fed = fedFrom(role).map((arn) => JSON.stringify(arn));
    for (const action of POLLING) {
      const granted = resourcesFor(statements, action).map((resource) => JSON.stringify(resource));
      expect(granted.sort(), action).toEqual([...fed].sort());
    }
  });

  it('that is fed from a queue is the worker of waiting requests, from two', () => {
    const fed = roles.filter(({ role }) => fedFrom(role).length > 0);
    expect(fed.map(({ label, role }) => [label, fedFrom(role).length])).toEqual([['sleeping answer-waiting', 2]]);
  });

  it.each(roles)('of $label only allows, and belongs to that function alone', ({ role }) => {
    for (const { Effect } of statementsOf(role)) expect(Effect).toBe('Allow');
    const users = resourcesOf(role.template, 'AWS::Lambda::Function').filter(
      ([, { Properties }]) => JSON.stringify(Properties?.Role) === `{"Fn::GetAtt":["${role.id}","Arn"]}`,
    );
    expect(users).toHaveLength(1);
    expect(templateJson(role.template).Resources[role.id]?.Properties).not.toHaveProperty('ManagedPolicyArns');
  });

  it.each(roles)('of $label uses the key only through the services that keep things', ({ stage, name, role }) => {
    const ofKey = statementsOf(role).filter(({ Action }) => JSON.stringify(Action).includes('kms:'));
    const used = ofKey.map(({ Action, Condition }) => [
      /"kms:ViaService":\{?.*?([a-z0-9]+)\.eu-west-1\./.exec(JSON.stringify(Condition))?.[1],
      [Action].flat().map((action) => action.replace('kms:', '')),
    ]);
    expect(Object.fromEntries(used)).toEqual(keyUsesOf(stage, name));
    expect(used).toHaveLength(Object.keys(keyUsesOf(stage, name)).length);
  });

  const keepers = ['predict', 'records', 'sweep-records', 'model', 'answer-waiting', 'answer-async'];
  it.each(roles.filter(({ name }) => keepers.includes(name)))(
    'of $label may use the key through the services that it calls',
    ({ stage, name, role }) => {
      const through = JSON.stringify(statementsOf(role).map(({ Condition }) => Condition));
      const services = new Set(callsOf(stage, name).map((action) => action.split(':')[0]));
      // They keep nothing under the key: what runs the model is called, no more.
      for (const called of ['lambda', 'sagemaker']) services.delete(called);
      for (const service of services) expect(through).toContain(`"${service}.eu-west-1."`);
    },
  );

  it.each(roles.filter(({ name }) => ['sweep-records', 'answer-async'].includes(name)))(
    'of $label may send its failures to its queue',
    ({ role }) => {
      const [failure] = statementsOf(role).filter(toFailureQueue);
      expect(failure?.Action).toContain('sqs:SendMessage');
    },
  );
});

describe('the comparison of grants and calls', () => {
  const statements: Statement[] = [
    { Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:PutItem'], Resource: 'table' },
    { Effect: 'Allow', Action: 'xray:PutTraceSegments', Resource: '*' },
    { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: { 'Fn::GetAtt': ['ApiSweepFailed1', 'Arn'] } },
  ];

  it('finds a grant that was removed', () => {
    expect(compare(grantedActions(statements), ['dynamodb:GetItem', 'dynamodb:PutItem', 's3:GetObject'])).toEqual({
      missing: ['s3:GetObject'],
      unused: [],
    });
  });

  it('finds a grant that nobody uses', () => {
    expect(compare(grantedActions(statements), ['dynamodb:GetItem'])).toEqual({
      missing: [],
      unused: ['dynamodb:PutItem'],
    });
  });

  it('does not take another queue for the failure destination', () => {
    const other = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: { 'Fn::GetAtt': ['Other', 'Arn'] } };
    expect(grantedActions([other])).toEqual(['sqs:SendMessage']);
  });

  it('takes a wildcard for a grant of its own, which nobody calls', () => {
    expect(compare(grantedActions([{ Effect: 'Allow', Action: 's3:*', Resource: 'b' }]), ['s3:GetObject'])).toEqual({
      missing: ['s3:GetObject'],
      unused: ['s3:*'],
    });
  });
});
