import type { CfnResource, Duration } from 'aws-cdk-lib';
import { Stack } from 'aws-cdk-lib';
import { CfnScalableTarget, CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Construct } from 'constructs';
import { CLAUSE } from '../core/clause';
import { Trace } from '../core/trace';
import type { ScalingSchedule } from './scaling-schedule';

interface TargetProps {
  /** `endpoint/<name>/variant/<variant>` or `inference-component/<name>`; literal. */
  readonly resourceId: string;
  readonly dimension: string;
  readonly min: number;
  readonly max: number;
  readonly schedules: readonly ScalingSchedule[];
  /** What is scaled: must exist before, and be deleted after. */
  readonly scaled: CfnResource;
}

export const VARIANT_DIMENSION = 'sagemaker:variant:DesiredInstanceCount';
export const COMPONENT_DIMENSION = 'sagemaker:inference-component:DesiredCopyCount';

interface Cooldowns {
  readonly scaleInCooldown: Duration;
  readonly scaleOutCooldown: Duration;
}

/** What Application Auto Scaling keeps between two numbers, and the policies by which it does. */
export class EndpointTarget extends Construct {
  private readonly target: CfnScalableTarget;

  constructor(scope: Construct, id: string, props: TargetProps) {
    super(scope, id);
    const actions = props.schedules.flatMap((schedule, index) => schedule._actions(index, props.min));
    this.target = new CfnScalableTarget(this, 'Target', {
      serviceNamespace: 'sagemaker',
      resourceId: props.resourceId,
      scalableDimension: props.dimension,
      minCapacity: props.min,
      maxCapacity: props.max,
      roleArn: serviceLinkedRole(this),
      scheduledActions: actions.length > 0 ? actions : undefined,
    });
    // Deleted first: a target of an endpoint that is gone cannot be deregistered any more.
    this.target.addResourceDependency(props.scaled);
    Trace.enforce(CLAUSE.peakRequestsPerSecond, this.target, `scales from ${props.min} to ${props.max} with the load`);
  }

  /** Follows a metric that Application Auto Scaling knows by name. */
  trackPredefined(metricType: string, target: number, cooldowns: Cooldowns): void {
    this.track('Tracking', cooldowns, {
      targetValue: target,
      predefinedMetricSpecification: { predefinedMetricType: metricType },
    });
  }

  /** Follows a metric of AWS/SageMaker by its exact dimensions. */
  trackMetric(
    metricName: string,
    dimensions: Readonly<Record<string, string>>,
    target: number,
    cooldowns: Cooldowns,
  ): void {
    this.track('Tracking', cooldowns, {
      targetValue: target,
      customizedMetricSpecification: {
        namespace: 'AWS/SageMaker',
        metricName,
        dimensions: Object.entries(dimensions).map(([name, value]) => ({ name, value })),
        statistic: 'Average',
      },
    });
  }

  /** One more, whenever the alarm that gets this ARN as its action fires: the way out of zero. */
  stepUp(cooldown: Duration): string {
    const policy = new CfnScalingPolicy(this, 'WakeUp', {
      policyName: this.policyName('wake-up'),
      policyType: 'StepScaling',
      scalingTargetId: this.target.ref,
      stepScalingPolicyConfiguration: {
        adjustmentType: 'ChangeInCapacity',
        metricAggregationType: 'Maximum',
        cooldown: cooldown.toSeconds(),
        stepAdjustments: [{ metricIntervalLowerBound: 0, scalingAdjustment: 1 }],
      },
    });
    return policy.ref;
  }

  private track(
    id: string,
    { scaleInCooldown, scaleOutCooldown }: Cooldowns,
    configuration: CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty,
  ): void {
    new CfnScalingPolicy(this, id, {
      policyName: this.policyName('tracking'),
      policyType: 'TargetTrackingScaling',
      scalingTargetId: this.target.ref,
      targetTrackingScalingPolicyConfiguration: {
        ...configuration,
        scaleInCooldown: scaleInCooldown.toSeconds(),
        scaleOutCooldown: scaleOutCooldown.toSeconds(),
      },
    });
  }

  /** Named after what is scaled: names are unique for a resource. */
  private policyName(what: string): string {
    return `${this.target.resourceId.replaceAll('/', '-')}-${what}`;
  }
}

/**
 * The role that SageMaker's scaling uses whatever else is given (Application Auto Scaling user guide, "Service-linked roles").
 * The service makes it in each account when a first target is registered.
 */
function serviceLinkedRole(scope: Construct): string {
  return Stack.of(scope).formatArn({
    service: 'iam',
    region: '',
    resource: 'role',
    resourceName:
      'aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint',
  });
}
