import { Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import {
  type IModelBackend,
  ModelBackend,
  ModelCode,
  ModelSource,
  PredictionApi,
  RollbackAlarms,
  Rollout,
  type SageMakerBackendOptions,
  StageProfile,
  VerifiedRollout,
} from '../../lib/index';
import { registryModel } from '../endpoint-stages';
import { MODEL_FOLDER, messageOf, newApp, property, resourcesOf, standalone } from '../support';
import { endpointStack, MODEL_FROM_REGISTRY, type Parts, stageEndpoints } from './endpoints';

const realTime =
  (changes: Partial<SageMakerBackendOptions> = {}) =>
  (parts: Parts): IModelBackend =>
    ModelBackend.sageMakerRealTime({ model: MODEL_FROM_REGISTRY(parts), instanceType: 'ml.m7i.large', ...changes });

const EXISTING_WHILE_RUNNING = /^AWS::(SageMaker|ApplicationAutoScaling)::/;

describe('the endpoint stack of a stage', () => {
  const made = stageEndpoints(newApp()).map(({ stack, endpoint }) => ({
    name: stack.stackName,
    endpoint,
    template: Template.fromStack(stack),
  }));

  it.each(made)('of $name reads version and state from SSM, anew at each update', ({ template, endpoint }) => {
    const name = endpoint?.endpointName;
    template.hasParameter('DesiredVersion', {
      Type: 'AWS::SSM::Parameter::Value<List<String>>',
      Default: `/slipway/${name}/desired-version`,
    });
    template.hasParameter('DesiredState', {
      Type: 'AWS::SSM::Parameter::Value<String>',
      Default: `/slipway/${name}/desired-state`,
    });
    template.hasCondition('Running', {
      'Fn::And': [
        { 'Fn::Not': [{ 'Fn::Equals': [{ 'Fn::Select': [0, { Ref: 'DesiredVersion' }] }, 'none'] }] },
        { 'Fn::Equals': [{ Ref: 'DesiredState' }, 'running'] },
      ],
    });
  });

  it.each(made)('of $name has all that runs, and what wakes it, on that condition and nothing else', ({ template }) => {
    const { Resources } = template.toJSON() as { Resources: Record<string, { Type: string; Condition?: string }> };
    for (const [id, { Type, Condition }] of Object.entries(Resources)) {
      const conditional = EXISTING_WHILE_RUNNING.test(Type) || id.startsWith('Endpointwake');
      expect([id, Condition]).toEqual([id, conditional ? 'Running' : undefined]);
    }
    expect(Object.values(Resources).filter(({ Condition }) => Condition !== undefined).length).toBeGreaterThan(2);
  });

  it.each(made)('of $name is called by literal names', ({ endpoint }) => {
    expect(endpoint?.endpointName).toMatch(/^spam-filter-[a-z-]+$/);
    for (const name of [...(endpoint?.rollbackAlarmNames ?? []), ...(endpoint?.inferenceComponentNames ?? [])]) {
      expect(name).toMatch(new RegExp(`^${endpoint?.endpointName}-[a-z-]+$`));
    }
  });

  it('loads whichever version is wanted, and may read this model only', () => {
    const template = Template.fromStack(endpointStack(newApp(), 'stage', { backend: realTime() }).stack);
    template.hasResourceProperties('AWS::SageMaker::Model', {
      PrimaryContainer: {
        Image: { 'Fn::Join': ['', Match.arrayWith(['/reranker:1.4.0'])] },
        ModelDataSource: {
          S3DataSource: {
            S3DataType: 'S3Prefix',
            CompressionType: 'None',
            S3Uri: { 'Fn::Select': [1, { Ref: 'DesiredVersion' }] },
          },
        },
      },
    });
    const policy = JSON.stringify(resourcesOf(template, 'AWS::IAM::Policy'));
    expect(policy).toContain('"/models/spam-filter/*"');
    expect(policy).toContain('"s3:prefix":["models/spam-filter/*"]');
  });

  it('loads an archive among the files of the version', () => {
    const archive = (parts: Parts) =>
      ModelBackend.sageMakerServerless({
        model: ModelSource.fromRegistry({ image: parts.image, archive: 'model.tar.gz' }),
        rollout: Rollout.allAtOnce({ bake: Duration.minutes(5) }),
      });
    Template.fromStack(endpointStack(newApp(), 'stage', { backend: archive }).stack).hasResourceProperties(
      'AWS::SageMaker::Model',
      {
        PrimaryContainer: {
          ModelDataUrl: { 'Fn::Join': ['', [{ 'Fn::Select': [1, { Ref: 'DesiredVersion' }] }, 'model.tar.gz']] },
        },
      },
    );
  });

  it('fails with loose files on serverless', () => {
    const loose = ({ image }: Parts) =>
      ModelBackend.sageMakerServerless({
        model: ModelSource.fromRegistry({ image }),
        rollout: Rollout.allAtOnce({ bake: Duration.minutes(5) }),
      });
    expect(messageOf(() => endpointStack(newApp(), 'stage', { backend: loose }))).toContain(
      'serverless endpoints load no other',
    );
  });

  it('tells topics of the stage of asynchronous answers, found by their names and encrypted', () => {
    const asynchronous = ({ image, bucket }: Parts) =>
      ModelBackend.sageMakerAsync({ model: ModelSource.fromRegistry({ image }), instanceType: 'ml.m7i.large', bucket });
    const template = Template.fromStack(endpointStack(newApp(), 'stage', { backend: asynchronous }).stack);
    for (const what of ['answers', 'failures']) {
      template.hasResourceProperties('AWS::SNS::Topic', {
        TopicName: `spam-filter-production-async-${what}`,
        KmsMasterKeyId: Match.stringLikeRegexp(':key/'),
      });
    }
    const [[answers] = []] = resourcesOf(template, 'AWS::SNS::Topic');
    template.hasResourceProperties('AWS::SageMaker::EndpointConfig', {
      AsyncInferenceConfig: {
        OutputConfig: { NotificationConfig: { SuccessTopic: { Ref: answers }, ErrorTopic: { Ref: Match.anyValue() } } },
      },
    });
    const policy = JSON.stringify(resourcesOf(template, 'AWS::IAM::Policy'));
    expect(policy).toContain('"sns.eu-west-1."');
  });

  it('verifies only while there is something to verify', () => {
    const { stack, endpoint } = endpointStack(newApp(), 'stage', { backend: realTime() });
    if (endpoint === undefined) throw new Error('there is no endpoint');
    new VerifiedRollout(stack, 'Verify', {
      deployment: endpoint.endpointName,
      endpoint: endpoint.construct,
      endpointName: endpoint.endpointName,
      endpointConfigName: endpoint.endpointConfigName,
      condition: endpoint.running,
    });
    const template = Template.fromStack(stack);
    const [[id] = []] = resourcesOf(template, 'AWS::SageMaker::Endpoint');
    template.hasResource('Custom::SlipwayVerifiedRollout', {
      Condition: 'Running',
      DependsOn: Match.arrayWith([id]),
      Properties: { EndpointConfigName: { 'Fn::GetAtt': [Match.anyValue(), 'EndpointConfigName'] } },
    });
  });
});

describe('a profile', () => {
  const demanding = StageProfile.custom('strict', StageProfile.PILOT, {
    demandsWholeContract: true,
    rollout: Rollout.canary(),
  });
  const lenient = StageProfile.custom('production', StageProfile.PRODUCTION, { demandsWholeContract: false });
  const silent = realTime({ rollbackAlarms: RollbackAlarms.none('we look at dashboards') });

  it('that demands a whole contract refuses an endpoint without an alarm that rolls back, whatever its name', () => {
    for (const profile of [StageProfile.PRODUCTION, demanding]) {
      expect(messageOf(() => endpointStack(newApp(), 'stage', { backend: silent, profile }))).toContain(
        'no alarm rolls a bad version back, expected one at least, as the profile demands; leave rollbackAlarms out',
      );
    }
    expect(() => endpointStack(newApp(), 'stage', { backend: silent, profile: lenient })).not.toThrow();
  });

  it('that demands a whole contract refuses a rollout that watches nothing, and components that heed no alarm', () => {
    const blind = realTime({ rollout: Rollout.allAtOnce() });
    expect(messageOf(() => endpointStack(newApp(), 'stage', { backend: blind }))).toContain(
      'the rollout is all-at-once and watches nothing, expected a bake time of 180 s at least',
    );
    const atOnce = ({ image }: Parts) =>
      ModelBackend.sageMakerScaleToZero({
        model: ModelSource.fromRegistry({ image }),
        instanceType: 'ml.g5.xlarge',
        rollout: Rollout.allAtOnce({ bake: Duration.minutes(5) }),
      });
    expect(messageOf(() => endpointStack(newApp(), 'stage', { backend: atOnce }))).toContain(
      'inference components heed alarms only with Rollout.rolling',
    );
  });

  it('says how a new version takes over, unless the backend has a rollout of its own', () => {
    const policy = (changes: Partial<SageMakerBackendOptions>, profile: StageProfile) =>
      Template.fromStack(endpointStack(newApp(), 'stage', { backend: realTime(changes), profile }).stack).findResources(
        'AWS::SageMaker::Endpoint',
      );
    expect(JSON.stringify(policy({}, StageProfile.PRODUCTION))).toContain('"WaitIntervalInSeconds":600');
    expect(JSON.stringify(policy({}, StageProfile.STAGING))).toContain('"WaitIntervalInSeconds":300');
    expect(JSON.stringify(policy({}, StageProfile.PILOT))).toContain('"ALL_AT_ONCE"');
    expect(JSON.stringify(policy({ rollout: Rollout.rolling() }, StageProfile.PRODUCTION))).toContain(
      'RollingUpdatePolicy',
    );
  });

  it('that asks a hosting for what it cannot do fails', () => {
    const serverless = ({ image }: Parts) =>
      ModelBackend.sageMakerServerless({ model: ModelSource.fromRegistry({ image, archive: 'model.tar.gz' }) });
    expect(messageOf(() => endpointStack(newApp(), 'stage', { backend: serverless }))).toContain(
      'the rollout is canary 10 %, watched for 10 minutes, expected Rollout.allAtOnce',
    );
  });
});

describe('what a backend can do', () => {
  const parts = () => endpointStack(newApp(), 'stage');
  const capabilities = {
    lambda: () => ModelBackend.lambda({ code: ModelCode.node(MODEL_FOLDER) }).capabilities,
    imported: () => ModelBackend.importedEndpoint({ endpointName: 'x' }).capabilities,
    'real-time': () => parts().backend?.capabilities,
  };

  it.each<[keyof typeof capabilities, Record<string, boolean | undefined>]>([
    ['lambda', { ownsEndpoint: undefined, blueGreen: undefined, shadow: undefined, keepsInstances: true }],
    ['imported', { ownsEndpoint: undefined, keepsInstances: false, scalesToZero: undefined }],
    ['real-time', { ownsEndpoint: true, blueGreen: true, rolling: true, shadow: true, scalesToZero: undefined }],
  ])('is declared by %s', (name, expected) => {
    const can = capabilities[name]();
    for (const [capability, value] of Object.entries(expected)) {
      expect([capability, (can as unknown as Record<string, unknown>)[capability]]).toEqual([capability, value]);
    }
  });

  it('decides whether there is an endpoint to make', () => {
    const { stack } = parts();
    expect(ModelBackend.importedEndpoint({ endpointName: 'x' }).bindEndpoint(stack, {} as never)).toBeUndefined();
    const lambda = ModelBackend.lambda({ code: ModelCode.node(MODEL_FOLDER) });
    expect(lambda.bindEndpoint(stack, {} as never)).toBeUndefined();
  });
});

describe('the predict function', () => {
  function connected(backend: IModelBackend) {
    const { stack, registry, log } = standalone();
    const api = new PredictionApi(stack, 'Api', {
      model: 'spam-filter',
      stageName: 'pilot',
      backend,
      registry,
      log,
      timeout: Duration.seconds(2),
      peakRequestsPerSecond: 10,
    });
    const template = Template.fromStack(stack);
    const [variables] = Object.values(template.findResources('AWS::Lambda::Function'))
      .filter(({ Properties }) => Properties.FunctionName === 'spam-filter-pilot-predict')
      .map(({ Properties }) => Properties.Environment.Variables as Record<string, string>);
    const invoke = resourcesOf(template, 'AWS::IAM::Policy')
      .flatMap(
        ([, policy]) =>
          property<{ Statement: { Action: string | string[]; Resource: unknown }[] }>(policy, 'PolicyDocument')
            .Statement,
      )
      .filter(({ Action }) => JSON.stringify(Action).includes('sagemaker:'));
    return { api, variables, invoke };
  }

  const model = registryModel();
  const arn = (name: string) => ({
    'Fn::Join': ['', ['arn:aws:sagemaker:eu-west-1:', { Ref: 'AWS::AccountId' }, `:${name}`]],
  });

  it('may invoke exactly this endpoint, and is told its name', () => {
    const { api, variables, invoke } = connected(
      ModelBackend.sageMakerRealTime({ model, instanceType: 'ml.m5.large' }),
    );
    expect(invoke).toEqual([
      { Effect: 'Allow', Action: 'sagemaker:InvokeEndpoint', Resource: arn('endpoint/spam-filter-pilot') },
    ]);
    expect(variables).toMatchObject({
      SLIPWAY_ENDPOINT: 'spam-filter-pilot',
      SLIPWAY_CONTENT_TYPE: 'application/json',
    });
    expect(variables).not.toHaveProperty('SLIPWAY_INFERENCE_COMPONENT');
    expect(api.backend.consoleLink).toBe(
      'https://eu-west-1.console.aws.amazon.com/sagemaker/home?region=eu-west-1#/endpoints/spam-filter-pilot',
    );
  });

  it('may invoke the inference component that answers, too', () => {
    const { variables, invoke } = connected(ModelBackend.sageMakerScaleToZero({ model, instanceType: 'ml.g5.xlarge' }));
    // The function that takes requests, and the worker of those that wait.
    const both = { Resource: [arn('endpoint/spam-filter-pilot'), arn('inference-component/spam-filter-pilot-model')] };
    expect(invoke).toMatchObject([both, both]);
    expect(variables).toMatchObject({ SLIPWAY_INFERENCE_COMPONENT: 'spam-filter-pilot-model' });
  });

  it.each([
    [undefined, '900'],
    [Duration.minutes(50), '3000'],
  ])('gives an asynchronous endpoint its time for one input (%#)', (timeout, seconds) => {
    const { variables } = connected(ModelBackend.sageMakerAsync({ model, instanceType: 'ml.m5.large', timeout }));
    expect(variables).toMatchObject({ SLIPWAY_ASYNC_TIMEOUT_SECONDS: seconds });
  });

  it('asks an asynchronous endpoint later, and an imported one by its own name', () => {
    expect(connected(ModelBackend.sageMakerAsync({ model, instanceType: 'ml.m5.large' })).invoke).toMatchObject([
      { Action: 'sagemaker:InvokeEndpointAsync' },
    ]);
    const imported = connected(
      ModelBackend.importedEndpoint({
        endpointName: 'Theirs',
        inferenceComponentName: 'Theirs-A',
        contentType: 'text/csv',
      }),
    );
    expect(imported.variables).toMatchObject({
      SLIPWAY_ENDPOINT: 'Theirs',
      SLIPWAY_INFERENCE_COMPONENT: 'Theirs-A',
      SLIPWAY_CONTENT_TYPE: 'text/csv',
    });
    const theirs = { Resource: [arn('endpoint/theirs'), arn('inference-component/theirs-a')] };
    expect(imported.invoke).toMatchObject([theirs, theirs]);
  });

  it('fails with names and types that cannot be', () => {
    expect(messageOf(() => connected(ModelBackend.importedEndpoint({ endpointName: 'a b' })))).toContain(
      'endpointName is "a b", expected 1 to 63 letters, digits and hyphens',
    );
    expect(
      messageOf(() => connected(ModelBackend.importedEndpoint({ endpointName: 'a', contentType: 'json' }))),
    ).toContain('contentType is "json", expected a media type');
  });
});
