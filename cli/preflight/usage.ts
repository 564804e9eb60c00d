import type { HostedEndpoint } from './ports';

/** An endpoint of the account with the instance types of its variants, where its config still says them. */
export interface TypedEndpoint {
  readonly endpoint: HostedEndpoint;
  readonly types: ReadonlyMap<string, readonly string[]> | undefined;
}

/** What endpoints hold of the account's quotas now. */
export interface Usage {
  readonly instances: ReadonlyMap<string, number>;
  readonly concurrency: number;
  /** Instances whose type cannot be told. They count against one of the quotas. */
  readonly untyped: number;
  /** Endpoints that have such instances. */
  readonly untypedEndpoints: readonly string[];
}

/** Both fleets of an endpoint count whose update is under way. */
export function usageOf(endpoints: readonly TypedEndpoint[]): Usage {
  const instances = new Map<string, number>();
  const untypedEndpoints = new Set<string>();
  let [concurrency, untyped] = [0, 0];
  for (const { endpoint, types } of endpoints) {
    for (const variant of [...endpoint.variants, ...endpoint.pending]) {
      concurrency += variant.concurrency;
      const parts =
        variant.pools.length > 0 ? variant.pools : [{ instanceType: typeOf(), instances: variant.instances }];
      for (const { instanceType, instances: count } of parts) {
        if (count === 0) continue;
        if (instanceType === undefined) {
          untyped += count;
          untypedEndpoints.add(endpoint.name);
        } else instances.set(instanceType, (instances.get(instanceType) ?? 0) + count);
      }

      function typeOf(): string | undefined {
        if (variant.instanceType !== undefined) return variant.instanceType;
        const known = types?.get(variant.name) ?? [];
        return known.length === 1 ? known[0] : undefined;
      }
    }
  }
  return { instances, concurrency, untyped, untypedEndpoints: [...untypedEndpoints].toSorted() };
}
