import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** ARNs that whoever invokes an endpoint, or one of its inference components, needs permission for. */
export function invocationArns(scope: IConstruct, endpointName: string, components: readonly string[]): string[] {
  const arn = (resource: string, resourceName: string) =>
    Stack.of(scope).formatArn({ service: 'sagemaker', resource, resourceName });
  return [arn('endpoint', endpointName), ...components.map((name) => arn('inference-component', name))];
}
