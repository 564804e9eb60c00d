import { Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import type { SageMakerEndpoint, SageMakerEndpointProps } from '../../lib/index';
import { newApp, property, resourcesOf } from '../support';
import { endpointWith, OBJECTIVES, type Parts, REGION, templateOf } from './endpoints';

export type Changes = (parts: Parts, stack: Stack) => Partial<SageMakerEndpointProps>;

export function made(changes: Changes = () => ({}), env = REGION): SageMakerEndpoint {
  return endpointWith(new Stack(newApp(), 'endpoint', { env }), changes);
}

/** Quiet about what a test does not look at. */
export const held = (changes: Changes = () => ({})) =>
  made((parts, stack) => ({ objectives: OBJECTIVES, ...changes(parts, stack) }));

export const template = (changes?: Changes): Template => templateOf(held(changes));

export function statements(of: Template): Record<string, unknown>[] {
  return resourcesOf(of, 'AWS::IAM::Policy').flatMap(
    ([, policy]) => property<{ Statement: Record<string, unknown>[] }>(policy, 'PolicyDocument').Statement,
  );
}
