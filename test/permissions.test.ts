import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { CALLS as API_LOGGING_ROLE } from '../lambdas/api-logging-role/calls';
import { CALLS as AUTHORIZE } from '../lambdas/authorize/calls';
import { CALLS as ENDPOINT_CONTROLLER } from '../lambdas/endpoint-controller/calls';
import { CALLS as ENDPOINT_PARAMETERS } from '../lambdas/endpoint-parameters/calls';
import { CALLS as ENDPOINT_WATCH } from '../lambdas/endpoint-watch/calls';
import { CALLS as MODEL_HOST } from '../lambdas/model-host/calls';
import { CALLS as PREDICT } from '../lambdas/predict/calls';
import { CALLS as RECORDS } from '../lambdas/records/calls';
import { CALLS as SWEEP_RECORDS } from '../lambdas/sweep-records/calls';
import { CALLS as VERIFY_ROLLOUT } from '../lambdas/verify-rollout/calls';
import { handlerNames } from './handler-sources';
import { property, resourcesOf, type SynthesizedStage, synthesizedStages, templateJson } from './support';

/** What each handler's SDK calls need, by the last part of its function's name; sources are compared with it elsewhere. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  'api-logging-role': API_LOGGING_ROLE,
  authorize: AUTHORIZE,
  model: MODEL_HOST,
  predict: PREDICT,
  records: RECORDS,
  'sweep-records': SWEEP_RECORDS,
  'endpoint-control': ENDPOINT_CONTROLLER,
  'endpoint-params': ENDPOINT_PARAMETERS,
  'endpoint-watch': ENDPOINT_WATCH,
  'verify-rollout': VERIFY_ROLLOUT,
};

/** Handlers whose functions are called otherwise. */
const HANDLER_OF: Readonly<Record<string, string>> = {
  model: 'model-host',
  'endpoint-control': 'endpoint-controller',
  'endpoint-params': 'endpoint-parameters',
};

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

/** Failed runs of what is scheduled go to these queues in the name of its role. */
function toFailureQueue({ Resource }: Statement): boolean {
  return /^\{"Fn::GetAtt":\["\w*(?:Sweep|Watch)Failed\w*","Arn"\]\}$/.test(JSON.stringify(Resource));
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

const everyStageByName = synthesizedStages().map((stage) => [stage.name, stage] as const);

/** Every function of every stage that runs a handler. */
const roles = synthesizedStages().flatMap((stage) =>
  Object.keys(CALLS).flatMap((name) => {
    const role = roleOf(stage, name);
    return role === undefined ? [] : [{ stage, name, role, label: `${stage.name} ${name}` }];
  }),
);

describe('the role of a handler', () => {
  it('is looked at for every handler that there is', () => {
    expect([...new Set(roles.map(({ name }) => HANDLER_OF[name] ?? name))].sort()).toEqual(handlerNames().sort());
    for (const handler of handlerNames()) {
      expect(readdirSync(join(__dirname, '../lambdas', handler))).toContain('calls.ts');
    }
  });

  it.each(roles)('of $label is granted what the handler calls, and nothing that it does not', ({ name, role }) => {
    const granted = grantedActions(statementsOf(role));
    expect(compare(granted, CALLS[name] ?? [])).toEqual({ missing: [], unused: [] });
  });

  it.each(roles)('of $label only allows, and belongs to that function alone', ({ role }) => {
    for (const { Effect } of statementsOf(role)) expect(Effect).toBe('Allow');
    const users = resourcesOf(role.template, 'AWS::Lambda::Function').filter(
      ([, { Properties }]) => JSON.stringify(Properties?.Role) === `{"Fn::GetAtt":["${role.id}","Arn"]}`,
    );
    expect(users).toHaveLength(1);
    expect(templateJson(role.template).Resources[role.id]?.Properties).not.toHaveProperty('ManagedPolicyArns');
  });

  it.each(roles)('of $label uses the key only through the services that keep things', ({ role }) => {
    const ofKey = statementsOf(role).filter(({ Action }) => JSON.stringify(Action).includes('kms:'));
    for (const { Action, Condition } of ofKey) {
      expect([Action].flat().every((action) => action.startsWith('kms:'))).toBe(true);
      const services = JSON.stringify((Condition as { StringEquals: unknown } | undefined)?.StringEquals);
      expect(services).toMatch(/"kms:ViaService":\[/);
      expect(services.match(/[a-z0-9]+(?=\.eu-west-1\.)/g)?.sort()).toEqual(
        expect.not.arrayContaining(['lambda', 'logs', 'sqs', 'sns']),
      );
    }
  });

  it.each(roles.filter(({ name }) => ['predict', 'records', 'sweep-records', 'model'].includes(name)))(
    'of $label may use the key through the services that it calls',
    ({ name, role }) => {
      const through = JSON.stringify(statementsOf(role).map(({ Condition }) => Condition));
      const services = new Set((CALLS[name] ?? []).map((action) => action.split(':')[0]));
      services.delete('lambda');
      for (const service of services) expect(through).toContain(`"${service}.eu-west-1."`);
    },
  );

  it.each(everyStageByName)('of the sweeper in %s may send its failures to its queue', (_, stage) => {
    const role = roleOf(stage, 'sweep-records');
    const [failure] = role === undefined ? [] : statementsOf(role).filter(toFailureQueue);
    expect(failure?.Action).toContain('sqs:SendMessage');
  });
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
