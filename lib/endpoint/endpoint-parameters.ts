import { CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { CONTROLLER_OUTPUT, controllerName, ENDPOINT_PARAMETER } from '../../protocol/endpoint-control';
import { type FunctionSettings, HandlerFunction } from '../core/handler-function';
import { output, publishLink, STATE_LINK } from '../core/state-links';

/** Properties of `EndpointParameters`. */
export interface EndpointParametersProps {
  /** `<model>-<stage>`. */
  readonly deployment: string;
  /**
   * What becomes of the parameters when they leave the stack.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * How the function that creates them is run and logged.
   * @default as `FunctionSettings` says
   */
  readonly functionSettings?: FunctionSettings;
}

/**
 * The two SSM parameters that the template of an endpoint reads: which version it should serve, and whether it should run.
 * They are created where they are absent and never set afterwards: an `AWS::SSM::Parameter` would get its first value back
 * with any change of its own, and undo a promotion.
 *
 * @example
 * new EndpointParameters(this, 'EndpointParameters', { deployment: 'spam-filter-pilot' });
 */
export class EndpointParameters extends Construct {
  /** StringList: version, S3 URI of its artefact, image URI. */
  readonly desiredVersionParameterName: string;
  /** `running` or `stopped`. */
  readonly desiredStateParameterName: string;
  /** ISO 8601: when they were created; the expiry of a pilot is counted from it. */
  readonly createdAt: string;

  constructor(scope: Construct, id: string, props: EndpointParametersProps) {
    super(scope, id);
    const { deployment, removalPolicy = RemovalPolicy.RETAIN } = props;
    this.desiredVersionParameterName = ENDPOINT_PARAMETER.desiredVersion(deployment);
    this.desiredStateParameterName = ENDPOINT_PARAMETER.desiredState(deployment);
    const handler = new HandlerFunction(this, 'Handler', {
      ...props.functionSettings,
      handler: 'endpoint-parameters',
      functionName: `${deployment}-endpoint-params`,
      description: `creates the parameters of the endpoint of ${deployment}, where they are absent`,
      timeout: Duration.minutes(1),
    });
    const names = [this.desiredVersionParameterName, this.desiredStateParameterName];
    handler.addToRolePolicy(
      new PolicyStatement({
        actions: ['ssm:DeleteParameter', 'ssm:GetParameterHistory', 'ssm:PutParameter'],
        resources: names.map((name) => parameterArn(this, name)),
      }),
    );
    const resource = new CustomResource(this, 'Parameters', {
      resourceType: 'Custom::SlipwayEndpointParameters',
      serviceToken: handler.functionArn,
      properties: {
        VersionParameter: this.desiredVersionParameterName,
        StateParameter: this.desiredStateParameterName,
        Retain: String(removalPolicy !== RemovalPolicy.DESTROY),
      },
      serviceTimeout: Duration.minutes(5),
    });
    // The permissions must be there when the function is called, not only the function.
    if (handler.role !== undefined) resource.node.addDependency(handler.role);
    this.createdAt = resource.getAttString('CreatedAt');
  }

  /**
   * Lets other stacks of the deployment, and the command line, find them.
   *
   * @internal
   */
  _publish(deployment: string): void {
    publishLink(this, deployment, STATE_LINK.endpointSince, this.createdAt);
    output(this, CONTROLLER_OUTPUT, controllerName(deployment), 'state machine that alone changes the endpoint');
  }
}

/** ARN of an SSM parameter by its name, which begins with a slash. */
export function parameterArn(scope: Construct, name: string): string {
  return Stack.of(scope).formatArn({ service: 'ssm', resource: 'parameter', resourceName: name.replace(/^\//, '') });
}
