import { type EndpointKind, KIND_NAMES } from '../endpoint/endpoint-kind';
import type { Rule } from '../rule';
import { type ScalableTarget, scalingPolicies } from '../scaling/scalable-target';
import { scalingApi } from '../sources';
import type { Field } from '../template/field';

/** What a predefined metric is for. */
interface Predefined {
  readonly dimension: string;
  /** Kinds that publish it. */
  readonly kinds: readonly EndpointKind[];
}

const VARIANT = { dimension: 'sagemaker:variant:DesiredInstanceCount', kinds: ['real-time', 'component'] } as const;
const COPIES = { dimension: 'sagemaker:inference-component:DesiredCopyCount', kinds: ['component'] } as const;

const PREDEFINED: Readonly<Record<string, Predefined>> = {
  SageMakerVariantInvocationsPerInstance: VARIANT,
  SageMakerVariantConcurrentRequestsPerModelHighResolution: VARIANT,
  SageMakerVariantProvisionedConcurrencyUtilization: {
    dimension: 'sagemaker:variant:DesiredProvisionedConcurrency',
    kinds: ['serverless'],
  },
  SageMakerInferenceComponentInvocationsPerCopy: COPIES,
  SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution: COPIES,
};

export const scalingPolicyRules: readonly Rule[] = [
  {
    id: 'scaling-metric',
    severity: 'error',
    what: 'A scaling policy follows a predefined metric that its target does not publish: it never scales',
    limit: 'A predefined metric of what is scaled: of instances, of provisioned concurrency, or of copies',
    source: scalingApi('PredefinedMetricSpecification'),
    fix: 'Use a predefined metric of the target; asynchronous endpoints have none and need ApproximateBacklogSizePerInstance',
    *check(subject) {
      for (const [policy, target] of scalingPolicies(subject)) {
        const specification = policy.at('TargetTrackingScalingPolicyConfiguration', 'PredefinedMetricSpecification');
        const at = specification.at('PredefinedMetricType');
        const type = at.text;
        if (type === undefined) continue;
        const message = misfit(type, policy, target);
        if (message !== undefined) yield { at, message };
      }
    },
  },
];

function misfit(type: string, policy: Field, target: ScalableTarget | undefined): string | undefined {
  const dimension = (target?.properties ?? policy).at('ScalableDimension').text;
  const predefined = Object.hasOwn(PREDEFINED, type) ? PREDEFINED[type] : undefined;
  if (predefined === undefined) {
    const isOfSageMaker = dimension?.startsWith('sagemaker:') === true;
    return isOfSageMaker ? `${type} is no metric of SageMaker` : undefined;
  }
  if (dimension !== undefined && dimension !== predefined.dimension) return `${type} is not for ${dimension}`;
  const kind = target?.endpoint?.config?.kind;
  if (kind === undefined || predefined.kinds.includes(kind)) return undefined;
  return `${KIND_NAMES[kind]} does not publish what ${type} follows`;
}
