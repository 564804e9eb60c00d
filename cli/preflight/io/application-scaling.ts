import {
  type ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
} from '@aws-sdk/client-application-auto-scaling';
import type { ScalableTarget, ScalingTargets } from '../ports';
import { called } from './aws-failure';

/** Scalable targets of the account and region that `client` has. */
export class ApplicationScaling implements ScalingTargets {
  constructor(private readonly client: ApplicationAutoScalingClient) {}

  async list(): Promise<readonly ScalableTarget[]> {
    const targets: ScalableTarget[] = [];
    let NextToken: string | undefined;
    do {
      const command = new DescribeScalableTargetsCommand({ ServiceNamespace: 'sagemaker', NextToken });
      const page = await called('application-autoscaling:DescribeScalableTargets', () => this.client.send(command));
      targets.push(
        ...(page.ScalableTargets ?? []).flatMap(({ ResourceId: resourceId, ScalableDimension: dimension }) =>
          resourceId === undefined || dimension === undefined ? [] : [{ resourceId, dimension }],
        ),
      );
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return targets;
  }
}
