import type { CloudFormationTemplate } from '../synth';
import { textOf } from './references';
import { items, objects, texts } from './template-values';
import { type Bound, bound, largest } from './variants';

/** How far a template lets Application Auto Scaling raise the instances of a variant. */
export interface TargetBound {
  readonly logicalId: string;
  /** Undefined where the endpoint or its variant is known only at deployment. */
  readonly variant: VariantName | undefined;
  readonly instances: Bound;
}

export interface VariantName {
  readonly endpoint: string;
  readonly variant: string;
}

/** What scales instances. Copies of a component run within instances, and provisioned concurrency within the serverless maximum. */
const INSTANCE_DIMENSION = 'sagemaker:variant:DesiredInstanceCount';

/** Scalable targets of variants in a template, with names of its endpoints put in by `nameOf`. */
export function targetBoundsOf(
  { Resources = {} }: CloudFormationTemplate,
  nameOf: (logicalId: string) => string | undefined,
): TargetBound[] {
  return Object.entries(Resources).flatMap(([logicalId, { Type, Properties = {} }]) => {
    if (Type !== 'AWS::ApplicationAutoScaling::ScalableTarget') return [];
    const dimension = texts(Properties.ScalableDimension);
    if (!dimension.literals.includes(INSTANCE_DIMENSION) && dimension.open.length === 0) return [];
    return [
      { logicalId, variant: variantNameOf(textOf(Properties.ResourceId, nameOf)), instances: mostOf(Properties) },
    ];
  });
}

/** The variant that a resource id of Application Auto Scaling names. */
export function variantNameOf(resourceId: string | undefined): VariantName | undefined {
  const [, endpoint, variant] = /^endpoint\/(.+)\/variant\/(.+)$/.exec(resourceId ?? '') ?? [];
  return endpoint === undefined || variant === undefined ? undefined : { endpoint, variant };
}

/** A scheduled action may raise the maximum for as long as it likes. */
function mostOf(target: Readonly<Record<string, unknown>>): Bound {
  const scheduled = items(target.ScheduledActions).literals.flatMap(({ ScalableTargetAction }) =>
    objects(ScalableTargetAction).literals.map(({ MaxCapacity }) =>
      bound(MaxCapacity, 'maximum of a scheduled action'),
    ),
  );
  return largest([bound(target.MaxCapacity, 'maximum of autoscaling'), ...scheduled]);
}
