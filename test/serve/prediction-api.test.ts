import { Duration, Lazy, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import {
  AlarmRoute,
  type IModelBackend,
  ModelDashboard,
  Monitor,
  PredictionApi,
  type PredictionApiProps,
  StageProfile,
} from '../../lib/index';
import { OPEN_MARGIN_MS } from '../../protocol/prediction';
import { PROBLEM_CONTENT_TYPE } from '../../protocol/problem';
import {
  contractOf,
  messageOf,
  modelWith,
  property,
  resourcesOf,
  standalone,
  synthesizedStages,
  templatesOf,
} from '../support';

function apiIn(parts: ReturnType<typeof standalone>, changes: Partial<PredictionApiProps> = {}): PredictionApi {
  return new PredictionApi(parts.stack, 'Api', {
    model: 'spam-filter',
    stageName: 'pilot',
    backend: parts.backend,
    registry: parts.registry,
    log: parts.log,
    timeout: Duration.seconds(2),
    peakRequestsPerSecond: 10,
    ...changes,
  });
}

function templateWith(changes: Partial<PredictionApiProps> = {}): Template {
  const parts = standalone();
  apiIn(parts, changes);
  return Template.fromStack(parts.stack);
}

describe('a prediction API in a plain stack', () => {
  const template = templateWith();

  it('hands bodies over as bytes, so that what is not UTF-8 is seen', () => {
    template.hasResourceProperties('AWS::ApiGateway::RestApi', { BinaryMediaTypes: ['application/json'] });
  });

  it('is regional', () => {
    template.hasResourceProperties('AWS::ApiGateway::RestApi', {
      Name: 'spam-filter-pilot',
      EndpointConfiguration: { Types: ['REGIONAL'] },
    });
  });

  it('has its four routes, each of them signed with IAM', () => {
    const methods = resourcesOf(template, 'AWS::ApiGateway::Method').map(([, { Properties }]) => Properties);
    expect(methods.map((properties) => [properties?.HttpMethod, properties?.AuthorizationType])).toEqual([
      ['POST', 'AWS_IAM'],
      ['GET', 'AWS_IAM'],
      ['POST', 'AWS_IAM'],
      ['GET', 'AWS_IAM'],
    ]);
    const paths = resourcesOf(template, 'AWS::ApiGateway::Resource').map(([, { Properties }]) => Properties?.PathPart);
    expect(paths).toEqual(['predictions', '{id}', 'feedback', 'health']);
  });

  it('sends predictions to the alias and queries to the records function', () => {
    const [alias] = resourcesOf(template, 'AWS::Lambda::Alias').filter(([id]) => id.startsWith('ApiServing'));
    const uris = resourcesOf(template, 'AWS::ApiGateway::Method').map(([, method]) =>
      JSON.stringify(property<{ Uri: unknown }>(method, 'Integration').Uri),
    );
    expect(uris.map((uri) => uri.includes(`{"Ref":"${alias?.[0]}"}`))).toEqual([true, false, false, true]);
    expect(uris.map((uri) => /"ApiRecords[0-9A-F]+"/.test(uri))).toEqual([false, true, true, false]);
  });

  it('lets twice the peak pass by default, and two seconds of it at once', () => {
    template.hasResourceProperties('AWS::ApiGateway::Stage', {
      StageName: 'v1',
      MethodSettings: [{ HttpMethod: '*', ResourcePath: '/*', ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 }],
    });
  });

  it('logs who called what and how it ended, and never a body, a query or a token', () => {
    const [[, stage] = []] = resourcesOf(template, 'AWS::ApiGateway::Stage');
    const { DestinationArn, Format } = property<{ DestinationArn: unknown; Format: string }>(stage, 'AccessLogSetting');
    const [log] = resourcesOf(template, 'AWS::Logs::LogGroup').filter(([id]) => id.startsWith('ApiAccessLog'));
    expect(JSON.stringify(DestinationArn)).toContain(`{"Ref":"${log?.[0]}"}`);
    expect(Object.values(JSON.parse(Format))).toEqual([
      '$context.requestId',
      '$context.requestTime',
      '$context.httpMethod',
      '$context.resourcePath',
      '$context.status',
      '$context.responseLength',
      '$context.responseLatency',
      '$context.integrationLatency',
      '$context.identity.caller',
      '$context.authorizer.principalId',
      '$context.error.responseType',
    ]);
    expect(stage?.Properties?.MethodSettings).toEqual([
      expect.objectContaining({ DataTraceEnabled: false, LoggingLevel: 'ERROR', MetricsEnabled: false }),
    ]);
    expect(stage?.Properties?.TracingEnabled).toBe(true);
  });

  it('makes the log group that API Gateway would make itself, so that it is kept as long as the others', () => {
    const groups = resourcesOf(template, 'AWS::Logs::LogGroup').filter(([, { Properties }]) =>
      JSON.stringify(Properties?.LogGroupName ?? '').includes('API-Gateway-Execution-Logs_'),
    );
    expect(groups).toHaveLength(1);
    const [[id, group] = []] = groups;
    expect(group?.Properties?.RetentionInDays).toBeGreaterThan(0);
    const [[, stage] = []] = resourcesOf(template, 'AWS::ApiGateway::Stage');
    expect(stage?.DependsOn).toContain(id);
  });

  it('creates its stage only after the account can write logs', () => {
    const [[id] = []] = resourcesOf(template, 'Custom::SlipwayApiLoggingRole');
    template.hasResource('AWS::ApiGateway::Stage', { DependsOn: Match.arrayWith([id]) });
    template.hasResource('AWS::IAM::Role', {
      DeletionPolicy: 'Retain',
      Properties: {
        AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: 'apigateway.amazonaws.com' } }] },
      },
    });
  });

  it('answers for the gateway itself with problem documents', () => {
    const responses = resourcesOf(template, 'AWS::ApiGateway::GatewayResponse').map(([, { Properties }]) => Properties);
    const documents = new Map(
      responses.map((response) => {
        const { ResponseType, ResponseTemplates } = response as {
          ResponseType: string;
          ResponseTemplates: { 'application/json': string };
        };
        return [ResponseType, JSON.parse(ResponseTemplates['application/json'])];
      }),
    );
    for (const [type, document] of documents) {
      expect(document, type).toMatchObject({
        type: expect.stringMatching(/^urn:slipway:problem:[a-z-]+$/),
        title: expect.stringMatching(/\S/),
        requestId: '$context.requestId',
      });
    }
    for (const response of responses) {
      expect(response?.ResponseParameters).toEqual({
        'gatewayresponse.header.Content-Type': `'${PROBLEM_CONTENT_TYPE}'`,
      });
    }
    const statuses = responses
      .filter((response) => response?.StatusCode !== undefined)
      .map((response) => [response?.StatusCode, String(documents.get(String(response?.ResponseType)).status)]);
    expect(statuses.length).toBe(documents.size - 2);
    for (const [sent, said] of statuses) expect(sent).toBe(said);
    const status = (type: string) => documents.get(type).status;
    expect({
      throttled: status('THROTTLED'),
      unauthorized: status('UNAUTHORIZED'),
      timeout: status('INTEGRATION_TIMEOUT'),
    }).toEqual({ throttled: 429, unauthorized: 401, timeout: 504 });
    // The two that stand for many statuses keep the gateway's own.
    expect([...documents].filter(([, document]) => document.status === undefined).map(([type]) => type)).toEqual([
      'DEFAULT_4XX',
      'DEFAULT_5XX',
    ]);
  });

  it('serves predictions by an alias without provisioned concurrency by default', () => {
    for (const [, { Properties }] of resourcesOf(template, 'AWS::Lambda::Alias')) {
      expect(Properties).toMatchObject({ Name: 'serving' });
      expect(Properties).not.toHaveProperty('ProvisionedConcurrencyConfig');
    }
  });

  it('ends the handler three seconds after its own deadline', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'spam-filter-pilot-predict',
      Timeout: 5,
      Architectures: ['arm64'],
      Environment: { Variables: { SLIPWAY_TIMEOUT_MS: '2000' } },
    });
  });

  it('looks for abandoned records every minute, and keeps what failed', () => {
    const [[queue] = []] = resourcesOf(template, 'AWS::SQS::Queue');
    template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [queue, 'Arn'] } } },
    });
  });
});

describe('a prediction API', () => {
  it('keeps as many environments ready as it is told', () => {
    const template = templateWith({ provisionedConcurrency: 3, minimumInstances: 5 });
    const provisioned = resourcesOf(template, 'AWS::Lambda::Alias').map(
      ([, { Properties }]) => Properties?.ProvisionedConcurrencyConfig,
    );
    expect(provisioned).toEqual([{ ProvisionedConcurrentExecutions: 5 }, { ProvisionedConcurrentExecutions: 3 }]);
  });

  it.each([
    [{ throttleHeadroom: 1.5 }, 15, 30],
    [{ peakRequestsPerSecond: 0.2, throttleHeadroom: 1 }, 0.2, 1],
  ])('throttles by peak and headroom: %j', (changes, rate, burst) => {
    templateWith(changes).hasResourceProperties('AWS::ApiGateway::Stage', {
      MethodSettings: [{ ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst }],
    });
  });

  it.each([1, 999, 1000, 1001, 2500, 27_999, 28_000])(
    'ends a handler with a deadline of %i ms before the sweeper takes its record for abandoned',
    (ms) => {
      const [predict] = resourcesOf(templateWith({ timeout: Duration.millis(ms) }), 'AWS::Lambda::Function').filter(
        ([, { Properties }]) => Properties?.FunctionName === 'spam-filter-pilot-predict',
      );
      const timeoutMs = 1000 * property<number>(predict?.[1], 'Timeout');
      expect(timeoutMs).toBeGreaterThanOrEqual(ms + 1000);
      expect(timeoutMs).toBeLessThanOrEqual(ms + OPEN_MARGIN_MS);
    },
  );

  it('never lets the function run longer than the API waits', () => {
    templateWith({ timeout: Duration.seconds(28) }).hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'spam-filter-pilot-predict',
      Timeout: 29,
    });
  });

  it('lets a grantee invoke its routes and nothing else', () => {
    const parts = standalone();
    const caller = new Role(parts.stack, 'Caller', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    apiIn(parts).grantInvoke(caller);
    const [policy] = resourcesOf(Template.fromStack(parts.stack), 'AWS::IAM::Policy').filter(([id]) =>
      id.startsWith('Caller'),
    );
    const { Statement } = property<{ Statement: { Action: string; Resource: object[] }[] }>(
      policy?.[1],
      'PolicyDocument',
    );
    expect(Statement).toHaveLength(1);
    expect(Statement[0]?.Action).toBe('execute-api:Invoke');
    const routes = Statement[0]?.Resource.map((arn) => JSON.stringify(arn).replace(/^.*\/(v1\/[^"]*)".*$/, '$1'));
    expect(routes?.sort()).toEqual([
      'v1/GET/health',
      'v1/GET/predictions/*',
      'v1/POST/predictions',
      'v1/POST/predictions/*/feedback',
    ]);
  });

  const token = Token.asNumber(Lazy.any({ produce: () => 1 }));
  it.each<[Partial<PredictionApiProps>, string]>([
    [{ model: 'Spam Filter' }, 'model is "Spam Filter", expected lower case letters'],
    [{ stageName: '-pilot' }, 'stageName is "-pilot", expected lower case letters'],
    [{ model: 'm'.repeat(41) }, 'has 47 characters, expected at most 46; shorten'],
    [{ timeout: Duration.seconds(29) }, 'timeout is 29000 ms, expected 1 to 28000 ms'],
    [{ timeout: Duration.millis(token) }, 'timeout is known only when it is deployed'],
    [{ peakRequestsPerSecond: 0 }, 'peakRequestsPerSecond is 0, expected a number from 0.01 to 100000'],
    [{ peakRequestsPerSecond: token }, 'peakRequestsPerSecond is known only when it is deployed'],
    [{ throttleHeadroom: 0.5 }, 'throttleHeadroom is 0.5, expected a number from 1 to 100'],
    [{ provisionedConcurrency: -1 }, 'provisionedConcurrency is -1, expected a whole number from 0 to 1000'],
    [{ minimumInstances: Number.NaN }, 'minimumInstances is NaN, expected a whole number from 0 to 1000'],
    [{ positiveLabel: Token.asString({ Ref: 'X' }) }, 'positiveLabel is known only when it is deployed'],
  ])('fails with %j', (changes, fault) => {
    const message = messageOf(() => templateWith(changes));
    expect(message).toContain('ConfigError: plain/Api: ');
    expect(message).toContain(fault);
  });

  it('fails with a backend that cannot do what is asked', () => {
    const parts = standalone();
    const weak: IModelBackend = {
      capabilities: { ...parts.backend.capabilities, maxTimeout: Duration.seconds(1), keepsInstances: false },
      bindEndpoint: () => undefined,
      bind: () => {
        throw new Error('it was bound');
      },
    };
    const message = messageOf(() => apiIn(parts, { backend: weak, minimumInstances: 1 }));
    expect(message).toContain('timeout is 2000 ms, the backend takes at most 1000 ms');
    expect(message).toContain('minimumInstances is 1, the backend cannot keep instances running');
  });
});

describe('the metrics of a prediction API', () => {
  const parts = standalone();
  const api = apiIn(parts);
  const dimensions = { Deployment: 'spam-filter-pilot' };

  it('are those that its handlers emit, with the dimension that they emit', () => {
    expect(api.metricPredictions()).toMatchObject({ namespace: 'Slipway', metricName: 'Predictions', dimensions });
    expect(api.metricLatency()).toMatchObject({ metricName: 'Latency', statistic: 'p95', dimensions });
    expect(api.metricBackendFailures()).toMatchObject({ metricName: 'BackendFailures', statistic: 'Sum' });
    expect(api.metricBackendTimeouts()).toMatchObject({ metricName: 'BackendTimeouts', statistic: 'Sum' });
    expect(api.metricGuardBlocked()).toMatchObject({ metricName: 'GuardBlocked', statistic: 'Sum' });
  });

  it('are as the caller wants them', () => {
    const options = { statistic: 'p99', period: Duration.minutes(1), label: 'mine' };
    expect(api.metricLatency(options)).toMatchObject(options);
    expect(api.metricLatency(options).period.toMinutes()).toBe(1);
  });

  it('can be watched in a stack of one’s own, as a stage watches them', () => {
    const monitor = new Monitor(parts.stack, 'Monitor', {
      deployment: api.deployment,
      route: AlarmRoute.toOwnTopic(),
      runbook: 'https://wiki.example.com/runbook',
    });
    const contract = contractOf();
    monitor.watchModel({ api, contract, profile: StageProfile.PRODUCTION, backendLink: api.backend.consoleLink });
    new ModelDashboard(parts.stack, 'Dashboard', { api, contract, monitor, guardRules: [] });
    const alarms = resourcesOf(Template.fromStack(parts.stack), 'AWS::CloudWatch::Alarm');
    expect(alarms.length).toBeGreaterThan(8);
    expect(Object.keys(monitor.alarms)).toContain('latency-p95');
    for (const [, { Properties }] of alarms) {
      expect(JSON.stringify(Properties?.AlarmDescription)).toContain('https://wiki.example.com/runbook#');
    }
  });
});

describe('the API of a stage', () => {
  it('can be used by whoever made the stage', () => {
    const model = modelWith({ runbook: 'https://wiki.example.com/night' });
    model.api.grantInvoke(
      new Role(model.serveStack, 'Caller', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }),
    );
    const { serve, operate } = templatesOf(model);
    expect(JSON.stringify(serve.toJSON())).toContain('"Action":"execute-api:Invoke"');
    expect(model.api.url).toBeDefined();
    expect([model.registry.table.node.path, model.log.table.node.path]).toEqual([
      'pilot/state/ModelRegistry/Table',
      'pilot/state/PredictionLog/Table',
    ]);
    for (const [id, alarm] of Object.entries(model.monitor.alarms)) {
      expect(alarm.alarmName, id).toBeDefined();
      expect(JSON.stringify(operate.toJSON())).toContain(`https://wiki.example.com/night#${id}`);
    }
  });

  it.each([
    ['pilot', undefined, 60],
    ['staging', 1, 80],
    ['production', 2, 80],
  ])('%s has its profile’s provisioned concurrency and headroom', (name, provisioned, rate) => {
    const stage = synthesizedStages().find((one) => one.name === name);
    if (stage === undefined) throw new Error(`no stage ${name}`);
    const { serve } = stage.templates;
    for (const [, { Properties }] of resourcesOf(serve, 'AWS::Lambda::Alias')) {
      expect(Properties?.ProvisionedConcurrencyConfig).toEqual(
        provisioned === undefined ? undefined : { ProvisionedConcurrentExecutions: provisioned },
      );
    }
    serve.hasResourceProperties('AWS::ApiGateway::Stage', { MethodSettings: [{ ThrottlingRateLimit: rate }] });
  });
});
