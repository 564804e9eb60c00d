import type { Endpoint } from '../endpoint/endpoint-model';
import type { Subject } from '../rule';
import { scalableTargets } from '../scaling/scalable-target';
import type { Field } from '../template/field';
import type { Resource } from '../template/parts';

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

/** Instances that the one variant of an endpoint has at every update: undefined where scaling or retention may change them. */
export function fixedInstanceCount(subject: Subject, { resource, properties, config }: Endpoint): number | undefined {
  const [variant, ...more] = config?.production ?? [];
  if (config?.isComplete !== true || variant === undefined || more.length > 0) return undefined;
  const retained = properties.at('RetainAllVariantProperties');
  const isReset = retained.isMissing || retained.boolean === false;
  return !isReset || mayBeScaled(subject, resource) ? undefined : variant.at('InitialInstanceCount').number;
}

/** A target of which it is not known what it scales may scale any endpoint. */
function mayBeScaled(subject: Subject, endpoint: Resource): boolean {
  if (subject.set.isOpen) return true;
  return scalableTargets(subject).some((target) =>
    target.endpoint === undefined ? target.isVariant !== false : target.endpoint.resource === endpoint,
  );
}
