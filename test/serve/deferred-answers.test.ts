import { Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { PredictionApi, type PredictionApiProps } from '../../lib/index';
import { type EndpointKind, endpointBackend } from '../endpoint-stages';
import { messageOf, property, resourcesOf, standalone, templateJson } from '../support';

function templateOf(kind: EndpointKind, changes: Partial<PredictionApiProps> = {}): Template {
  const { stack, key, registry, log } = standalone();
  new PredictionApi(stack, 'Api', {
    model: 'spam-filter',
    stageName: 'pilot',
    backend: endpointBackend(kind),
    registry,
    log,
    timeout: Duration.seconds(2),
    peakRequestsPerSecond: 10,
    functionSettings: { encryptionKey: key },
    ...changes,
  });
  return Template.fromStack(stack);
}

function queueNamed(template: Template, name: string): Readonly<Record<string, unknown>> {
  const [[, queue] = []] = resourcesOf(template, 'AWS::SQS::Queue').filter(
    ([, { Properties }]) => Properties?.QueueName === name,
  );
  if (queue?.Properties === undefined) throw new Error(`there is no queue ${name}`);
  return queue.Properties;
}

/** Logical id and properties of a function. */
function functionNamed(template: Template, name: string): [string, Readonly<Record<string, unknown>>] {
  const [[id, found] = []] = resourcesOf(template, 'AWS::Lambda::Function').filter(
    ([, { Properties }]) => Properties?.FunctionName === `spam-filter-pilot-${name}`,
  );
  if (id === undefined || found?.Properties === undefined) throw new Error(`there is no function ${name}`);
  return [id, found.Properties];
}

function idOfFunction(template: Template, name: string): string {
  return functionNamed(template, name)[0];
}

function variablesOf(template: Template, name: string): Record<string, unknown> {
  const [, { Environment }] = functionNamed(template, name);
  return (Environment as { Variables: Record<string, unknown> }).Variables;
}

describe('an API in front of an endpoint', () => {
  it.each(['real-time', 'serverless'] as const)('that is %s lets nobody wait', (kind) => {
    const template = templateOf(kind);
    expect(resourcesOf(template, 'AWS::SQS::Queue')).toHaveLength(1);
    template.resourceCountIs('AWS::Lambda::EventSourceMapping', 0);
    expect(variablesOf(template, 'predict')).not.toHaveProperty('SLIPWAY_WAIT_SECONDS');
  });

  it('runs another bundle than one in front of a Lambda backend', () => {
    const lambda = standalone();
    new PredictionApi(lambda.stack, 'Api', {
      model: 'spam-filter',
      stageName: 'pilot',
      backend: lambda.backend,
      registry: lambda.registry,
      log: lambda.log,
      timeout: Duration.seconds(2),
      peakRequestsPerSecond: 10,
    });
    const codeOf = (template: Template) => JSON.stringify(functionNamed(template, 'predict')[1].Code);
    expect(codeOf(templateOf('real-time'))).not.toBe(codeOf(Template.fromStack(lambda.stack)));
    expect(codeOf(templateOf('real-time'))).toBe(codeOf(templateOf('sleeping')));
  });
});

describe('a waiting room', () => {
  const template = templateOf('sleeping');

  it('lets its worker alone be invoked by what it sends, which Lambda would stop after sixteen times', () => {
    const looping = resourcesOf(template, 'AWS::Lambda::Function').flatMap(([, { Properties = {} }]) =>
      'RecursiveLoop' in Properties ? [[Properties.FunctionName, Properties.RecursiveLoop]] : [],
    );
    expect(looping).toEqual([['spam-filter-pilot-answer-waiting', 'Allow']]);
  });

  it('keeps requests encrypted, over TLS, and hardly longer than they may wait', () => {
    const waiting = queueNamed(template, 'spam-filter-pilot-waiting');
    expect(waiting).toMatchObject({
      KmsMasterKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
      MessageRetentionPeriod: 45 * 60,
      VisibilityTimeout: 150,
      RedrivePolicy: { maxReceiveCount: 5 },
    });
    const failed = queueNamed(template, 'spam-filter-pilot-waiting-failed');
    expect(failed).toMatchObject({ KmsMasterKeyId: waiting.KmsMasterKeyId, MessageRetentionPeriod: 86_400 });
    const denying = resourcesOf(template, 'AWS::SQS::QueuePolicy').filter(([, policy]) =>
      JSON.stringify(policy).includes('"aws:SecureTransport":"false"'),
    );
    expect(denying).toHaveLength(3);
  });

  it('without a key of the stage is encrypted all the same', () => {
    const plain = templateOf('sleeping', { functionSettings: {} });
    expect(queueNamed(plain, 'spam-filter-pilot-waiting')).toMatchObject({ SqsManagedSseEnabled: true });
  });

  it('feeds one worker from both queues, a few requests at a time, with single failures', () => {
    const worker = idOfFunction(template, 'answer-waiting');
    const mappings = resourcesOf(template, 'AWS::Lambda::EventSourceMapping').map(([, mapping]) => mapping);
    expect(mappings).toHaveLength(2);
    for (const mapping of mappings) {
      expect(mapping.Properties).toMatchObject({
        FunctionName: { Ref: worker },
        BatchSize: 5,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 4 },
      });
    }
    expect(new Set(mappings.map((mapping) => JSON.stringify(mapping.Properties?.EventSourceArn))).size).toBe(2);
  });

  it('lets the worker work longer than two askings take, and hides a message for longer than that', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'spam-filter-pilot-answer-waiting',
      Timeout: 75,
    });
  });

  it('tells front and worker the same queue, and the worker which one holds what was given up', () => {
    const [front, worker] = [variablesOf(template, 'predict'), variablesOf(template, 'answer-waiting')];
    expect(front.SLIPWAY_WAITING_QUEUE).toEqual(worker.SLIPWAY_WAITING_QUEUE);
    expect(front.SLIPWAY_WAIT_SECONDS).toBe('1800');
    expect(JSON.stringify(worker.SLIPWAY_WAITING_DEAD_LETTERS)).toMatch(/WaitingFailed\w+","Arn"/);
  });

  it('keeps requests as long as it is told to', () => {
    const longer = templateOf('sleeping', { waitTime: Duration.hours(2) });
    expect(queueNamed(longer, 'spam-filter-pilot-waiting')).toMatchObject({ MessageRetentionPeriod: 135 * 60 });
    expect(variablesOf(longer, 'predict').SLIPWAY_WAIT_SECONDS).toBe('7200');
  });

  it.each([Duration.seconds(59), Duration.hours(7)])('fails with a waiting time of %s', (waitTime) => {
    expect(messageOf(() => templateOf('sleeping', { waitTime }))).toMatch(
      /^ConfigError: .*waitTime is \d+ ms, expected 60000 to 21600000 ms/,
    );
  });

  it('lets the front write inputs that it cannot read, and the worker read inputs that it cannot write', () => {
    const actionsOn = (name: string) => {
      const role = property<{ 'Fn::GetAtt': [string] }>(
        templateJson(template).Resources[idOfFunction(template, name)],
        'Role',
      )['Fn::GetAtt'][0];
      return resourcesOf(template, 'AWS::IAM::Policy')
        .filter(([, { Properties }]) => JSON.stringify(Properties?.Roles).includes(role))
        .flatMap(
          ([, policy]) =>
            property<{ Statement: { Action: unknown; Resource: unknown }[] }>(policy, 'PolicyDocument').Statement,
        )
        .filter(({ Resource }) => JSON.stringify(Resource).includes('/waiting/*'))
        .flatMap(({ Action }) => Action);
    };
    expect(actionsOn('predict')).toEqual(['s3:PutObject']);
    expect(actionsOn('answer-waiting')).toEqual(['s3:DeleteObject', 's3:GetObject']);
  });
});

describe('answers of an asynchronous endpoint', () => {
  const template = templateOf('asynchronous');

  it('come by both topics to one function', () => {
    const handler = idOfFunction(template, 'answer-async');
    const subscriptions = resourcesOf(template, 'AWS::SNS::Subscription').map(([, { Properties }]) => Properties);
    expect(subscriptions).toHaveLength(2);
    for (const subscription of subscriptions) {
      expect(subscription).toMatchObject({ Protocol: 'lambda', Endpoint: { 'Fn::GetAtt': [handler, 'Arn'] } });
    }
  });

  it('that cannot be dealt with are kept', () => {
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: idOfFunction(template, 'answer-async') },
      MaximumRetryAttempts: 2,
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('AsyncFailed'), 'Arn'] } },
      },
    });
    expect(queueNamed(template, 'spam-filter-pilot-async-failed')).toMatchObject({ SqsManagedSseEnabled: true });
  });

  it('lie where the function looks, and inputs where the endpoint does', () => {
    const [front, answers] = [variablesOf(template, 'predict'), variablesOf(template, 'answer-async')];
    const at = (prefix: string) => ({
      'Fn::Join': ['', ['s3://', { Ref: expect.stringContaining('LogPayloads') }, `/${prefix}`]],
    });
    expect(front).toMatchObject({
      SLIPWAY_ASYNC_INPUTS: at('async/input/'),
      SLIPWAY_ASYNC_TIMEOUT_SECONDS: '900',
      SLIPWAY_WAIT_SECONDS: '1800',
    });
    expect(answers).toMatchObject({
      SLIPWAY_ASYNC_INPUTS: at('async/input/'),
      SLIPWAY_ASYNC_RESULTS: at('async/output/'),
    });
    expect(front).not.toHaveProperty('SLIPWAY_WAITING_QUEUE');
  });

  it('wait in no queue of ours', () => {
    template.resourceCountIs('AWS::Lambda::EventSourceMapping', 0);
    expect(() => queueNamed(template, 'spam-filter-pilot-waiting')).toThrow('there is no queue');
  });
});
