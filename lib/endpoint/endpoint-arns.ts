import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * ARNs that whoever invokes an endpoint, or one of its inference components, needs permission for. SageMaker takes capitals in
 * names, writes ARNs in lower case, and IAM compares them letter by letter. Names are literals.
 */
export function invocationArns(scope: IConstruct, endpointName: string, components: readonly string[]): string[] {
  const arn = (resource: string, name: string) =>
    Stack.of(scope).formatArn({ service: 'sagemaker', resource, resourceName: name.toLowerCase() });
  return [arn('endpoint', endpointName), ...components.map((name) => arn('inference-component', name))];
}
