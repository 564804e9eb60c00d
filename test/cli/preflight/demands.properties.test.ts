import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Demands, demandsOf } from '../../../cli/preflight/demands';
import { endpoint, type Resources, target, templateOf } from './templates';

const count = fc.integer({ min: 1, max: 40 });
const TYPES = ['ml.g5.xlarge', 'ml.g6.xlarge', 'ml.c7i.large'];
const capacity = fc.oneof(
  fc.record({ Type: fc.constant('CAPACITY_PERCENT'), Value: fc.integer({ min: 5, max: 50 }) }),
  fc.record({ Type: fc.constant('INSTANCE_COUNT'), Value: fc.integer({ min: 1, max: 20 }) }),
);
const policy = fc.oneof(
  fc.constant(undefined),
  fc.constant({ BlueGreenUpdatePolicy: {} }),
  fc
    .record({ MaximumBatchSize: capacity, RollbackMaximumBatchSize: fc.option(capacity, { nil: undefined }) })
    .map((RollingUpdatePolicy) => ({ RollingUpdatePolicy })),
);
/** Variants as they are drawn: numbers that a test may raise, and the rest. */
const variantPlan = fc.record({
  instances: count,
  managed: fc.option(count, { nil: undefined }),
  scaledTo: fc.option(count, { nil: undefined }),
  types: fc.uniqueArray(fc.constantFrom(...TYPES), { minLength: 1 }),
  shadow: fc.boolean(),
  component: fc.boolean(),
  serverless: fc.option(count, { nil: undefined }),
});
const endpointPlan = fc.record({ variants: fc.array(variantPlan, { minLength: 1, maxLength: 4 }), policy });
const stagePlan = fc.array(endpointPlan, { maxLength: 4 });

type VariantPlan = typeof variantPlan extends fc.Arbitrary<infer Plan> ? Plan : never;
type EndpointPlan = typeof endpointPlan extends fc.Arbitrary<infer Plan> ? Plan : never;

function variantOf(plan: VariantPlan, name: string): Readonly<Record<string, unknown>> {
  const { instances, managed, types, component, serverless } = plan;
  const own = { VariantName: name, ...(component ? {} : { ModelName: 'model' }) };
  if (serverless !== undefined)
    return { ...own, ServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency: serverless } };
  const [InstanceType] = types;
  return {
    ...own,
    InitialInstanceCount: instances,
    ...(types.length === 1
      ? { InstanceType }
      : { InstancePools: types.map((type, index) => ({ InstanceType: type, Priority: index + 1 })) }),
    ...(managed === undefined ? {} : { ManagedInstanceScaling: { Status: 'ENABLED', MaxInstanceCount: managed } }),
  };
}

/** Resources of an endpoint, each by itself, so that they can be put in any order and into any stack. */
function resourcesOf({ variants, policy: deploymentConfig }: EndpointPlan, index: number): Resources[] {
  const name = `endpoint-${index}`;
  const named = variants.map((plan, place) => ({ plan, variant: variantOf(plan, `variant-${place}`) }));
  const [production, shadow] = [false, true].map((is) =>
    named.filter(({ plan }) => plan.shadow === is).map(({ variant }) => variant),
  );
  const targets = variants.flatMap(({ scaledTo }, place) =>
    scaledTo === undefined
      ? []
      : [target(scaledTo, { id: `Target${index}x${place}`, ResourceId: `endpoint/${name}/variant/variant-${place}` })],
  );
  const config = { ShadowProductionVariants: shadow };
  return [endpoint(production, { id: `Endpoint${index}`, name, config, deploymentConfig }), ...targets];
}

function demandsOfPlans(plans: readonly EndpointPlan[]): Demands {
  return demandsOf([templateOf(...plans.flatMap(resourcesOf))]);
}

/** Everything that a quota is compared with, by quota. */
function amounts({ instances, serverless }: Demands): Map<string, number> {
  return new Map([
    ...instances.flatMap(({ instanceType, atLeast, rollback }): [string, number][] => [
      [instanceType, atLeast],
      [`${instanceType} in a rollback`, rollback],
    ]),
    ['serverless', serverless?.atLeast ?? 0],
  ]);
}

function notLess(more: Demands, less: Demands): boolean {
  const after = amounts(more);
  return [...amounts(less)].every(([quota, amount]) => (after.get(quota) ?? 0) >= amount);
}

/** Changes one variant of one endpoint, picked by two numbers. */
function changed(
  plans: readonly EndpointPlan[],
  at: number,
  change: (plan: VariantPlan) => VariantPlan,
): EndpointPlan[] {
  return plans.map((plan, index) =>
    index !== at % plans.length
      ? plan
      : {
          ...plan,
          variants: plan.variants.map((one, place) => (place === at % plan.variants.length ? change(one) : one)),
        },
  );
}

describe('the demands of a stage', () => {
  it.each<[string, (plan: VariantPlan, by: number) => VariantPlan]>([
    ['more instances to begin with', (plan, by) => ({ ...plan, instances: plan.instances + by })],
    ['a higher maximum of autoscaling', (plan, by) => ({ ...plan, scaledTo: (plan.scaledTo ?? 0) + by })],
    ['a higher maximum of managed scaling', (plan, by) => ({ ...plan, managed: (plan.managed ?? 0) + by })],
    [
      'more serverless concurrency',
      (plan, by) => ({ ...plan, serverless: plan.serverless === undefined ? undefined : plan.serverless + by }),
    ],
    ['one more type to fall back to', (plan) => ({ ...plan, types: [...new Set([...plan.types, 'ml.p5.48xlarge'])] })],
  ])('are never less with %s', (_, change) => {
    fc.assert(
      fc.property(stagePlan, fc.nat(), count, (plans, at, by) => {
        const more = changed(plans, at, (plan) => change(plan, by));
        return notLess(demandsOfPlans(more), demandsOfPlans(plans));
      }),
    );
  });

  it('are never less with one more endpoint or one more variant', () => {
    fc.assert(
      fc.property(stagePlan, endpointPlan, variantPlan, (plans, another, variant) => {
        const before = demandsOfPlans(plans);
        const wider = plans.map((plan) => ({ ...plan, variants: [...plan.variants, variant] }));
        return notLess(demandsOfPlans([...plans, another]), before) && notLess(demandsOfPlans(wider), before);
      }),
    );
  });

  it('are the same in whatever order resources, variants and stacks stand', () => {
    fc.assert(
      fc.property(
        stagePlan.chain((plans) => {
          const resources = plans.flatMap(resourcesOf).flatMap((part) => Object.entries(part));
          return fc.record({
            resources: fc.constant(resources),
            shuffled: fc.shuffledSubarray(resources, { minLength: resources.length }),
          });
        }),
        ({ resources, shuffled }) => {
          const reversed = shuffled.map(([id, resource]) => [
            id,
            { ...resource, Properties: turned(resource.Properties) },
          ]);
          expect(demandsOf([{ Resources: Object.fromEntries(reversed) }])).toEqual(
            demandsOf([{ Resources: Object.fromEntries(resources) }]),
          );
        },
      ),
    );
  });

  it('of stacks with nothing in common are the sum of their demands', () => {
    fc.assert(
      fc.property(stagePlan, stagePlan, (left, right) => {
        const one = templateOf(...left.flatMap(resourcesOf));
        const other = templateOf(...right.flatMap((plan, index) => resourcesOf(plan, index + 100)));
        const [both, ...each] = [[one, other], [one], [other]].map((templates) => amounts(demandsOf(templates)));
        for (const [quota, amount] of both ?? []) {
          expect(amount, quota).toBe(each.reduce((sum, part) => sum + (part.get(quota) ?? 0), 0));
        }
      }),
    );
  });

  it('lie between the fleet and twice the fleet, in an update and in a rollback', () => {
    fc.assert(
      fc.property(stagePlan, (plans) => {
        for (const { atLeast, rollback, fleets } of demandsOfPlans(plans).instances) {
          const most = fleets.reduce((sum, fleet) => sum + fleet.most, 0);
          expect(atLeast).toBeGreaterThanOrEqual(most);
          expect(rollback).toBeGreaterThanOrEqual(atLeast);
          expect(rollback).toBeLessThanOrEqual(2 * most);
        }
      }),
    );
  });

  it('are exact where a template leaves nothing open', () => {
    fc.assert(
      fc.property(stagePlan, (plans) => {
        const { instances, serverless, open } = demandsOfPlans(plans);
        expect([...open, ...(serverless?.open ?? []), ...instances.flatMap((demand) => demand.open)]).toEqual([]);
      }),
    );
  });
});

/** Properties with their lists of variants the other way round. */
function turned(properties: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, Array.isArray(value) ? value.toReversed() : value]),
  );
}
