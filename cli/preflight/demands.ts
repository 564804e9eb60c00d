import type { CloudFormationTemplate } from '../synth';
import type { PossibleKinds } from './endpoint-kind';
import { extraOf } from './rollout';
import type { TargetBound } from './scalable-targets';
import { endpointsOf, type TemplateEndpoint } from './staged-endpoints';
import { type Bound, largest, type Variant } from './variants';

/** What the endpoints of a stage may hold at most, whichever way its conditions turn. */
export interface Demands {
  /** By instance type. */
  readonly instances: readonly InstanceDemand[];
  readonly serverless: ServerlessDemand | undefined;
  readonly endpoints: readonly StagedEndpoint[];
  /** Demand of which the templates do not even say against what it counts. */
  readonly open: readonly string[];
}

export interface InstanceDemand {
  readonly instanceType: string;
  /** Instances while a version rolls out at the maximum. Exact where `open` is empty. */
  readonly atLeast: number;
  /** Instances while a version rolls back at the maximum. */
  readonly rollback: number;
  readonly fleets: readonly Fleet[];
  /** What is known only at deployment. */
  readonly open: readonly string[];
}

/** Instances of one type that one variant may hold. */
export interface Fleet {
  readonly endpoint: string;
  readonly variant: string;
  readonly most: number;
  readonly mostHow: string;
  /** Beyond `most`, during an update. */
  readonly extra: number;
  readonly extraHow: string;
  /** Beyond `most`, during a rollback. */
  readonly rollbackExtra: number;
  /** Whether it is what the variant falls back to. */
  readonly fallback: boolean;
  readonly open: readonly string[];
}

export interface ServerlessDemand {
  /** Concurrent requests. Exact where `open` is empty. */
  readonly atLeast: number;
  readonly variants: readonly { readonly endpoint: string; readonly variant: string; readonly concurrency: number }[];
  readonly open: readonly string[];
}

/** An endpoint of the stage, to be compared with what is deployed. */
export interface StagedEndpoint {
  /** Undefined where the name is known only at deployment. */
  readonly name: string | undefined;
  /** The name, or the logical id in its place. */
  readonly label: string;
  readonly variants: readonly Pick<Variant, 'name' | 'instanceTypes' | 'openTypes'>[];
  /** Variants that are known only at deployment. */
  readonly open: readonly string[];
  readonly kinds: PossibleKinds;
}

/**
 * Instances of a type = Σ over variants of (maximum + what an update adds to it):
 * - maximum: the largest of InitialInstanceCount, MaxCapacity of autoscaling and of its scheduled actions, and the maximum of
 *   managed scaling. Autoscaling from 1 to 4 is 4.
 * - what an update adds: blue/green, which is also what an endpoint without a policy does, the fleet once more: 4 + 4 = 8.
 *   Rolling, one batch: 4 in batches of 25 % are 4 + 1 = 5.
 * - a variant with pools may end up in any one of them as a whole, so each type needs all of it.
 * Resources under a condition are counted: a stopped endpoint is started again. Serverless concurrency is the sum of
 * MaxConcurrency; that an update counts it twice is documented nowhere.
 */
export function demandsOf(templates: readonly CloudFormationTemplate[]): Demands {
  const { endpoints, targets } = endpointsOf(templates);
  const placed = endpoints.map((endpoint) => placedOf(endpoint, targets));
  return {
    instances: byInstanceType(worstOf(placed.flatMap(({ fleets }) => fleets))),
    serverless: serverlessOf(mostOf(placed.flatMap(({ serverless }) => serverless))),
    endpoints: endpoints.map(stagedOf).toSorted((a, b) => compare(a.label, b.label)),
    open: sorted([...placed.flatMap(({ open }) => open), ...unplaced(targets, endpoints)]),
  };
}

function stagedOf({ name, label, variants, open, kinds }: TemplateEndpoint): StagedEndpoint {
  const compared = variants
    .map(({ name: variant, instanceTypes, openTypes }) => ({ name: variant, instanceTypes, openTypes }))
    .toSorted((a, b) => compare(a.name ?? '', b.name ?? ''));
  return { name, label, variants: compared, open, kinds };
}

/** `key` tells endpoints apart; those of one name cannot exist at the same time. */
type TypedFleet = Fleet & { readonly key: string; readonly instanceType: string };
type ServerlessVariant = Bound & { readonly key: string; readonly endpoint: string; readonly variant: string };

interface Placed {
  readonly fleets: readonly TypedFleet[];
  readonly serverless: readonly ServerlessVariant[];
  readonly open: readonly string[];
}

function placedOf(endpoint: TemplateEndpoint, targets: readonly TargetBound[]): Placed {
  const { key, label } = endpoint;
  const parts = endpoint.variants.map((variant, index): Placed => {
    const name = variant.name ?? `variant ${index + 1}`;
    if (variant.serverless !== undefined)
      return { fleets: [], serverless: [{ ...variant.serverless, key, endpoint: label, variant: name }], open: [] };
    const untyped = variant.instanceTypes.length === 0 && variant.openTypes.length === 0;
    const open = untyped ? ['it names no instance type'] : variant.openTypes;
    return {
      fleets: fleetsOf(endpoint, variant, name, targets),
      serverless: [],
      open: open.map((what) => `${label}/${name}: ${what}`),
    };
  });
  return {
    fleets: parts.flatMap(({ fleets }) => fleets),
    serverless: parts.flatMap(({ serverless }) => serverless),
    open: [...endpoint.open.map((what) => `${label}: ${what}`), ...parts.flatMap(({ open }) => open)],
  };
}

function fleetsOf(
  endpoint: TemplateEndpoint,
  variant: Variant,
  name: string,
  targets: readonly TargetBound[],
): TypedFleet[] {
  const scaled = targets.filter(
    (target) => target.variant?.endpoint === endpoint.key && target.variant.variant === variant.name,
  );
  const { most, how, open } = largest([variant.instances, ...scaled.map(({ instances }) => instances)]);
  const extra = extraOf(endpoint.deploymentConfig, most, variant.hostsComponents);
  const unsaid = most === 0 && open.length === 0 ? ['the templates say no number of instances'] : [];
  return variant.instanceTypes.map((instanceType, index) => ({
    key: endpoint.key,
    instanceType,
    endpoint: endpoint.label,
    variant: name,
    most,
    mostHow: how,
    extra: extra.update,
    extraHow: extra.how,
    rollbackExtra: extra.rollback,
    fallback: index > 0,
    open: [...open, ...extra.open, ...unsaid],
  }));
}

/** Of a variant that conditions describe in several ways, the one that needs most. */
function worstOf(fleets: readonly TypedFleet[]): TypedFleet[] {
  const ways = grouped(fleets, ({ key, variant, instanceType }) => JSON.stringify([key, variant, instanceType]));
  return [...ways.values()].flatMap((group) => {
    const needed = Math.max(...group.map(({ most, extra }) => most + extra));
    const rollback = Math.max(...group.map(({ most, rollbackExtra }) => most + rollbackExtra));
    const open = group.flatMap((fleet) => fleet.open);
    return group
      .filter(({ most, extra }) => most + extra === needed)
      .slice(0, 1)
      .map((fleet) => ({ ...fleet, rollbackExtra: rollback - fleet.most, open }));
  });
}

function mostOf(variants: readonly ServerlessVariant[]): ServerlessVariant[] {
  const ways = grouped(variants, ({ key, variant }) => JSON.stringify([key, variant]));
  return [...ways.values()].flatMap((group) => group.slice(0, 1).map((one) => ({ ...one, ...largest(group) })));
}

function byInstanceType(fleets: readonly TypedFleet[]): InstanceDemand[] {
  return [...grouped(fleets, ({ instanceType }) => instanceType)]
    .map(([instanceType, group]): InstanceDemand => {
      const ordered = byVariant(group).map(({ key: _key, instanceType: _type, ...fleet }): Fleet => fleet);
      return {
        instanceType,
        atLeast: sum(ordered.map((fleet) => fleet.most + fleet.extra)),
        rollback: sum(ordered.map((fleet) => fleet.most + fleet.rollbackExtra)),
        fleets: ordered,
        open: openOf(ordered),
      };
    })
    .toSorted((a, b) => compare(a.instanceType, b.instanceType));
}

function serverlessOf(variants: readonly ServerlessVariant[]): ServerlessDemand | undefined {
  if (variants.length === 0) return undefined;
  return {
    atLeast: sum(variants.map((variant) => variant.most)),
    variants: byVariant(variants).map(({ endpoint, variant, most: concurrency }) => ({
      endpoint,
      variant,
      concurrency,
    })),
    open: openOf(variants),
  };
}

/** Targets of what is not in the templates, such as an imported endpoint, or of what is known only at deployment. */
function unplaced(targets: readonly TargetBound[], endpoints: readonly TemplateEndpoint[]): string[] {
  return targets.flatMap(({ logicalId, variant, instances }) => {
    const upTo = instances.most === 0 ? '' : ` to ${instances.most} instances`;
    if (variant === undefined)
      return [`scalable target ${logicalId} scales${upTo} a variant that is known only at deployment`];
    const own = endpoints.find(({ key }) => key === variant.endpoint);
    if (own === undefined)
      return [
        `endpoint ${variant.endpoint} is scaled${upTo} and is not of this stage, so its instance type is not known`,
      ];
    const known =
      own.open.length > 0 || own.variants.some(({ name }) => name === undefined || name === variant.variant);
    return known
      ? []
      : [`scalable target ${logicalId} scales variant ${variant.variant}, which ${own.label} does not have`];
  });
}

interface OfVariant {
  readonly endpoint: string;
  readonly variant: string;
  readonly open: readonly string[];
}

function openOf(parts: readonly OfVariant[]): string[] {
  return sorted(parts.flatMap(({ endpoint, variant, open }) => open.map((what) => `${endpoint}/${variant}: ${what}`)));
}

function byVariant<Part extends OfVariant>(parts: readonly Part[]): Part[] {
  return parts.toSorted((a, b) => compare(`${a.endpoint}/${a.variant}`, `${b.endpoint}/${b.variant}`));
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].toSorted();
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
