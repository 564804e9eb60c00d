import { type Endpoint, variantNamed } from '../endpoint/endpoint-model';
import type { Subject } from '../rule';
import type { Field } from '../template/field';
import type { Resource } from '../template/parts';

const TARGET = 'AWS::ApplicationAutoScaling::ScalableTarget';
const POLICY = 'AWS::ApplicationAutoScaling::ScalingPolicy';

/** What a scalable target scales, as far as its resource id tells. */
export interface ScalableTarget {
  readonly resource: Resource;
  readonly properties: Field;
  /** Whether it is a variant of an endpoint; undefined where the resource id is not known. */
  readonly isVariant: boolean | undefined;
  readonly endpoint: Endpoint | undefined;
  /** With markers for what is not known. */
  readonly variantName: string | undefined;
  readonly componentName: string | undefined;
}

const known = new WeakMap<Subject, readonly ScalableTarget[]>();

/** Those of the templates. Many rules ask for them; they are read once. */
export function scalableTargets(subject: Subject): readonly ScalableTarget[] {
  const targets = known.get(subject) ?? readTargets(subject);
  known.set(subject, targets);
  return targets;
}

function readTargets({ set, endpoints }: Subject): readonly ScalableTarget[] {
  return set.ofType(TARGET).map((resource) => {
    const properties = set.properties(resource);
    const id = properties.at('ResourceId').symbol;
    const [kind, name, variantWord, variantName, ...rest] = id?.split('/') ?? [];
    const isVariant = kind === 'endpoint' && variantWord === 'variant' && rest.length === 0;
    const isComponent = kind === 'inference-component' && variantWord === undefined;
    const isKnown = isVariant || isComponent || properties.at('ResourceId').text !== undefined;
    return {
      resource,
      properties,
      isVariant: isKnown ? isVariant : undefined,
      endpoint: isVariant ? endpoints.endpointNamed(name, resource.template) : undefined,
      variantName: isVariant ? variantName : undefined,
      componentName: isComponent ? name : undefined,
    };
  });
}

/** The variant that a target scales, where it is in the templates. */
export function scaledVariant({ endpoint, variantName }: ScalableTarget): Field | undefined {
  const config = endpoint?.config;
  return config === undefined || variantName === undefined ? undefined : variantNamed(config, variantName);
}

/** Scaling policies with the target that they are of, where it is in the templates. */
export function scalingPolicies(
  subject: Subject,
): readonly (readonly [policy: Field, target: ScalableTarget | undefined])[] {
  const targets = scalableTargets(subject);
  return subject.set.ofType(POLICY).map((resource) => {
    const policy = subject.set.properties(resource);
    const meant = subject.set.meantBy(policy.at('ScalingTargetId'), TARGET);
    const id = policy.at('ResourceId').symbol;
    const target = targets.find((candidate) =>
      meant === undefined
        ? id !== undefined && candidate.properties.at('ResourceId').symbol === id
        : candidate.resource === meant,
    );
    return [policy, target];
  });
}
