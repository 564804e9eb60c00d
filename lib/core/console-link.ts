import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Links into the console, to the very resource, for the person who was woken. */
function consoleUrl(scope: IConstruct, service: string, fragment: string): string {
  const { region } = Stack.of(scope);
  return `https://${region}.console.aws.amazon.com/${service}/home?region=${region}#${fragment}`;
}

export function functionLink(scope: IConstruct, functionName: string): string {
  return consoleUrl(scope, 'lambda', `/functions/${functionName}?tab=monitoring`);
}

export function stateMachineLink(scope: IConstruct, stateMachineArn: string): string {
  return consoleUrl(scope, 'states', `/statemachines/view/${stateMachineArn}`);
}

export function queueLink(scope: IConstruct, queueName: string): string {
  const { account, region } = Stack.of(scope);
  const url = encodeURIComponent(`https://sqs.${region}.amazonaws.com/`);
  return consoleUrl(scope, 'sqs/v3', `/queues/${url}${account}%2F${queueName}`);
}

export function endpointLink(scope: IConstruct, endpointName: string): string {
  return consoleUrl(scope, 'sagemaker', `/endpoints/${endpointName}`);
}
