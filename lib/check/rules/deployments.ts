import type { Endpoint } from '../endpoint/endpoint-model';
import type { Subject } from '../rule';
import { scalableTargets } from '../scaling/scalable-target';
import type { Field } from '../template/field';

/** How an endpoint or an inference component is updated. */
export interface Deployment {
  /** `DeploymentConfig` of it. */
  readonly config: Field;
  /** Undefined where it is that of an inference component. */
  readonly endpoint: Endpoint | undefined;
}

/** Of all endpoints and inference components of the templates. */
export function deploymentsOf({ endpoints }: Subject): readonly Deployment[] {
  return [
    ...endpoints.endpoints.map((endpoint) => ({ config: endpoint.properties.at('DeploymentConfig'), endpoint })),
    ...endpoints.components.map((component) => ({ config: component.at('DeploymentConfig'), endpoint: undefined })),
  ];
}

/** Instances that the one variant of an endpoint has at every update: undefined where scaling or retention changes them. */
export function fixedInstanceCount(subject: Subject, { resource, properties, config }: Endpoint): number | undefined {
  const [variant, ...more] = config?.production ?? [];
  if (config?.isComplete !== true || variant === undefined || more.length > 0) return undefined;
  if (
    properties.at('RetainAllVariantProperties').boolean !== false &&
    !properties.at('RetainAllVariantProperties').isMissing
  )
    return undefined;
  const isScaled =
    subject.set.isOpen || scalableTargets(subject).some((target) => target.endpoint?.resource === resource);
  // A target whose endpoint is not known may be of this one.
  const mayBeScaled = scalableTargets(subject).some(
    (target) => target.isVariant !== false && target.endpoint === undefined,
  );
  return isScaled || mayBeScaled ? undefined : variant.at('InitialInstanceCount').number;
}
