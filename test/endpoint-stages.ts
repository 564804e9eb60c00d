import { Duration, Size, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import {
  type BackendCapabilities,
  type EndpointFront,
  type IBoundModelBackend,
  type IModelBackend,
  type ModelBackendBindOptions,
  StageProfile,
} from '../lib/index';
import { ENV } from '../protocol/env';
import { modelWith, newApp, type SynthesizedStage, templatesOf } from './support';

/** What an endpoint is, as far as the API in front of it is concerned. */
export type EndpointKind = 'real-time' | 'serverless' | 'sleeping' | 'asynchronous';

/** An endpoint that is deployed elsewhere: names, permissions and what it declares of itself. */
export class EndpointElsewhere implements IModelBackend {
  readonly capabilities: BackendCapabilities = {
    maxTimeout: Duration.seconds(60),
    maxInput: Size.mebibytes(6),
    keepsInstances: true,
  };

  constructor(private readonly kind: EndpointKind) {}

  bind(scope: Construct, { deployment }: ModelBackendBindOptions): IBoundModelBackend {
    const action = this.kind === 'asynchronous' ? 'sagemaker:InvokeEndpointAsync' : 'sagemaker:InvokeEndpoint';
    const { partition, region, account } = Stack.of(scope);
    return {
      consoleLink: `https://example.com/endpoints/${deployment}`,
      front: this.front(scope),
      connect: (handler: LambdaFunction) => {
        const resources = [`arn:${partition}:sagemaker:${region}:${account}:endpoint/${deployment}`];
        handler.addToRolePolicy(new PolicyStatement({ actions: [action], resources }));
        handler.addEnvironment(ENV.endpoint, deployment);
        if (this.kind === 'sleeping') handler.addEnvironment(ENV.inferenceComponent, `${deployment}-model`);
        if (this.kind === 'serverless') handler.addEnvironment(ENV.contentType, 'text/csv');
      },
    };
  }

  /** It is made by somebody else. */
  bindEndpoint(): undefined {
    return undefined;
  }

  private front(scope: Construct): EndpointFront {
    if (this.kind !== 'asynchronous')
      return { mayBeAsleep: this.kind === 'sleeping', loadsOnDemand: this.kind === 'serverless' };
    const topics = ['done', 'failed'].map((name) =>
      Topic.fromTopicArn(
        scope,
        `Topic-${name}`,
        Stack.of(scope).formatArn({ service: 'sns', resource: `async-${name}` }),
      ),
    );
    const bucket = Bucket.fromBucketName(scope, 'Exchange', 'exchange');
    return { asynchronous: { bucket, inputPrefix: 'async/input/', resultPrefix: 'async/output/', topics } };
  }
}

const KINDS: readonly EndpointKind[] = ['real-time', 'serverless', 'sleeping', 'asynchronous'];
let synthesized: SynthesizedStage[] | undefined;

/** One stage for each kind of endpoint, in one app. */
export function endpointStages(app = newApp()): SynthesizedStage[] {
  const profile = StageProfile.STAGING;
  return KINDS.map((kind) => {
    const model = modelWith({ id: kind, profile, backend: new EndpointElsewhere(kind) }, app);
    return { name: kind, profile, model, templates: templatesOf(model) };
  });
}

/** The same stages for every test that only reads them. */
export function synthesizedEndpointStages(): readonly SynthesizedStage[] {
  synthesized ??= endpointStages();
  return synthesized;
}
