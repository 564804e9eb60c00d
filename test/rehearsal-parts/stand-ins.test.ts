import { CfnCondition, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnScalableTarget, CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { Alarm, AlarmRule, CompositeAlarm, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Bucket, CfnBucketPolicy } from 'aws-cdk-lib/aws-s3';
import { CfnEndpoint, CfnEndpointConfig, CfnModel } from 'aws-cdk-lib/aws-sagemaker';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { describe, expect, it } from 'vitest';
import { applyStandIns } from '../../rehearsal/stand-ins/apply';
import { newApp, property, REGION, resourcesOf, type TemplateJson, templateJson } from '../support';

const TOKEN = 'arn:aws:lambda:eu-west-1:000000000000:function:slipway-stand-in';

/** A stack before and after. */
function rehearsed(build: (stack: Stack) => void): { before: TemplateJson; after: Template } {
  const [plain, stack] = [1, 2].map(() => new Stack(newApp(), 'demo', { env: REGION }));
  if (plain === undefined || stack === undefined) throw new Error('no stacks');
  build(plain);
  build(stack);
  applyStandIns(stack, TOKEN);
  return { before: templateJson(Template.fromStack(plain)), after: Template.fromStack(stack) };
}

const failures = () => new Metric({ namespace: 'Slipway', metricName: 'Failures' });

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Condition?: unknown;
}

function statements(template: Template, type: string): readonly Statement[] {
  const [, policy] = resourcesOf(template, type)[0] ?? [];
  return property<{ readonly Statement: readonly Statement[] }>(policy, 'PolicyDocument').Statement;
}

describe('a stand-in', () => {
  it('takes the place of a budget and keeps what was declared', () => {
    const { after } = rehearsed((stack) => {
      new CfnBudget(stack, 'Budget', {
        budget: { budgetType: 'COST', timeUnit: 'MONTHLY', budgetLimit: { amount: 400, unit: 'USD' } },
      });
    });
    after.resourceCountIs('AWS::Budgets::Budget', 0);
    after.hasResourceProperties('Custom::StandIn_AWS_Budgets_Budget', {
      ServiceToken: TOKEN,
      SlipwayStandInFor: 'AWS::Budgets::Budget',
      Budget: { BudgetType: 'COST', TimeUnit: 'MONTHLY', BudgetLimit: { Amount: 400, Unit: 'USD' } },
    });
  });

  it('takes the place of an alarm on metric math and of a composite one, not of a plain one', () => {
    const { before, after } = rehearsed((stack) => {
      const plain = new Alarm(stack, 'Plain', { metric: failures(), threshold: 1, evaluationPeriods: 1 });
      const rate = new MathExpression({ expression: 'f * 100', usingMetrics: { f: failures() } });
      new Alarm(stack, 'Rate', { metric: rate, threshold: 1, evaluationPeriods: 1 });
      new CompositeAlarm(stack, 'Any', { alarmRule: AlarmRule.anyOf(plain) });
    });
    const [[plainId, plain] = []] = resourcesOf(after, 'AWS::CloudWatch::Alarm');
    expect(resourcesOf(after, 'AWS::CloudWatch::Alarm')).toHaveLength(1);
    expect(plain).toEqual(before.Resources[plainId ?? '']);
    after.hasResourceProperties('Custom::StandIn_AWS_CloudWatch_Alarm', {
      SlipwayStandInFor: 'AWS::CloudWatch::Alarm',
    });
    after.resourceCountIs('Custom::StandIn_AWS_CloudWatch_CompositeAlarm', 1);
  });
});

describe('a stand-in of SageMaker', () => {
  it('takes the place of its resources and of their scaling, with references and conditions as they were', () => {
    const { before, after } = rehearsed((stack) => {
      const running = new CfnCondition(stack, 'Running', { expression: Fn.conditionEquals('a', 'a') });
      const model = new CfnModel(stack, 'Model', { executionRoleArn: 'arn:aws:iam::1:role/model' });
      const config = new CfnEndpointConfig(stack, 'Config', {
        productionVariants: [{ variantName: 'AllTraffic', modelName: model.attrModelName }],
      });
      const endpoint = new CfnEndpoint(stack, 'Endpoint', { endpointConfigName: config.attrEndpointConfigName });
      endpoint.cfnOptions.condition = running;
      const target = new CfnScalableTarget(stack, 'Target', {
        serviceNamespace: 'sagemaker',
        resourceId: `endpoint/${endpoint.attrEndpointName}/variant/AllTraffic`,
        scalableDimension: 'sagemaker:variant:DesiredInstanceCount',
        minCapacity: 1,
        maxCapacity: 2,
      });
      new CfnScalingPolicy(stack, 'Policy', {
        policyName: 'p',
        policyType: 'TargetTrackingScaling',
        scalingTargetId: target.ref,
      });
    });
    const resources = templateJson(after).Resources;
    for (const [id, type] of [
      ['Model', 'AWS::SageMaker::Model'],
      ['Config', 'AWS::SageMaker::EndpointConfig'],
      ['Endpoint', 'AWS::SageMaker::Endpoint'],
      ['Target', 'AWS::ApplicationAutoScaling::ScalableTarget'],
      ['Policy', 'AWS::ApplicationAutoScaling::ScalingPolicy'],
    ] as const) {
      expect(before.Resources[id]?.Type).toBe(type);
      expect(resources[id]).toEqual({
        ...before.Resources[id],
        Type: `Custom::StandIn_${type.replaceAll('::', '_')}`,
        Properties: { ...before.Resources[id]?.Properties, ServiceToken: TOKEN, SlipwayStandInFor: type },
      });
    }
    expect(resources.Endpoint).toMatchObject({ Condition: 'Running' });
  });
});

describe('in a rehearsal', () => {
  it.each([
    ['buckets', 'AWS::S3::BucketPolicy', (stack: Stack) => new Bucket(stack, 'Store', { enforceSSL: true })],
    ['queues', 'AWS::SQS::QueuePolicy', (stack: Stack) => new Queue(stack, 'Store', { enforceSSL: true })],
    ['topics', 'AWS::SNS::TopicPolicy', (stack: Stack) => new Topic(stack, 'Store', { enforceSSL: true })],
  ] as const)('policies of %s admit what comes without TLS and keep their other statements', (_, type, make) => {
    const { before, after } = rehearsed((stack) => {
      const other = new PolicyStatement({
        sid: 'Other',
        actions: ['*'],
        resources: ['*'],
        principals: [new AnyPrincipal()],
        conditions: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } },
      });
      make(stack).addToResourcePolicy(other);
    });
    const declared = Object.values(before.Resources).find(({ Type }) => Type === type);
    const all = property<{ readonly Statement: readonly Statement[] }>(declared, 'PolicyDocument').Statement;
    expect(all.map(({ Effect }) => Effect).sort()).toEqual(['Allow', 'Deny']);
    expect(statements(after, type)).toEqual(all.filter(({ Sid }) => Sid === 'Other'));
  });

  it('a refusal by something else than TLS stays', () => {
    const { before, after } = rehearsed((stack) => {
      const bucket = new Bucket(stack, 'Store');
      const statement = { Effect: 'Deny', Action: '*', Resource: '*', Principal: '*' };
      new CfnBucketPolicy(stack, 'Policy', {
        bucket: bucket.bucketName,
        policyDocument: {
          Statement: [
            { ...statement, Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } } },
            { ...statement, Condition: { Bool: { 'aws:SecureTransport': 'true' } } },
          ],
        },
      });
    });
    expect(templateJson(after)).toEqual(before);
  });

  it('the emptying of buckets is left out by a condition, in each stack that has some', () => {
    const app = newApp();
    const stacks = ['a', 'b'].map((id) => {
      const stack = new Stack(app, id, { env: REGION });
      for (const name of ['One', 'Two']) {
        new Bucket(stack, name, { autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY });
      }
      return stack;
    });
    applyStandIns(app, TOKEN);
    for (const template of stacks.map((stack) => Template.fromStack(stack))) {
      template.hasCondition('NotInRehearsal', { 'Fn::Equals': ['rehearsal', 'account'] });
      template.allResources('Custom::S3AutoDeleteObjects', { Condition: 'NotInRehearsal' });
      template.resourceCountIs('Custom::S3AutoDeleteObjects', 2);
      template.allResources('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
    }
  });

  it('the link to a secret is its ARN, which a reference is not in the emulator', () => {
    const { before, after } = rehearsed((stack) => {
      new StringParameter(stack, 'Link', { stringValue: new Secret(stack, 'Key').secretArn });
      new StringParameter(stack, 'Other', { stringValue: new Topic(stack, 'Topic').topicArn });
    });
    const values = (template: TemplateJson) =>
      Object.values(template.Resources)
        .filter(({ Type }) => Type === 'AWS::SSM::Parameter')
        .map((resource) => property<object>(resource, 'Value'));
    const [link, other] = values(before);
    expect(link).toEqual({ Ref: expect.stringMatching(/^Key/) });
    expect(values(templateJson(after))).toEqual([{ 'Fn::GetAtt': [Object.values(link ?? {})[0], 'Id'] }, other]);
  });

  it('nothing else changes', () => {
    const { before, after } = rehearsed((stack) => {
      new Bucket(stack, 'Store', { versioned: true });
      new Alarm(stack, 'Plain', { metric: failures(), threshold: 1, evaluationPeriods: 1 });
      new Topic(stack, 'Topic');
    });
    expect(templateJson(after)).toEqual(before);
  });
});
