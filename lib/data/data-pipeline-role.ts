import { ArnFormat, Stack } from 'aws-cdk-lib';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { DATASET_EVENT } from '../../protocol/dataset';
import { acknowledgeWildcard } from '../core/acknowledge';
import type { HandlerFunction } from '../core/handler-function';

/** ARN of a state machine by its literal name: its own role names it before it exists. */
export function stateMachineArn(scope: IConstruct, name: string): string {
  return Stack.of(scope).formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: name,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** ARN of all executions of a state machine. */
export function executionsArn(scope: IConstruct, name: string): string {
  return Stack.of(scope).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${name}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** Whether the holder of the lease still runs. */
export function allowDescribe(scope: IConstruct, steps: HandlerFunction, name: string): void {
  const executions = executionsArn(scope, name);
  steps.addToRolePolicy(new PolicyStatement({ actions: ['states:DescribeExecution'], resources: [executions] }));
  acknowledgeWildcard(steps.role ?? steps, executions, 'executions of its own state machine, by whatever name');
}

/**
 * What the state machine does: calls its functions; starts itself, which is how a distributed map starts workers, and how a long execution
 * hands over; and looks after these workers (developer guide, "IAM policies for using Distributed Map states").
 */
export function allowMaps(scope: IConstruct, role: IRole, name: string, functions: readonly IFunction[]): void {
  const { partition, region, account } = Stack.of(scope);
  // A worker is an execution of "<state machine>/<label of the map>".
  const workers = `arn:${partition}:states:${region}:${account}:execution:${name}/*`;
  const allow = (actions: string[], resources: string[]) =>
    role.addToPrincipalPolicy(new PolicyStatement({ actions, resources }));
  allow(
    ['lambda:InvokeFunction'],
    functions.map(({ functionArn }) => functionArn),
  );
  allow(['states:StartExecution'], [stateMachineArn(scope, name)]);
  allow(['states:DescribeExecution', 'states:StopExecution'], [executionsArn(scope, name), workers]);
  for (const arn of [executionsArn(scope, name), workers]) {
    acknowledgeWildcard(role, arn, 'workers of its own distributed maps, by whatever name');
  }
  acknowledgeWildcard(role, '*', 'deliveries of logs and traces of Step Functions know no resources');
}

/** Events of its own kind, to the default bus. */
export function allowEvents(scope: IConstruct, role: IRole): void {
  role.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['events:PutEvents'],
      resources: [Stack.of(scope).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' })],
      conditions: {
        StringEquals: { 'events:source': DATASET_EVENT.source, 'events:detail-type': DATASET_EVENT.published },
      },
    }),
  );
}
