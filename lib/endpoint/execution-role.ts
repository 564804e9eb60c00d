import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledgeWildcard } from '../core/acknowledge';
import { grantKeyThrough } from '../core/grants';

/** What SageMaker asks of an execution role for hosting: developer guide, "SageMaker AI roles", CreateModel. */
const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const LOGS = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'];
const NETWORK_INTERFACES = [
  'ec2:CreateNetworkInterface',
  'ec2:CreateNetworkInterfacePermission',
  'ec2:DeleteNetworkInterface',
  'ec2:DeleteNetworkInterfacePermission',
  'ec2:DescribeDhcpOptions',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeVpcs',
];

interface ExecutionRoleProps {
  readonly endpointName: string;
  readonly logGroups: readonly ILogGroup[];
  readonly inVpc: boolean;
}

/** The role that SageMaker runs the endpoint in; image, artefact and buckets are granted by whoever names them. */
export function executionRole(scope: Construct, id: string, props: ExecutionRoleProps): Role {
  const role = new Role(scope, id, {
    assumedBy: new ServicePrincipal('sagemaker.amazonaws.com'),
    description: `what runs the endpoint ${props.endpointName}`,
  });
  const everywhere: string[] = ['the token of ECR', 'metrics of a namespace'];
  role.addToPolicy(new PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }));
  role.addToPolicy(
    new PolicyStatement({
      actions: ['cloudwatch:PutMetricData'],
      resources: ['*'],
      conditions: {
        StringEquals: {
          'cloudwatch:namespace': ['/aws/sagemaker/Endpoints', '/aws/sagemaker/InferenceComponents'],
        },
      },
    }),
  );
  role.addToPolicy(
    new PolicyStatement({ actions: LOGS, resources: props.logGroups.map(({ logGroupArn }) => logGroupArn) }),
  );
  if (props.inVpc) {
    everywhere.push('network interfaces of instances in a VPC');
    role.addToPolicy(new PolicyStatement({ actions: NETWORK_INTERFACES, resources: ['*'] }));
  }
  acknowledgeWildcard(role, '*', `no resource is known to: ${everywhere.join(', ')}`);
  return role;
}

/** Lets the role pull images of one repository. */
export function grantImage(role: Role, repositoryArn: string): void {
  role.addToPolicy(new PolicyStatement({ actions: PULL, resources: [repositoryArn] }));
}

/** Lets the role see the alarms that roll an endpoint back, without which SageMaker ignores them. */
export function grantAlarms(role: Role, alarmNames: readonly string[]): void {
  if (alarmNames.length === 0) return;
  const stack = Stack.of(role);
  role.addToPolicy(
    new PolicyStatement({
      actions: ['cloudwatch:DescribeAlarms'],
      resources: alarmNames.map((resourceName) =>
        stack.formatArn({
          service: 'cloudwatch',
          resource: 'alarm',
          resourceName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ),
    }),
  );
}

/** Lets the role read or write one object, or what lies below a prefix that ends in a slash. */
export function grantPrefix(role: Role, bucket: IBucket, key: string, access: 'read' | 'write'): void {
  const isPrefix = key.endsWith('/');
  const objects = bucket.arnForObjects(isPrefix ? `${key}*` : key);
  const actions = access === 'read' ? ['s3:GetObject'] : ['s3:AbortMultipartUpload', 's3:PutObject'];
  role.addToPolicy(new PolicyStatement({ actions, resources: [objects] }));
  if (isPrefix) acknowledgeWildcard(role, objects, `${access}s what lies below this prefix and nothing else`);
  if (isPrefix && access === 'read') {
    role.addToPolicy(
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [bucket.bucketArn],
        conditions: { StringLike: { 's3:prefix': [`${key}*`] } },
      }),
    );
  }
  if (bucket.encryptionKey !== undefined) grantKeyThrough(bucket.encryptionKey, role, [{ service: 's3', access }]);
}
