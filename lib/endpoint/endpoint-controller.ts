import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, type IGrantable, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { CONTROL_TIMING, controllerName, ENDPOINT_PARAMETER } from '../../protocol/endpoint-control';
import { ENV } from '../../protocol/env';
import type { EndpointControllerConfig } from '../../protocol/handler-config';
import { acknowledgeWildcard } from '../core/acknowledge';
import { checkDuration, faultsOf } from '../core/checks';
import { ConfigError } from '../core/config-error';
import { stateMachineLink } from '../core/console-link';
import { type FunctionSettings, HandlerFunction } from '../core/handler-function';
import type { IModelRegistry } from '../lifecycle/api';
import { type IMonitor, Severity } from '../monitor/api';
import { componentArn, describeComponents } from './endpoint-arns';
import { controllerDefinition } from './endpoint-controller-definition';
import { parameterArn } from './endpoint-parameters';
import { endpointUpdateRole } from './endpoint-update-role';
import { LONGEST_UPDATE } from './rollout-plan';
import { WarmUp } from './warm-up';

/** Properties of an `EndpointController`. */
export interface EndpointControllerProps {
  /** `<model>-<stage>`. */
  readonly deployment: string;
  /** Name of the model, as the registry files it. */
  readonly model: string;
  /** Versions of the model and the pointers to what serves. */
  readonly registry: IModelRegistry;
  /** Name of the endpoint, a literal. */
  readonly endpointName: string;
  /**
   * Name of the stack that holds the endpoint and nothing that others need.
   * @default `<deployment>-endpoint`
   */
  readonly endpointStackName?: string;
  /**
   * Beginnings of the names of the models and configurations in that stack. CloudFormation begins names of SageMaker with the
   * logical id of the resource: give those, or names that are stated.
   */
  readonly resourceNamePrefixes: string[];
  /**
   * Role that SageMaker runs the model with, by ARN.
   * @default the roles of the endpoint's stack
   */
  readonly executionRoleArn?: string;
  /**
   * Key that encrypts the volumes of the endpoint's instances.
   * @default the key of AWS
   */
  readonly volumeKey?: IKey;
  /**
   * Inference components of the endpoint, whose models are verified before a version is live; the first is asked first.
   * @default the endpoint hosts its model itself
   */
  readonly inferenceComponentNames?: string[];
  /**
   * The first request to an endpoint that was started or changed.
   * @default one with the body `{}`
   */
  readonly warmUp?: WarmUp;
  /**
   * How long an update of the endpoint's stack may take: provisioning, baking and a rollback; 10 minutes to 10 hours.
   * @default 4 hours
   */
  readonly updateTimeout?: Duration;
  /**
   * Who watches executions that fail.
   * @default nobody
   */
  readonly monitor?: IMonitor;
  /**
   * How its function is run and logged.
   * @default as `FunctionSettings` says
   */
  readonly functionSettings?: FunctionSettings;
}

/** Two instances' worth of provisioning, the longest bake of a rollout (an hour and a half) and its rollback. */
const UPDATE_TIMEOUT = Duration.hours(4);
/** Somebody else's deployment of the same stack: as long as a rollout may take, but not a night. */
const STACK_WAIT = Duration.minutes(30);
/** The stack's update has ended by then; what is waited for is the deletion of an endpoint, or a model that loads. */
const SETTLE = Duration.minutes(30);
/** The most that a caller may ask to wait for another one. */
const PATIENCE = Duration.hours(24);
/** CloudFormation takes so many characters of a stack's name for the name of a resource that may have 64. */
const NAME_PART = 24;

/**
 * The only writer of an endpoint. Using a version, going back, stopping and starting are executions of its state machine: one
 * at a time, each an update of the endpoint's stack with the template that it has. What is rolled back is desired no more;
 * what an interrupted execution left is repaired by the next one.
 *
 * @example
 * new EndpointController(this, 'EndpointController', {
 *   deployment: 'spam-filter-pilot', model: 'spam-filter', registry, endpointName: 'spam-filter-pilot',
 *   resourceNamePrefixes: ['EndpointModel0F230181', 'EndpointConfig24AD0A28'] });
 */
export class EndpointController extends Construct {
  /** `<model>-<stage>`. */
  readonly deployment: string;
  /** Name of the endpoint that it controls. */
  readonly endpointName: string;
  /** Name of the state machine, a literal. */
  readonly stateMachineName: string;
  readonly stateMachineArn: string;
  /** Role by which CloudFormation changes the endpoint's stack. */
  readonly updateRole: Role;

  constructor(scope: Construct, id: string, props: EndpointControllerProps) {
    super(scope, id);
    check(this, props);
    this.deployment = props.deployment;
    this.endpointName = props.endpointName;
    this.stateMachineName = controllerName(props.deployment);
    const endpointStackName = props.endpointStackName ?? `${props.deployment}-endpoint`;
    const ofStack = endpointStackName.slice(0, NAME_PART);
    this.updateRole = endpointUpdateRole(this, 'UpdateRole', {
      deployment: props.deployment,
      endpointName: props.endpointName,
      endpointStackName,
      resourceNamePrefixes: props.resourceNamePrefixes,
      executionRoleArn:
        props.executionRoleArn ??
        Stack.of(this).formatArn({ service: 'iam', region: '', resource: 'role', resourceName: `${ofStack}*` }),
      volumeKey: props.volumeKey,
    });
    const limits = {
      stackWaitMs: STACK_WAIT.toMilliseconds(),
      updateMs: (props.updateTimeout ?? UPDATE_TIMEOUT).toMilliseconds(),
      settleMs: SETTLE.toMilliseconds(),
    };
    const handler = this.stepFunction(props, endpointStackName, limits);
    this.stateMachineArn = this.machine(handler, props, limits).stateMachineArn;
    if (props.monitor !== undefined) this.watch(props.monitor);
  }

  /** Lets a principal ask for changes of the endpoint. */
  grantStart(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['states:StartExecution'],
      resourceArns: [this.stateMachineArn],
    });
  }

  private stepFunction(
    props: EndpointControllerProps,
    endpointStackName: string,
    limits: EndpointControllerConfig['limits'],
  ): HandlerFunction {
    const warmUp = props.warmUp ?? WarmUp.request('{}');
    const config: EndpointControllerConfig = {
      limits,
      warmUp:
        warmUp._body === undefined
          ? undefined
          : {
              body: warmUp._body,
              contentType: warmUp._contentType,
              inferenceComponent: props.inferenceComponentNames?.[0],
            },
    };
    const handler = new HandlerFunction(this, 'Handler', {
      ...props.functionSettings,
      handler: 'endpoint-controller',
      functionName: `${props.deployment}-endpoint-control`,
      description: `one step of a change of the endpoint of ${props.deployment}`,
      timeout: Duration.seconds(CONTROL_TIMING.handler),
      config,
    });
    handler.addEnvironment(ENV.deployment, props.deployment);
    handler.addEnvironment(ENV.model, props.model);
    props.registry.connectController(handler);
    this.connectParameters(handler);
    this.connectStack(handler, endpointStackName);
    this.connectEndpoint(handler, props);
    this.connectExecutions(handler);
    return handler;
  }

  private connectParameters(handler: HandlerFunction): void {
    const version = ENDPOINT_PARAMETER.desiredVersion(this.deployment);
    const state = ENDPOINT_PARAMETER.desiredState(this.deployment);
    handler.addToRolePolicy(
      new PolicyStatement({
        actions: ['ssm:GetParameter', 'ssm:PutParameter'],
        resources: [version, state].map((name) => parameterArn(this, name)),
      }),
    );
    handler.addEnvironment(ENV.desiredVersionParameter, version);
    handler.addEnvironment(ENV.desiredStateParameter, state);
  }

  private connectStack(handler: HandlerFunction, stackName: string): void {
    const stack = Stack.of(this).formatArn({
      service: 'cloudformation',
      resource: 'stack',
      resourceName: `${stackName}/*`,
    });
    const { roleArn } = this.updateRole;
    // The links of the deployment and the version of `cdk bootstrap`, which the template reads.
    const parameters = [`/slipway/${this.deployment}/*`, '/cdk-bootstrap/*'].map((name) => parameterArn(this, name));
    const allow = (actions: string[], resources: string[], conditions?: Record<string, Record<string, string>>) =>
      handler.addToRolePolicy(new PolicyStatement({ actions, resources, conditions }));
    allow(['cloudformation:DescribeStackEvents', 'cloudformation:DescribeStacks'], [stack]);
    // Without a role, CloudFormation would take the one that the stack was deployed with, which may do anything.
    allow(['cloudformation:UpdateStack'], [stack], { StringEquals: { 'cloudformation:RoleArn': roleArn } });
    allow(['iam:PassRole'], [roleArn], { StringEquals: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } });
    allow(['ssm:GetParameters'], parameters);
    const role = handler.role ?? handler;
    acknowledgeWildcard(role, stack, 'the id of the stack is known when it exists; its name is whole');
    for (const arn of parameters) {
      acknowledgeWildcard(role, arn, 'CloudFormation reads what the template reads in the name of the updater');
    }
    handler.addEnvironment(ENV.endpointStack, stackName);
    handler.addEnvironment(ENV.endpointUpdateRole, roleArn);
  }

  private connectEndpoint(handler: HandlerFunction, props: EndpointControllerProps): void {
    const sageMaker = (resource: string, name: string) =>
      Stack.of(this).formatArn({ service: 'sagemaker', resource, resourceName: name.toLowerCase() });
    const endpoint = sageMaker('endpoint', props.endpointName);
    const components = props.inferenceComponentNames ?? [];
    const [first] = components;
    handler.addToRolePolicy(new PolicyStatement({ actions: ['sagemaker:DescribeEndpoint'], resources: [endpoint] }));
    handler.addToRolePolicy(
      new PolicyStatement({
        actions: ['sagemaker:InvokeEndpoint'],
        resources: [endpoint, ...(first === undefined ? [] : [componentArn(this, first)])],
      }),
    );
    if (components.length > 0) handler.addToRolePolicy(describeComponents(this, components));
    handler.addEnvironment(ENV.endpoint, props.endpointName);
  }

  /** Whether the holder of the lease still runs. */
  private connectExecutions(handler: HandlerFunction): void {
    const executions = Stack.of(this).formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${this.stateMachineName}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    handler.addToRolePolicy(new PolicyStatement({ actions: ['states:DescribeExecution'], resources: [executions] }));
    acknowledgeWildcard(handler.role ?? handler, executions, 'executions of its own state machine, by whatever name');
  }

  private machine(
    handler: HandlerFunction,
    props: EndpointControllerProps,
    limits: EndpointControllerConfig['limits'],
  ): StateMachine {
    const settings = props.functionSettings ?? {};
    const logs = new LogGroup(this, 'Logs', {
      retention: settings.logRetention ?? RetentionDays.ONE_MONTH,
      removalPolicy: settings.logRemovalPolicy ?? RemovalPolicy.DESTROY,
      encryptionKey: settings.encryptionKey,
    });
    const definition = controllerDefinition(handler.functionArn, executionTimeoutSeconds(limits));
    const machine = new StateMachine(this, 'Machine', {
      stateMachineName: this.stateMachineName,
      definitionBody: DefinitionBody.fromString(Stack.of(this).toJsonString(definition)),
      logs: { destination: logs, level: LogLevel.ALL, includeExecutionData: false },
      tracingEnabled: true,
    });
    machine.addToRolePolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [handler.functionArn] }),
    );
    acknowledgeWildcard(machine.role, '*', 'deliveries of logs and traces of Step Functions know no resources');
    return machine;
  }

  private watch(monitor: IMonitor): void {
    const metric = (metricName: string) =>
      new Metric({
        namespace: 'AWS/States',
        metricName,
        dimensionsMap: { StateMachineArn: this.stateMachineArn },
        statistic: Stats.SUM,
      });
    monitor.watch({
      id: 'endpoint-control-failed',
      metric: new MathExpression({
        expression: 'FILL(failed, 0) + FILL(late, 0) + FILL(aborted, 0)',
        usingMetrics: {
          failed: metric('ExecutionsFailed'),
          late: metric('ExecutionsTimedOut'),
          aborted: metric('ExecutionsAborted'),
        },
        label: 'changes of the endpoint that did not succeed',
        period: Duration.minutes(5),
      }),
      threshold: 0,
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      severity: Severity.HIGH,
      what: 'a change of the endpoint (a version, a stop or a start) did not succeed',
      link: stateMachineLink(this, this.stateMachineArn),
    });
  }
}

/** No phase is cut off by it: patience, the stack's wait, two updates (there and back), settling, and an hour for the steps. */
function executionTimeoutSeconds({ stackWaitMs, updateMs, settleMs }: EndpointControllerConfig['limits']): number {
  const phases = PATIENCE.toMilliseconds() + stackWaitMs + 2 * updateMs + settleMs;
  return Math.ceil(phases / 1000) + Duration.hours(1).toSeconds();
}

function check(scope: Construct, { updateTimeout, resourceNamePrefixes }: EndpointControllerProps): void {
  const faults = faultsOf(
    resourceNamePrefixes.length > 0 && !resourceNamePrefixes.includes('')
      ? undefined
      : 'resourceNamePrefixes is empty or has an empty text, expected the logical ids of the models and configurations; without them updates are refused, with an empty one everything is allowed',
    checkDuration('updateTimeout', updateTimeout, {
      minMs: Duration.minutes(10).toMilliseconds(),
      maxMs: LONGEST_UPDATE.toMilliseconds(),
      known: true,
      fix: 'give what provisioning, baking and a rollback take together',
    }),
  );
  if (faults.length > 0) throw new ConfigError(scope, faults);
}
