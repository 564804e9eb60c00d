import { Duration, type Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { CfnEndpointConfig, CfnModel } from 'aws-cdk-lib/aws-sagemaker';
import type { FunctionSettings } from './core/handler-function';
import type { IBoundEndpoint } from './endpoint/api';
import { EndpointController } from './endpoint/endpoint-controller';
import { EndpointWatch } from './endpoint/endpoint-watch';
import { VerifiedRollout } from './endpoint/verified-rollout';
import { WarmUp } from './endpoint/warm-up';
import type { IModelRegistry } from './lifecycle/api';
import type { Monitor } from './monitor/monitor';
import type { ProductionModelProps } from './production-model-props';

/** What the endpoint of a stage is made with, beside what the stage is made with. */
interface StageEndpointParts {
  readonly deployment: string;
  readonly registry: IModelRegistry;
  readonly encryptionKey: IKey;
  /** Only of backends that exchange requests and answers through it. */
  readonly payloadBucket?: IBucket;
  readonly functionSettings: FunctionSettings;
}

/** The endpoint of a stage in its own stack, and what verifies each of its rollouts. */
export function stageEndpoint(stack: Stack, props: ProductionModelProps, parts: StageEndpointParts): IBoundEndpoint {
  const { contract, profile, model, backend } = props;
  const { deployment, functionSettings } = parts;
  const endpoint = backend.bindEndpoint(stack, {
    ...parts,
    model,
    objectives: contract,
    minimumInstances: profile.minimumInstances,
    rollout: profile.rollout,
    demandsRollbackAlarm: profile.demandsWholeContract,
    severityCeiling: profile.severityCeiling,
  });
  if (endpoint === undefined) throw new Error('a backend that says it owns an endpoint made none');
  const { endpointName, endpointConfigName, images, components, rollbackAlarmNames, running } = endpoint;
  new VerifiedRollout(stack, 'VerifiedRollout', {
    deployment,
    endpoint: endpoint.construct,
    endpointName,
    endpointConfigName,
    components,
    images,
    rollbackAlarmNames,
    condition: running,
    functionSettings,
  })._publish();
  return endpoint;
}

interface EndpointOperation {
  readonly deployment: string;
  readonly endpoint: IBoundEndpoint;
  readonly registry: IModelRegistry;
  readonly monitor: Monitor;
  readonly encryptionKey: IKey;
  readonly functionSettings: FunctionSettings;
}

/** What changes the endpoint of a stage, and what stops one that has expired or that nobody uses. */
export function operateEndpoint(
  stack: Stack,
  { model, backend, profile, warmUp }: ProductionModelProps,
  { deployment, endpoint, registry, monitor, encryptionKey, functionSettings }: EndpointOperation,
): EndpointController {
  const controller = new EndpointController(stack, 'EndpointController', {
    deployment,
    model,
    registry,
    endpointName: endpoint.endpointName,
    inferenceComponentNames: endpoint.inferenceComponentNames,
    resourceNamePrefixes: namedByCloudFormation(endpoint),
    volumeKey: encryptionKey,
    updateTimeout: endpoint.updateTimeout,
    warmUp: backend.capabilities.answersLater === true ? WarmUp.none() : warmUp,
    monitor,
    functionSettings,
  });
  const { expiresAfter } = profile;
  // What scales to zero by itself costs nothing while nobody asks: stopping it would only refuse the next request.
  const goesToZero = backend.capabilities.scalesToZero === true && profile.minimumInstances === 0;
  const stopWhenIdleFor = goesToZero ? Duration.days(0) : profile.stopWhenIdleFor;
  if (expiresAfter.toMilliseconds() + stopWhenIdleFor.toMilliseconds() > 0) {
    new EndpointWatch(stack, 'EndpointWatch', { controller, expiresAfter, stopWhenIdleFor, monitor, functionSettings });
  }
  return controller;
}

/** Logical ids of the models and configurations, with which CloudFormation begins their names. */
function namedByCloudFormation(endpoint: IBoundEndpoint): string[] {
  return endpoint.construct.node
    .findAll()
    .filter((child) => child instanceof CfnModel || child instanceof CfnEndpointConfig)
    .map((child) => String(child.stack.resolve(child.logicalId)));
}
