import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Alias, Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { AlarmRoute, type IAlarmRoute, Monitor, OnCall, Severity } from '../../lib/index';
import {
  annotations,
  contractOf,
  messageOf,
  modelWith,
  newApp,
  property,
  REGION,
  resourcesOf,
  templatesOf,
} from '../support';

const NIGHT = 'arn:aws:sns:eu-west-1:123456789012:night';

function plain(): Stack {
  return new Stack(newApp(), 'plain', { env: REGION });
}

/** Two alarms by a route, in a plain stack. */
function watched(route: IAlarmRoute, stack = plain()): { stack: Stack; template: Template } {
  const monitor = new Monitor(stack, 'Monitor', { deployment: 'mine', route });
  for (const [id, severity] of [
    ['a', Severity.CRITICAL],
    ['b', Severity.LOW],
  ] as const) {
    monitor.watch({
      id,
      metric: new Metric({ namespace: 'Mine', metricName: 'Age' }),
      threshold: 0,
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      treatMissingData: TreatMissingData.IGNORE,
      severity,
      what: 'it happened',
      link: 'https://example.com',
    });
  }
  return { stack, template: Template.fromStack(stack) };
}

function actionsOf(template: Template): { alarm: unknown; ok: unknown }[] {
  return resourcesOf(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => ({
    alarm: Properties?.AlarmActions,
    ok: Properties?.OKActions,
  }));
}

/** What lets CloudWatch and Budgets of this account do something. */
const admitted = (Action: unknown, Resource: unknown) => ({
  Action,
  Resource,
  Effect: 'Allow',
  Principal: { Service: ['budgets.amazonaws.com', 'cloudwatch.amazonaws.com'] },
  Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
});

function statementsAdmitting(template: Template, type: string, document: string): Record<string, unknown>[] {
  return resourcesOf(template, type)
    .flatMap(([, resource]) => property<{ Statement: Record<string, unknown>[] }>(resource, document).Statement)
    .filter((statement) => JSON.stringify(statement).includes('budgets.amazonaws.com'))
    .map(({ Sid: _, ...statement }) => statement);
}

describe('a topic of the stage’s own', () => {
  const { template } = watched(AlarmRoute.toOwnTopic({ emails: ['a@example.com', 'b@example.com'] }));
  const [[topic] = []] = resourcesOf(template, 'AWS::SNS::Topic');

  it('is one for all alarms, and hears of their end as well', () => {
    template.resourceCountIs('AWS::SNS::Topic', 1);
    const action = [{ Ref: topic }];
    expect(actionsOf(template)).toEqual([
      { alarm: action, ok: action },
      { alarm: action, ok: action },
    ]);
  });

  it('reaches every mailbox', () => {
    const endpoints = resourcesOf(template, 'AWS::SNS::Subscription').map(([, { Properties }]) => Properties);
    expect(endpoints).toMatchObject([
      { Protocol: 'email', Endpoint: 'a@example.com', TopicArn: { Ref: topic } },
      { Protocol: 'email', Endpoint: 'b@example.com', TopicArn: { Ref: topic } },
    ]);
  });

  it('is encrypted, by a rotated key that goes with it', () => {
    const [[key] = []] = resourcesOf(template, 'AWS::KMS::Key');
    template.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: { 'Fn::GetAtt': [key, 'Arn'] } });
    template.hasResource('AWS::KMS::Key', { DeletionPolicy: 'Delete', Properties: { EnableKeyRotation: true } });
  });

  it('admits CloudWatch and Budgets of this account, in its policy and in its key’s', () => {
    expect(statementsAdmitting(template, 'AWS::SNS::TopicPolicy', 'PolicyDocument')).toEqual([
      admitted('sns:Publish', { Ref: topic }),
    ]);
    expect(statementsAdmitting(template, 'AWS::KMS::Key', 'KeyPolicy')).toEqual([
      admitted(['kms:Decrypt', 'kms:GenerateDataKey*'], '*'),
    ]);
  });

  it('refuses what is not encrypted on its way', () => {
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });
});

describe('a topic that exists', () => {
  it('made in the same app is given the permissions that it needs, once', () => {
    const stack = plain();
    const topic = new Topic(stack, 'Night', { masterKey: new Key(stack, 'NightKey') });
    const { template } = watched(AlarmRoute.toTopic(topic), stack);
    const [[id] = []] = resourcesOf(template, 'AWS::SNS::Topic');
    expect(statementsAdmitting(template, 'AWS::SNS::TopicPolicy', 'PolicyDocument')).toEqual([
      admitted('sns:Publish', { Ref: id }),
    ]);
    expect(statementsAdmitting(template, 'AWS::KMS::Key', 'KeyPolicy')).toEqual([
      admitted(['kms:Decrypt', 'kms:GenerateDataKey*'], '*'),
    ]);
    expect(annotations(stack, 'aws:cdk:warning')).toEqual([]);
  });

  it('made without a key needs none', () => {
    const stack = plain();
    const { template } = watched(AlarmRoute.toTopic(new Topic(stack, 'Night')), stack);
    expect(statementsAdmitting(template, 'AWS::SNS::TopicPolicy', 'PolicyDocument')).toHaveLength(1);
    template.resourceCountIs('AWS::KMS::Key', 0);
  });

  it.each([
    ['by ARN', (_: Stack) => AlarmRoute.toTopicArn(NIGHT)],
    ['as a construct', (stack: Stack) => AlarmRoute.toTopic(Topic.fromTopicArn(stack, 'Night', NIGHT))],
  ])('imported %s gets the alarms, and an advice on what it must admit', (_, route) => {
    const stack = plain();
    const { template } = watched(route(stack), stack);
    expect(actionsOf(template)).toEqual([
      { alarm: [NIGHT], ok: [NIGHT] },
      { alarm: [NIGHT], ok: [NIGHT] },
    ]);
    template.resourceCountIs('AWS::SNS::Topic', 0);
    expect(annotations(stack, 'aws:cdk:warning')).toContainEqual(
      expect.stringMatching(/must let cloudwatch\.amazonaws\.com and budgets\.amazonaws\.com publish/),
    );
  });

  it('fails in another region, to which no alarm can send', () => {
    const onCall = OnCall.topic('arn:aws:sns:us-east-1:123456789012:night');
    const contract = contractOf({ owner: { team: 't', email: 't@example.com', onCall } });
    expect(messageOf(() => modelWith({ contract }))).toBe(
      'ConfigError: pilot: owner.onCall is a topic in "us-east-1", expected one in "eu-west-1"; an alarm can only send to a topic of its own region',
    );
  });

  it('fails where a topic of another region’s stack is given', () => {
    const app = newApp();
    const topic = new Topic(new Stack(app, 'far', { env: { region: 'us-east-1' } }), 'Night');
    expect(messageOf(() => watched(AlarmRoute.toTopic(topic), new Stack(app, 'plain', { env: REGION })))).toContain(
      'the alarm topic is in "us-east-1", expected "eu-west-1"',
    );
  });
});

describe('OpsCenter', () => {
  it('gets an OpsItem by the alarm’s severity, and nothing when it is over', () => {
    const { template } = watched(AlarmRoute.toOpsCenter());
    const actions = actionsOf(template).map(({ alarm, ok }) => [JSON.stringify(alarm), ok]);
    expect(actions).toEqual([
      [expect.stringContaining(':opsitem:1#CATEGORY=Availability'), undefined],
      [expect.stringContaining(':opsitem:4#CATEGORY=Availability'), undefined],
    ]);
  });

  it('leaves the budget to the owner’s mailbox where finance has none', () => {
    const owner = { team: 't', email: 't@example.com', onCall: OnCall.opsCenter() };
    const { operate } = templatesOf(modelWith({ contract: contractOf({ owner }) }));
    operate.resourceCountIs('AWS::SNS::Topic', 0);
    operate.hasResourceProperties('AWS::Budgets::Budget', {
      NotificationsWithSubscribers: Match.arrayWith([
        Match.objectLike({ Subscribers: [{ SubscriptionType: 'EMAIL', Address: 't@example.com' }] }),
      ]),
    });
  });
});

it('nobody is told by a route to nobody, and the alarms say so', () => {
  const { stack, template } = watched(AlarmRoute.none());
  expect(actionsOf(template)).toEqual([
    { alarm: undefined, ok: undefined },
    { alarm: undefined, ok: undefined },
  ]);
  expect(annotations(stack, 'aws:cdk:info').filter((text) => text.includes('nobody is told'))).toHaveLength(2);
});

it('a mailbox of the contract’s on-call subscribes to the stage’s own topic', () => {
  const { operate } = templatesOf(modelWith());
  operate.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'night@example.com' });
});

describe('a topic whose key cannot be changed from here', () => {
  it.each([
    ['that AWS manages', (stack: Stack) => Alias.fromAliasName(stack, 'Key', 'alias/aws/sns')],
    [
      'of another account',
      (stack: Stack) => Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:123456789012:key/1234abcd'),
    ],
  ])('%s is pointed out: messages would be dropped without a trace', (_, keyOf) => {
    const stack = plain();
    const topic = new Topic(stack, 'Topic', { masterKey: keyOf(stack) });
    const monitor = new Monitor(stack, 'Monitor', { deployment: 'd', route: AlarmRoute.toTopic(topic) });
    expect(monitor.topic).toBe(topic);
    expect(annotations(stack, 'aws:cdk:warning')).toEqual([expect.stringContaining('the key of the alarm topic')]);
  });

  it('is none where the key is of the same app', () => {
    const stack = plain();
    const topic = new Topic(stack, 'Topic', { masterKey: new Key(stack, 'Key') });
    expect(new Monitor(stack, 'Monitor', { deployment: 'd', route: AlarmRoute.toTopic(topic) }).topic).toBe(topic);
    expect(annotations(stack, 'aws:cdk:warning')).toEqual([]);
  });
});
