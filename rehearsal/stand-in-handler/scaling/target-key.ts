import type { ScalableDimension, ServiceNamespace } from '@aws-sdk/client-application-auto-scaling';
import type { Properties } from '../stand-in';

/** What names a scalable target. */
export interface TargetKey {
  readonly ServiceNamespace: ServiceNamespace;
  readonly ResourceId: string;
  readonly ScalableDimension: ScalableDimension;
}

/** From the three properties, or from the `Ref` of the target that a policy names instead. */
export function targetKey(properties: Properties): TargetKey {
  const { ScalingTargetId } = properties;
  if (typeof ScalingTargetId === 'string') {
    const [ResourceId, ScalableDimension, ServiceNamespace] = ScalingTargetId.split('|');
    return { ServiceNamespace, ResourceId, ScalableDimension } as TargetKey;
  }
  const { ServiceNamespace, ResourceId, ScalableDimension } = properties;
  return { ServiceNamespace, ResourceId, ScalableDimension } as TargetKey;
}

/** `Ref` of a scalable target. */
export function targetRef({ ResourceId, ScalableDimension, ServiceNamespace }: TargetKey): string {
  return `${ResourceId}|${ScalableDimension}|${ServiceNamespace}`;
}

/** Runs a deletion; that there is nothing to delete is as good. */
export async function deletedIfThere(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ObjectNotFoundException')) throw error;
  }
}
