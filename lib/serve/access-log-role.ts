import { CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledgeWildcard } from '../core/acknowledge';
import { type FunctionSettings, HandlerFunction } from '../core/handler-function';

/** @internal */
export interface AccessLogRoleProps {
  readonly deployment: string;
  readonly functionSettings: FunctionSettings;
}

/**
 * API Gateway writes logs with one role per account and region. This sets the role where the account has none, and never
 * overwrites or removes one: other APIs of the account write with it. The role stays for the same reason.
 *
 * @internal
 */
export class AccessLogRole extends Construct {
  constructor(scope: Construct, id: string, props: AccessLogRoleProps) {
    super(scope, id);
    const role = logsRole(this);
    const handler = new HandlerFunction(this, 'Handler', {
      ...props.functionSettings,
      handler: 'api-logging-role',
      functionName: `${props.deployment}-api-logging-role`,
      description: 'sets the account-wide role by which API Gateway writes logs, if there is none',
      timeout: Duration.minutes(2),
    });
    const { partition, region } = Stack.of(this);
    handler.addToRolePolicy(
      new PolicyStatement({
        actions: ['apigateway:GET', 'apigateway:PATCH'],
        resources: [`arn:${partition}:apigateway:${region}::/account`],
      }),
    );
    handler.addToRolePolicy(
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'apigateway.amazonaws.com' } },
      }),
    );
    const resource = new CustomResource(this, 'Setting', {
      resourceType: 'Custom::SlipwayApiLoggingRole',
      serviceToken: handler.functionArn,
      properties: { RoleArn: role.roleArn },
      serviceTimeout: Duration.minutes(5),
    });
    // The permissions must be there when the function is called, not only the function.
    if (handler.role !== undefined) resource.node.addDependency(handler.role);
  }
}

function logsRole(scope: Construct): Role {
  const { partition, region, account } = Stack.of(scope);
  const everyLog = `arn:${partition}:logs:${region}:${account}:*`;
  const role = new Role(scope, 'Role', {
    description: 'by which API Gateway writes the logs of all APIs of this account and region',
    assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
    inlinePolicies: {
      logs: new PolicyDocument({
        statements: [
          // What the managed policy AmazonAPIGatewayPushToCloudWatchLogs holds, in this account and region only.
          new PolicyStatement({
            actions: [
              'logs:CreateLogGroup',
              'logs:CreateLogStream',
              'logs:DescribeLogGroups',
              'logs:DescribeLogStreams',
              'logs:FilterLogEvents',
              'logs:GetLogEvents',
              'logs:PutLogEvents',
            ],
            resources: [everyLog],
          }),
        ],
      }),
    },
  });
  role.applyRemovalPolicy(RemovalPolicy.RETAIN);
  acknowledgeWildcard(role, everyLog, 'API Gateway writes the logs of every API of the account with this one role');
  return role;
}
