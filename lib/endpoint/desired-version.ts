import { CfnCondition, CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TEMPLATE_PARAMETER } from '../../protocol/endpoint';
import { ENDPOINT_PARAMETER, NOTHING } from '../../protocol/endpoint-control';

/**
 * The version and the state that a stage's endpoint should have, as parameters of the template: the projection of the registry's
 * pointers, which CloudFormation reads anew at each update of the stack. What depends on them exists only on the condition
 * `Running`.
 *
 * @internal
 */
export class DesiredVersion {
  /** A version is wanted and the state is running. */
  readonly running: CfnCondition;
  /** The version. */
  readonly version: string;
  /** S3 URI of the artefact's prefix; ends in a slash. */
  readonly artifactUri: string;

  constructor(scope: Construct, deployment: string) {
    const stack = Stack.of(scope);
    const wanted = new CfnParameter(stack, TEMPLATE_PARAMETER.desiredVersion, {
      type: 'AWS::SSM::Parameter::Value<List<String>>',
      default: ENDPOINT_PARAMETER.desiredVersion(deployment),
      description: 'version that should serve, with its artefact; moved by "slipway models use"',
    });
    const state = new CfnParameter(stack, TEMPLATE_PARAMETER.desiredState, {
      type: 'AWS::SSM::Parameter::Value<String>',
      default: ENDPOINT_PARAMETER.desiredState(deployment),
      description: 'whether the endpoint should run',
    });
    const values = wanted.valueAsList;
    this.version = Fn.select(0, values);
    this.artifactUri = Fn.select(1, values);
    this.running = new CfnCondition(stack, 'Running', {
      expression: Fn.conditionAnd(
        Fn.conditionNot(Fn.conditionEquals(this.version, NOTHING)),
        Fn.conditionEquals(state.valueAsString, 'running'),
      ),
    });
  }
}
