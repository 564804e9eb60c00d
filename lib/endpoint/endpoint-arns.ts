import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/**
 * ARNs that whoever invokes an endpoint, or one of its inference components, needs permission for. SageMaker takes capitals in
 * names, writes ARNs in lower case, and IAM compares them letter by letter. Names are literals.
 */
export function invocationArns(scope: IConstruct, endpointName: string, components: readonly string[]): string[] {
  return [arnOf(scope, 'endpoint', endpointName), ...components.map((name) => componentArn(scope, name))];
}

/** ARN of an inference component, as permissions have it. */
export function componentArn(scope: IConstruct, name: string): string {
  return arnOf(scope, 'inference-component', name);
}

/** Lets somebody see which models these inference components serve. */
export function describeComponents(scope: IConstruct, names: readonly string[]): PolicyStatement {
  return new PolicyStatement({
    actions: ['sagemaker:DescribeInferenceComponent'],
    resources: names.map((name) => componentArn(scope, name)),
  });
}

function arnOf(scope: IConstruct, resource: string, name: string): string {
  return Stack.of(scope).formatArn({ service: 'sagemaker', resource, resourceName: name.toLowerCase() });
}
