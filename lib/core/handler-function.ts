import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Duration, RemovalPolicy, Size, Token } from 'aws-cdk-lib';
import { type ISecurityGroup, type IVpc, SecurityGroup, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  type RecursiveLoop,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { ENV, HANDLER_CONFIG_FILE } from '../../protocol/env';
import { acknowledgeWildcard } from './acknowledge';
import { ConfigError } from './config-error';
import { folderWith, handlerFolder } from './package-files';

/** How functions of a stage are run and logged; the same for all of them. */
export interface FunctionSettings {
  /**
   * How long log events are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
  /**
   * What becomes of the log group when it leaves the stack.
   * @default RemovalPolicy.DESTROY
   */
  readonly logRemovalPolicy?: RemovalPolicy;
  /**
   * Least level that is logged: DEBUG, INFO, WARN or ERROR.
   * @default 'INFO'
   */
  readonly logLevel?: string;
  /**
   * Key that encrypts logs and environment; its policy must admit CloudWatch Logs.
   * @default AWS-owned keys
   */
  readonly encryptionKey?: IKey;
  /**
   * Network of the functions.
   * @default functions run outside of any VPC
   */
  readonly vpc?: IVpc;
  /**
   * Subnets within `vpc`.
   * @default the VPC's private subnets
   */
  readonly vpcSubnets?: SubnetSelection;
}

/** @internal */
export interface HandlerFunctionProps extends FunctionSettings {
  /** Folder under `lambdas/`. */
  readonly handler: string;
  /** Literal name, so that alarms of other stacks can name the function without a reference. */
  readonly functionName: string;
  readonly description: string;
  readonly timeout: Duration;
  /** Memory, and with it the share of a processor: 1,769 MB is one vCPU. */
  readonly memory?: Size;
  /** Written as a file beside the bundle: too large or too structured for the environment. Must be plain JSON. */
  readonly config?: unknown;
  /**
   * Whether Lambda stops the function when what it sends invokes it again, sixteen times in a row.
   * @default it does
   */
  readonly recursiveLoop?: RecursiveLoop;
}

/**
 * A handler of this package as a function: the one place that knows how handlers are bundled. Has a role of its own with
 * nothing but its log group, to which grants add.
 *
 * @internal
 */
export class HandlerFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    super(scope, id, {
      ...functionBasics(scope, id, props),
      functionName: props.functionName,
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: bundledCode(scope, props.handler, props.config),
      timeout: props.timeout,
      memorySize: (props.memory ?? Size.mebibytes(512)).toMebibytes(),
      recursiveLoop: props.recursiveLoop,
    });
    this.addEnvironment(ENV.logLevel, props.logLevel ?? 'INFO');
    // Stack traces that point at the source cost a few milliseconds at cold start, and only there.
    this.addEnvironment('NODE_OPTIONS', '--enable-source-maps');
  }
}

/** Role, log group, key and network that every function of a stage gets, handlers and user code alike. */
export function functionBasics(scope: Construct, id: string, settings: FunctionSettings) {
  const logGroup = new LogGroup(scope, `${id}Logs`, {
    retention: settings.logRetention ?? RetentionDays.ONE_MONTH,
    removalPolicy: settings.logRemovalPolicy ?? RemovalPolicy.DESTROY,
    encryptionKey: settings.encryptionKey,
  });
  const role = new Role(scope, `${id}Role`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: {
      logs: new PolicyDocument({
        statements: [
          new PolicyStatement({
            actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            resources: [logGroup.logGroupArn],
          }),
        ],
      }),
    },
  });
  acknowledgeWildcard(role, '*', 'X-Ray knows no resources, nor do network interfaces of functions in a VPC');
  const network = settings.vpc === undefined ? {} : networkOf(scope, id, settings.vpc, settings.vpcSubnets, role);
  return { role, logGroup, environmentEncryption: settings.encryptionKey, tracing: Tracing.ACTIVE, ...network };
}

function networkOf(scope: Construct, id: string, vpc: IVpc, vpcSubnets: SubnetSelection | undefined, role: Role) {
  // What the managed policy AWSLambdaVPCAccessExecutionRole holds; these calls know no resources.
  role.addToPolicy(
    new PolicyStatement({
      actions: [
        'ec2:AssignPrivateIpAddresses',
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:UnassignPrivateIpAddresses',
      ],
      resources: ['*'],
    }),
  );
  const securityGroups: ISecurityGroup[] = [
    new SecurityGroup(scope, `${id}SecurityGroup`, { vpc, description: `outbound only, for ${scope.node.path}/${id}` }),
  ];
  return { vpc, vpcSubnets, securityGroups };
}

function bundledCode(scope: Construct, handler: string, config: unknown): Code {
  const bundle = handlerFolder(handler);
  if (config === undefined) return Code.fromAsset(bundle);
  const text = `${JSON.stringify(config, null, 1)}\n`;
  if (Token.isUnresolved(text)) {
    throw new ConfigError(
      scope,
      `the configuration of "${handler}" holds a value known only when it is deployed, expected plain values; it is a file of the bundle, which is made before: give the value itself`,
    );
  }
  const folder = folderWith(scope, bundle, text, (copy) => writeFileSync(join(copy, HANDLER_CONFIG_FILE), text));
  return Code.fromAsset(folder);
}
