import {
  ArnFormat,
  type CfnCondition,
  CfnOutput,
  type CfnResource,
  CustomResource,
  Duration,
  Fn,
  Stack,
} from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';
import { SERVED_COMPONENTS_OUTPUT, SERVED_CONFIG_OUTPUT } from '../../protocol/endpoint-control';
import { acknowledgeWildcard } from '../core/acknowledge';
import { checkDuration } from '../core/checks';
import { ConfigError } from '../core/config-error';
import { type FunctionSettings, HandlerFunction } from '../core/handler-function';
import type { ComponentModel, VariantImage } from './api';
import { describeComponents } from './endpoint-arns';

/** Properties of a `VerifiedRollout`. */
export interface VerifiedRolloutProps {
  /** `<model>-<stage>`. */
  readonly deployment: string;
  /** The endpoint: what it serves is verified after it was created or updated. */
  readonly endpoint: IConstruct;
  /** Its name, a literal. */
  readonly endpointName: string;
  /** Name of its configuration as the template refers to it: verified again with each new one. */
  readonly endpointConfigName: string;
  /**
   * Images that must run.
   * @default images are not compared
   */
  readonly images?: VariantImage[];
  /**
   * Inference components and the models that they must serve: verified again with each new model.
   * @default the endpoint has no inference components
   */
  readonly components?: ComponentModel[];
  /**
   * Names of the alarms that roll an update back; those that fired are named when a deployment fails.
   * @default none
   */
  readonly rollbackAlarmNames?: string[];
  /**
   * How long to wait for an endpoint that is still changing; 30 seconds to 14 minutes.
   * @default 10 minutes
   */
  readonly timeout?: Duration;
  /**
   * Condition under which the endpoint is there.
   * @default always
   */
  readonly condition?: CfnCondition;
  /**
   * How the function that verifies is run and logged.
   * @default as `FunctionSettings` says
   */
  readonly functionSettings?: FunctionSettings;
}

/**
 * CloudFormation waits itself until an update of the endpoint has ended, so that the endpoint is in service when this comes:
 * one invocation that waits for a straggler is enough, and no provider that is called again and again.
 */
const DEFAULT_TIMEOUT = Duration.minutes(10);
/** What the handler keeps for asking the alarms and for its answer. */
const ANSWER = Duration.minutes(1);

/**
 * Fails a deployment whose endpoint was rolled back silently: SageMaker reports an update that its alarms rolled back as an
 * endpoint in service, with the configuration of before, and one of an inference component as a component in service, with the
 * model of before. Compares configuration, images, models of components and status with what the template asked for, and names the alarm with its data points where they differ.
 *
 * @example
 * new VerifiedRollout(this, 'Rollout', { deployment: 'spam-filter-pilot', endpoint, endpointName: 'spam-filter-pilot',
 *   endpointConfigName: config.attrEndpointConfigName, rollbackAlarmNames: ['spam-filter-pilot-errors'] });
 */
export class VerifiedRollout extends Construct {
  /** Function that verifies; a literal. CloudFormation must be allowed to invoke it. */
  readonly functionName: string;
  /** Name of the configuration that was verified to serve. */
  readonly servedConfigName: string;
  private readonly condition: CfnCondition | undefined;
  private readonly components: readonly ComponentModel[];

  constructor(scope: Construct, id: string, props: VerifiedRolloutProps) {
    super(scope, id);
    const fault = checkDuration('timeout', props.timeout, {
      minMs: 30_000,
      maxMs: 840_000,
      known: true,
      fix: 'a function runs for 15 minutes at most, and CloudFormation waits for the endpoint itself',
    });
    if (fault !== undefined) throw new ConfigError(this, fault);
    this.condition = props.condition;
    this.components = props.components ?? [];
    this.functionName = `${props.deployment}-verify-rollout`;
    const timeout = (props.timeout ?? DEFAULT_TIMEOUT).plus(ANSWER);
    const handler = new HandlerFunction(this, 'Handler', {
      ...props.functionSettings,
      handler: 'verify-rollout',
      functionName: this.functionName,
      description: `verifies that the endpoint ${props.endpointName} serves what its template asked for`,
      timeout,
    });
    this.allow(handler, props);
    const resource = new CustomResource(this, 'Verification', {
      resourceType: 'Custom::SlipwayVerifiedRollout',
      serviceToken: handler.functionArn,
      properties: {
        EndpointName: props.endpointName,
        EndpointConfigName: props.endpointConfigName,
        Images: (props.images ?? []).map(({ variantName, image }) => ({ Variant: variantName, Image: image })),
        Components: this.components.map(({ componentName, modelName }) => ({
          Component: componentName,
          Model: modelName,
        })),
        RollbackAlarms: props.rollbackAlarmNames ?? [],
      },
      serviceTimeout: timeout.plus(ANSWER),
    });
    resource.node.addDependency(props.endpoint);
    // The permissions must be there when the function is called, not only the function.
    if (handler.role !== undefined) resource.node.addDependency(handler.role);
    (resource.node.defaultChild as CfnResource).cfnOptions.condition = props.condition;
    this.servedConfigName = resource.getAttString('ServedConfigName');
  }

  /**
   * Lets the endpoint's controller find which configuration and which models of components were verified. One rollout of a stack can be published.
   *
   * @internal
   */
  _publish(): void {
    new CfnOutput(Stack.of(this), SERVED_CONFIG_OUTPUT, {
      value: this.servedConfigName,
      description: 'configuration that the endpoint was verified to serve',
      condition: this.condition,
    });
    if (this.components.length === 0) return;
    new CfnOutput(Stack.of(this), SERVED_COMPONENTS_OUTPUT.name, {
      value: Fn.join(
        SERVED_COMPONENTS_OUTPUT.separator,
        this.components.map(({ componentName, modelName }) =>
          Fn.join(SERVED_COMPONENTS_OUTPUT.equals, [componentName, modelName]),
        ),
      ),
      description: 'models that the inference components were verified to serve',
      condition: this.condition,
    });
  }

  private allow(handler: HandlerFunction, { deployment, endpointName, rollbackAlarmNames = [] }: VerifiedRolloutProps) {
    const stack = Stack.of(this);
    const sageMaker = (resource: string, name: string) =>
      stack.formatArn({ service: 'sagemaker', resource, resourceName: name.toLowerCase() });
    const configs = sageMaker('endpoint-config', '*');
    const alarmArn = (name: string) =>
      stack.formatArn({
        service: 'cloudwatch',
        resource: 'alarm',
        resourceName: name,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
    const ownAlarms = alarmArn(`${deployment}-*`);
    const others = rollbackAlarmNames.filter((name) => !name.startsWith(`${deployment}-`));
    handler.addToRolePolicy(
      new PolicyStatement({
        actions: ['sagemaker:DescribeEndpoint'],
        resources: [sageMaker('endpoint', endpointName)],
      }),
    );
    handler.addToRolePolicy(
      new PolicyStatement({ actions: ['sagemaker:DescribeEndpointConfig'], resources: [configs] }),
    );
    const components = this.components.map(({ componentName }) => componentName);
    if (components.length > 0) handler.addToRolePolicy(describeComponents(this, components));
    handler.addToRolePolicy(
      new PolicyStatement({
        actions: ['cloudwatch:DescribeAlarmHistory'],
        resources: [ownAlarms, ...others.map(alarmArn)],
      }),
    );
    const role = handler.role ?? handler;
    acknowledgeWildcard(role, configs, 'CloudFormation names configurations; only when one was made is read');
    acknowledgeWildcard(role, ownAlarms, 'alarms of this deployment, by which its updates are rolled back');
  }
}
