import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import aslValidator from 'asl-validator';
import { Duration, RemovalPolicy, TimeZone } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { CALLS_OF as CONTROLLER } from '../../lambdas/endpoint-controller/calls';
import { CALLS as PARAMETERS } from '../../lambdas/endpoint-parameters/calls';
import { CALLS as WATCH } from '../../lambdas/endpoint-watch/calls';
import { CALLS_OF as VERIFY } from '../../lambdas/verify-rollout/calls';
import { WarmUp } from '../../lib/index';
import { sourceOf, variablesRead } from '../handler-sources';
import { messageOf, newApp, property, resourcesOf, templateJson } from '../support';
import { controlledStage, DEPLOYMENT, functionNamed, ofComponents, roleOf, statementsOf, templatesOf } from './stage';
import { DEFINITION } from './world';

const templates = templatesOf(controlledStage());

const handlers = [
  ['endpoint-controller', 'endpoint-control', templates.operate, CONTROLLER.always],
  ['endpoint-watch', 'endpoint-watch', templates.operate, WATCH],
  ['endpoint-parameters', 'endpoint-params', templates.state, PARAMETERS],
  ['verify-rollout', 'verify-rollout', templates.endpoint, VERIFY.always],
  ['endpoint-controller', 'endpoint-control', ofComponents.operate, [...CONTROLLER.always, ...CONTROLLER.components]],
  ['verify-rollout', 'verify-rollout', ofComponents.endpoint, [...VERIFY.always, ...VERIFY.components]],
] as const;

describe.each(handlers)('the function of %s', (handler, suffix, template, calls) => {
  const found = functionNamed(template, suffix);
  const statements = statementsOf(template, roleOf(found));
  const withoutRuntime = statements.filter(
    ({ Action, Resource: on }) =>
      ![Action].flat().every((action) => /^(logs|xray|kms):/.test(action)) &&
      // Failed looks of the watch go to its queue in the name of its role.
      !/^\{"Fn::GetAtt":\["WatchFailed\w+","Arn"\]\}$/.test(JSON.stringify(on)),
  );

  it('may do what it calls, and nothing else', () => {
    expect([...new Set(withoutRuntime.flatMap(({ Action }) => Action))].sort()).toEqual([...calls].sort());
  });

  it('may do it to named resources', () => {
    for (const { Action, Resource } of withoutRuntime) {
      if ([Action].flat().includes('cloudwatch:GetMetricData')) continue;
      for (const resource of [Resource].flat()) expect(resource, String(Action)).not.toBe('*');
    }
  });

  it('is given the variables that it reads, and no more', () => {
    const given = Object.keys(property<{ Variables: object }>(found, 'Environment').Variables);
    expect(given.filter((name) => name !== 'NODE_OPTIONS').sort()).toEqual(variablesRead(sourceOf(handler)));
  });

  it('has a name that fits for the longest deployment', () => {
    expect(46 + 1 + suffix.length).toBeLessThanOrEqual(64);
  });
});

describe('the controller', () => {
  const { operate } = templates;

  it('may update the stack with the role of the controller only', () => {
    const statements = statementsOf(operate, roleOf(functionNamed(operate, 'endpoint-control')));
    const role = { 'Fn::GetAtt': [expect.stringMatching(/^EndpointControllerUpdateRole/), 'Arn'] };
    const update = statements.find(({ Action }) => Action === 'cloudformation:UpdateStack');
    expect(update?.Condition).toEqual({ StringEquals: { 'cloudformation:RoleArn': role } });
    expect(JSON.stringify(update?.Resource)).toContain(`:stack/${DEPLOYMENT}-endpoint/*`);
    const pass = statements.find(({ Action }) => Action === 'iam:PassRole');
    expect(pass).toMatchObject({
      Resource: role,
      Condition: { StringEquals: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } },
    });
  });

  it('hands CloudFormation a role that may change this endpoint, and make neither roles nor functions', () => {
    const [[id] = ['']] = resourcesOf(operate, 'AWS::IAM::Role').filter(([name]) =>
      name.startsWith('EndpointControllerUpdateRole'),
    );
    const statements = statementsOf(operate, id);
    const actions = statements.flatMap(({ Action }) => Action);
    expect(actions).toContain('sagemaker:UpdateEndpoint');
    expect(
      actions.filter((action) =>
        /\*|iam:(?!PassRole|CreateServiceLinkedRole)|lambda:(?!InvokeFunction)|s3:|kms:|sts:/.test(action),
      ),
    ).toEqual([]);
    for (const { Action, Resource, Condition } of statements) {
      const text = JSON.stringify(Resource);
      if ([Action].flat().every((action) => action.startsWith('application-autoscaling:Describe'))) continue;
      expect(text, String(Action)).toMatch(
        /spam-filter-pilot|scalable-target|\/config\*|cdk-bootstrap|aws-service-role|alarm:TargetTracking-/,
      );
      if (Action === 'iam:PassRole') expect(JSON.stringify(Condition)).toContain('iam:PassedToService');
    }
    expect(JSON.stringify(statements)).toContain(':endpoint/spam-filter-pilot"');
    expect(JSON.stringify(statements)).toContain(':function:spam-filter-pilot-verify-rollout"');
  });

  it('names resources of its stack by the beginnings that it is given, in lower case', () => {
    const own = templatesOf(
      controlledStage({
        controller: { resourceNamePrefixes: ['ModelABC'], executionRoleArn: 'arn:aws:iam::1:role/r' },
      }),
    ).operate;
    const text = JSON.stringify(own.toJSON());
    expect(text).toContain(':model/modelabc*"');
    expect(text).toContain(':endpoint-config/modelabc*"');
    expect(text).not.toContain(':model/spam-filter-pilot');
    expect(text).toContain('"arn:aws:iam::1:role/r"');
  });

  it('has a definition that is valid, with a time-out and repetitions in every task', () => {
    const { isValid, errorsText } = aslValidator(structuredClone(DEFINITION));
    expect(isValid, errorsText('\n')).toBe(true);
    const tasks = Object.entries(DEFINITION.States).filter(([, state]) => 'Resource' in state);
    expect(tasks.map(([name]) => name)).toEqual([
      'TakeLease',
      'PrepareStack',
      'UpdateEndpoint',
      'FollowUpdate',
      'SettleEndpoint',
      'Restore',
      'FollowRestore',
      'Release',
    ]);
    for (const [name, state] of tasks) {
      expect(state, name).toMatchObject({
        TimeoutSeconds: 70,
        Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 5 }],
        Catch: [{ ErrorEquals: ['States.ALL'] }],
      });
    }
  });

  it('is deployed with that definition, and logged', () => {
    const [[, machine] = []] = resourcesOf(operate, 'AWS::StepFunctions::StateMachine');
    const { 'Fn::Join': parts } = property<{ 'Fn::Join': [string, unknown[]] }>(machine, 'DefinitionString');
    const deployed = JSON.parse(parts[1].map((part) => (typeof part === 'string' ? part : 'arn:handler')).join(''));
    expect(deployed.States).toEqual(DEFINITION.States);
    // Patience, the stack's wait, two updates, settling, and an hour for the steps.
    expect(deployed.TimeoutSeconds).toBe(86_400 + 1_800 + 2 * 14_400 + 1_800 + 3_600);
    expect(machine?.Properties).toMatchObject({
      StateMachineName: `${DEPLOYMENT}-endpoint-controller`,
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
      TracingConfiguration: { Enabled: true },
    });
  });

  it('has no more events than an execution may have, however long each of its phases takes', () => {
    const hours = 3_600;
    // Of a pause 2 (entered, left), of a task 5 (entered, scheduled, started, succeeded, left), of a choice 2.
    const eventsOfALook = 9;
    const longest = {
      WaitForLease: 24,
      WaitForStack: 0.5,
      WaitForUpdate: 10,
      WaitForRestore: 10,
      WaitForEndpoint: 0.5,
    };
    const pauses = Object.entries(DEFINITION.States).filter(([, state]) => 'Seconds' in state);
    expect(pauses.map(([name]) => name).sort()).toEqual(Object.keys(longest).sort());
    const events = pauses.map(([name, state]) => {
      const { Seconds } = state as { readonly Seconds: number };
      return ((longest[name as keyof typeof longest] * hours) / Seconds) * eventsOfALook;
    });
    // A fifth is left for steps that are repeated: each attempt that failed is three events more.
    expect(events.reduce((sum, count) => sum + count, 0)).toBeLessThan(25_000 * 0.8);
  });

  it('is watched', () => {
    operate.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `${DEPLOYMENT}-endpoint-control-failed`,
      Metrics: Match.arrayWith([
        Match.objectLike({
          MetricStat: Match.objectLike({ Metric: Match.objectLike({ MetricName: 'ExecutionsFailed' }) }),
        }),
      ]),
    });
  });

  it.each([[[]], [['']]])('fails with %j as beginnings of names', (resourceNamePrefixes) => {
    expect(messageOf(() => controlledStage({ controller: { resourceNamePrefixes } }))).toContain(
      'expected the logical ids of the models and configurations',
    );
  });

  it('fails with a time-out that no update can keep', () => {
    expect(messageOf(() => controlledStage({ controller: { updateTimeout: Duration.minutes(5) } }))).toContain(
      'updateTimeout is 300000 ms, expected 600000 to 36000000 ms',
    );
    expect(messageOf(() => controlledStage({ controller: { updateTimeout: Duration.hours(11) } }))).toContain(
      'updateTimeout is 39600000 ms, expected 600000 to 36000000 ms',
    );
  });

  it.each([
    [undefined, { contentType: 'application/json', body: '{}' }],
    [WarmUp.request('a,b', 'text/csv'), { contentType: 'text/csv', body: 'a,b' }],
    [WarmUp.none(), undefined],
  ])('warms up with what it is given (%#)', (warmUp, expected) => {
    const app = newApp();
    controlledStage({ controller: { warmUp } }, app);
    expect(configBeside(app.synth().directory, 'endpoint-controller').warmUp).toEqual(expected);
  });
});

/** The configuration that was written beside the bundle of a handler. */
function configBeside(directory: string, handler: string): { readonly warmUp?: unknown; readonly activity?: unknown } {
  const [folder] = readdirSync(directory).filter((name) => name.startsWith(`.slipway-${handler}-`));
  return JSON.parse(readFileSync(join(directory, folder ?? '', 'slipway-config.json'), 'utf8'));
}

describe('the parameters', () => {
  it('are created by a custom resource, and are no resources themselves', () => {
    const { state } = templates;
    state.hasResourceProperties('Custom::SlipwayEndpointParameters', {
      VersionParameter: `/slipway/${DEPLOYMENT}/desired-version`,
      StateParameter: `/slipway/${DEPLOYMENT}/desired-state`,
      Retain: 'false',
    });
    const names = resourcesOf(state, 'AWS::SSM::Parameter').map(([, { Properties }]) => Properties?.Name);
    expect(names).toContain(`/slipway/${DEPLOYMENT}/endpoint-created-at`);
    expect(names.filter((name) => String(name).includes('/desired-'))).toEqual([]);
    state.hasOutput('EndpointControllerName', { Value: `${DEPLOYMENT}-endpoint-controller` });
  });

  it('stay where the stage keeps what it has', () => {
    const { state } = templatesOf(controlledStage({ removalPolicy: RemovalPolicy.RETAIN }));
    state.hasResourceProperties('Custom::SlipwayEndpointParameters', { Retain: 'true' });
  });
});

describe('office hours', () => {
  const { operate } = templates;

  it('start and stop the endpoint where the office is', () => {
    const schedules = resourcesOf(operate, 'AWS::Scheduler::Schedule').map(([, { Properties }]) => Properties);
    const target = (input: object) => ({
      Input: JSON.stringify(input),
      DeadLetterConfig: { Arn: expect.anything() },
      RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 20 },
    });
    expect(schedules).toMatchObject([
      {
        Name: `${DEPLOYMENT}-start`,
        ScheduleExpression: 'cron(30 7 ? * MON,TUE,WED,THU,FRI *)',
        ScheduleExpressionTimezone: 'Europe/Dublin',
        Target: target({
          action: 'start',
          reason: 'office hours begin',
          requestedBy: 'office-hours',
          waitIfBusySeconds: 14_400,
        }),
      },
      { Name: `${DEPLOYMENT}-stop`, ScheduleExpression: 'cron(0 19 ? * MON,TUE,WED,THU,FRI *)' },
    ]);
  });

  it('may do nothing but ask the controller, and keep what failed', () => {
    const [[id] = ['']] = resourcesOf(operate, 'AWS::IAM::Role').filter(([name]) => name.startsWith('OfficeHoursRole'));
    expect(
      statementsOf(operate, id)
        .flatMap(({ Action }) => Action)
        .sort(),
    ).toEqual(['sqs:SendMessage', 'states:StartExecution']);
    expect(JSON.stringify(templateJson(operate).Resources[id])).toContain('"aws:SourceAccount"');
  });

  it.each([
    [undefined, 4],
    [['MON'], 7],
    [['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'], 2],
    [['TUE', 'FRI'], 5],
  ])('that do not run are an alarm after the longest pause of %j', (days, periods) => {
    templatesOf(controlledStage({ schedule: { days } })).operate.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `${DEPLOYMENT}-endpoint-schedule-silent`,
      Dimensions: [{ Name: 'ScheduleGroup', Value: `${DEPLOYMENT}-office-hours` }],
      MetricName: 'InvocationAttemptCount',
      Namespace: 'AWS/Scheduler',
      Period: 86_400,
      EvaluationPeriods: periods,
      TreatMissingData: 'breaching',
    });
    // CloudWatch looks at a week at most.
    expect(periods).toBeLessThanOrEqual(7);
  });

  it.each([
    [{ startAt: '7:30' }, 'startAt is "7:30", expected a time such as 07:30; give hours and minutes, of 24 hours'],
    [{ stopAt: '24:00' }, 'stopAt is "24:00", expected a time such as 07:30'],
    [{ stopAt: '07:30' }, 'startAt and stopAt are both "07:30", expected two times'],
    [{ days: ['Monday'] }, 'days has ["Monday"], expected MON, TUE'],
    [{ days: [] }, 'days is empty, expected a day at least'],
  ])('fail with %j', (schedule, fault) => {
    expect(messageOf(() => controlledStage({ schedule }))).toContain(fault);
  });

  it('take any time zone', () => {
    const { operate: own } = templatesOf(controlledStage({ schedule: { timeZone: TimeZone.ASIA_TOKYO } }));
    own.allResourcesProperties('AWS::Scheduler::Schedule', { ScheduleExpressionTimezone: 'Asia/Tokyo' });
  });
});

describe('the watch', () => {
  const names = (template: Template) =>
    resourcesOf(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) =>
      String(Properties?.AlarmName).replace(`${DEPLOYMENT}-`, ''),
    );

  it('looks each hour, and warns a week and a day before the end', () => {
    templates.operate.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 hour)' });
    expect(names(templates.operate)).toEqual(
      expect.arrayContaining([
        'endpoint-watch-failed',
        'endpoint-watch-silent',
        'endpoint-expires-in-a-week',
        'endpoint-expires-tomorrow',
      ]),
    );
    templates.operate.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `${DEPLOYMENT}-endpoint-expires-in-a-week`,
      Namespace: 'Slipway',
      MetricName: 'EndpointDaysLeft',
      Dimensions: [{ Name: 'Deployment', Value: DEPLOYMENT }],
      Threshold: 7,
      ComparisonOperator: 'LessThanOrEqualToThreshold',
      TreatMissingData: 'ignore',
      Statistic: 'Minimum',
    });
  });

  it('does not warn where nothing expires', () => {
    const { operate } = templatesOf(controlledStage({ watch: { expiresAfter: Duration.days(0) } }));
    expect(names(operate).filter((name) => name.includes('expires'))).toEqual([]);
  });

  it.each([
    [{ expiresAfter: Duration.hours(36) }, 'expiresAfter is 129600000 ms, expected whole days'],
    [{ stopWhenIdleFor: Duration.minutes(90) }, 'stopWhenIdleFor is 5400000 ms, expected whole hours'],
    [{ stopWhenIdleFor: Duration.days(15) }, 'stopWhenIdleFor is 1296000000 ms, expected 0 to 1209600000 ms'],
  ])('fails with %j', (watch, fault) => {
    expect(messageOf(() => controlledStage({ watch }))).toContain(fault);
  });
});
