import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  PutScalingPolicyCommand,
  type PutScalingPolicyCommandInput,
  PutScalingPolicyRequest$,
} from '@aws-sdk/client-application-auto-scaling';
import type { Made, StandIn, StandInRequest } from '../stand-in';
import { typed } from '../typed';
import { deletedIfThere, targetKey } from './target-key';

/** A policy is named by its target and its name: with another of these it is another one, and so is its ARN. */
export const scalingPolicy: StandIn = {
  create: put,
  update: put,
  delete: ({ properties }) =>
    deletedIfThere(() =>
      new ApplicationAutoScalingClient({}).send(
        new DeleteScalingPolicyCommand({ ...targetKey(properties), PolicyName: String(properties.PolicyName) }),
      ),
    ),
};

async function put({ properties }: StandInRequest): Promise<Made> {
  const { ScalingTargetId: _target, ...declared } = properties;
  const input = typed<PutScalingPolicyCommandInput>(PutScalingPolicyRequest$, {
    ...declared,
    ...targetKey(properties),
  });
  const { PolicyARN = '' } = await new ApplicationAutoScalingClient({}).send(new PutScalingPolicyCommand(input));
  return { physicalId: PolicyARN, attributes: { Arn: PolicyARN } };
}
