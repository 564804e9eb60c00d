import { randomUUID } from 'node:crypto';
import type {
  DeleteScalingPolicyRequest,
  DeleteScheduledActionRequest,
  DeregisterScalableTargetRequest,
  DescribeScalableTargetsRequest,
  DescribeScalingPoliciesRequest,
  DescribeScheduledActionsRequest,
  PutScalingPolicyRequest,
  PutScheduledActionRequest,
  RegisterScalableTargetRequest,
} from '@aws-sdk/client-application-auto-scaling';
import type { Account } from '../account';
import { ApiError, validationException } from '../api-error';
import type { ScaledVariants } from '../control/endpoints';
import { epochSeconds } from '../wire';

/** What is scaled: a variant's instances or a component's copies. */
export type ScaledResource =
  | { readonly kind: 'variant'; readonly endpoint: string; readonly variant: string }
  | { readonly kind: 'component'; readonly component: string };

interface TargetKey {
  readonly ServiceNamespace?: string;
  readonly ResourceId?: string;
  readonly ScalableDimension?: string;
}

interface Stored<T> {
  readonly input: T;
  readonly arn: string;
  readonly createdAt: number;
}

/** Fails where the resource does not exist; otherwise says from how many it can be scaled. */
export type LeastCapacity = (resource: ScaledResource) => number;

/**
 * Application Auto Scaling as far as it is asked for: what is registered is kept and told again. It scales nothing by itself, but
 * for a component that wakes.
 */
export class Scaling implements ScaledVariants {
  private readonly targets = new Map<string, Stored<RegisterScalableTargetRequest>>();
  private readonly policies = new Map<string, Stored<PutScalingPolicyRequest>>();
  private readonly actions = new Map<string, Stored<PutScheduledActionRequest>>();

  constructor(
    private readonly account: Account,
    private readonly leastCapacity: LeastCapacity,
  ) {}

  registerTarget(input: RegisterScalableTargetRequest) {
    const resource = scaledResource(input);
    const least = this.leastCapacity(resource);
    const key = keyOf(input);
    const before = this.targets.get(key);
    // What is not given again stays as it was.
    const merged = { ...before?.input, ...input };
    const { MinCapacity, MaxCapacity } = merged;
    if (MinCapacity === undefined || MaxCapacity === undefined) {
      throw validationException('Min capacity and max capacity are required to register a scalable target.');
    }
    if (MinCapacity > MaxCapacity) {
      throw validationException('Maximum capacity cannot be less than minimum capacity.');
    }
    if (MinCapacity < least) {
      throw validationException(`Minimum capacity of ${input.ResourceId} cannot be less than ${least}.`);
    }
    const arn = before?.arn ?? this.arn(`scalable-target/${randomUUID().replaceAll('-', '')}`);
    this.targets.set(key, { input: merged, arn, createdAt: before?.createdAt ?? epochSeconds() });
    return { ScalableTargetARN: arn };
  }

  describeTargets({ ResourceIds, ScalableDimension }: DescribeScalableTargetsRequest) {
    return {
      ScalableTargets: [...this.targets.values()]
        .filter(({ input }) => ResourceIds === undefined || ResourceIds.includes(input.ResourceId ?? ''))
        .filter(({ input }) => (ScalableDimension ?? input.ScalableDimension) === input.ScalableDimension)
        .map(({ input, arn, createdAt }) => {
          const { Tags: _tags, ...described } = input;
          return { RoleARN: this.serviceRole, ...described, ScalableTargetARN: arn, CreationTime: createdAt };
        }),
    };
  }

  /** Its policies and scheduled actions go with it. */
  deregisterTarget(input: DeregisterScalableTargetRequest) {
    this.target(input);
    this.forget((key) => keyOf(key) === keyOf(input));
    return {};
  }

  putPolicy(input: PutScalingPolicyRequest) {
    this.target(input);
    const key = `${keyOf(input)}|${input.PolicyName}`;
    const before = this.policies.get(key);
    const arn = before?.arn ?? this.arn(`scalingPolicy:${randomUUID()}:resource/${pathOf(input)}`);
    this.policies.set(key, { input, arn, createdAt: before?.createdAt ?? epochSeconds() });
    // The service makes the alarms of target tracking itself; here there are none.
    return { PolicyARN: arn, Alarms: [] };
  }

  describePolicies({ ResourceId, PolicyNames }: DescribeScalingPoliciesRequest) {
    return {
      ScalingPolicies: [...this.policies.values()]
        .filter(({ input }) => (ResourceId ?? input.ResourceId) === input.ResourceId)
        .filter(({ input }) => PolicyNames === undefined || PolicyNames.includes(input.PolicyName ?? ''))
        .map(({ input, arn, createdAt }) => ({ ...input, PolicyARN: arn, CreationTime: createdAt, Alarms: [] })),
    };
  }

  deletePolicy(input: DeleteScalingPolicyRequest) {
    this.take(this.policies, `${keyOf(input)}|${input.PolicyName}`, `scaling policy ${input.PolicyName}`, input);
    return {};
  }

  putAction(input: PutScheduledActionRequest) {
    this.target(input);
    const key = `${keyOf(input)}|${input.ScheduledActionName}`;
    const before = this.actions.get(key);
    const arn = before?.arn ?? this.arn(`scheduledAction:${randomUUID()}:resource/${pathOf(input)}`);
    this.actions.set(key, { input, arn, createdAt: before?.createdAt ?? epochSeconds() });
    return {};
  }

  describeActions({ ResourceId, ScheduledActionNames }: DescribeScheduledActionsRequest) {
    return {
      ScheduledActions: [...this.actions.values()]
        .filter(({ input }) => (ResourceId ?? input.ResourceId) === input.ResourceId)
        .filter(
          ({ input }) =>
            ScheduledActionNames === undefined || ScheduledActionNames.includes(input.ScheduledActionName ?? ''),
        )
        .map(({ input, arn, createdAt }) => ({ ...input, ScheduledActionARN: arn, CreationTime: createdAt })),
    };
  }

  deleteAction(input: DeleteScheduledActionRequest) {
    const name = input.ScheduledActionName;
    this.take(this.actions, `${keyOf(input)}|${name}`, `scheduled action ${name}`, input);
    return {};
  }

  isScaled(endpoint: string, variant: string): boolean {
    return [...this.targets.values()].some(
      ({ input }) => input.ResourceId === `endpoint/${endpoint}/variant/${variant}`,
    );
  }

  hasStepPolicy(component: string): boolean {
    return [...this.policies.values()].some(
      ({ input }) =>
        input.ResourceId === `inference-component/${component}` && input.StepScalingPolicyConfiguration !== undefined,
    );
  }

  hasVariantStepPolicy(endpoint: string, variant: string): boolean {
    return [...this.policies.values()].some(
      ({ input }) =>
        input.ResourceId === `endpoint/${endpoint}/variant/${variant}` &&
        input.StepScalingPolicyConfiguration !== undefined,
    );
  }

  forgetEndpoint(endpoint: string): void {
    this.forget(({ ResourceId = '' }) => ResourceId.startsWith(`endpoint/${endpoint}/`));
  }

  private forget(which: (key: TargetKey) => boolean): void {
    for (const kept of [this.targets, this.policies, this.actions]) {
      for (const [key, { input }] of kept) if (which(input)) kept.delete(key);
    }
  }

  private target(input: TargetKey): void {
    if (!this.targets.has(keyOf(input))) throw notFound('scalable target registered', input);
  }

  private take<T>(kept: Map<string, T>, key: string, what: string, input: TargetKey): void {
    if (!kept.delete(key)) throw notFound(`${what} found`, input);
  }

  private arn(rest: string): string {
    return `arn:aws:autoscaling:${this.account.region}:${this.account.id}:${rest}`;
  }

  private get serviceRole(): string {
    return `arn:aws:iam::${this.account.id}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint`;
  }
}

function keyOf({ ServiceNamespace, ResourceId, ScalableDimension }: TargetKey): string {
  return `${ServiceNamespace}|${ResourceId}|${ScalableDimension}`;
}

function pathOf({ ServiceNamespace, ResourceId }: TargetKey): string {
  return `${ServiceNamespace}/${ResourceId}`;
}

function notFound(what: string, { ServiceNamespace, ResourceId, ScalableDimension }: TargetKey): ApiError {
  return new ApiError(
    'ObjectNotFoundException',
    `No ${what} for service namespace: ${ServiceNamespace}, resource ID: ${ResourceId}, scalable dimension: ${ScalableDimension}`,
  );
}

function scaledResource({ ServiceNamespace, ResourceId = '', ScalableDimension }: TargetKey): ScaledResource {
  const [, endpoint, variant] = /^endpoint\/([^/]+)\/variant\/([^/]+)$/.exec(ResourceId) ?? [];
  const [, component] = /^inference-component\/([^/]+)$/.exec(ResourceId) ?? [];
  if (ServiceNamespace === 'sagemaker') {
    if (
      endpoint !== undefined &&
      variant !== undefined &&
      (ScalableDimension === 'sagemaker:variant:DesiredInstanceCount' ||
        ScalableDimension === 'sagemaker:variant:DesiredProvisionedConcurrency')
    ) {
      return { kind: 'variant', endpoint, variant };
    }
    if (component !== undefined && ScalableDimension === 'sagemaker:inference-component:DesiredCopyCount') {
      return { kind: 'component', component };
    }
  }
  throw validationException(
    `Unsupported service namespace, resource type or scalable dimension: ${ServiceNamespace}, ${ResourceId}, ${ScalableDimension}`,
  );
}
