import { TEMPLATE_PARAMETER } from '../../protocol/endpoint';
import { type CostTags, setUpCostTags } from '../finance/cost-tags';
import type { CloudFormationTemplate, SynthesizedStage } from '../synth';
import { answered, type Check, notRun } from './check';
import { costTagsCheck } from './cost-tags-check';
import { type Demands, demandsOf, type StagedEndpoint } from './demands';
import type { DeployedEndpoint } from './deployed-endpoint';
import { kindCheck } from './kind-check';
import { attempt, hasRun, type Outcome } from './outcome';
import type { Account, HostedEndpoints, Quota, Quotas } from './ports';
import { endpointQuota, type QuotaDemand, quotaCheck, SERVERLESS_QUOTA, type UsedByOthers } from './quota-check';
import { scalingCheck } from './scaling-check';
import { type TypedEndpoint, type Usage, usageOf } from './usage';

export interface PreflightPorts {
  /** The account of the credentials; in their own region where the stage names none. */
  readonly account: (region: string | undefined) => Promise<Account>;
  readonly costTags: () => Promise<CostTags>;
}

/** What a stage's endpoints need in one region. */
export interface RegionDemands {
  /** Undefined where the stage takes the region of whoever deploys it, and that is not known either. */
  readonly region: string | undefined;
  readonly demands: Demands;
}

export interface PreflightReport {
  readonly stage: string;
  readonly regions: readonly RegionDemands[];
  readonly checks: readonly Check[];
}

/** Looks whether a stage can be deployed. Each look that fails leaves its own checks not run, and no others. */
export async function preflight(stage: SynthesizedStage, ports: PreflightPorts): Promise<PreflightReport> {
  const places = [...templatesByRegion(stage)]
    .map(([region, templates]) => ({ region, demands: demandsOf(templates) }))
    .filter(({ demands: { endpoints, open } }) => endpoints.length > 0 || open.length > 0);
  const found = await Promise.all(places.map((place) => checkRegion(place, ports.account, controlledStage(stage))));
  const tags = await attempt(async () => setUpCostTags(await ports.costTags(), { activate: false }));
  return {
    stage: stage.name,
    regions: found.map(({ region, demands }) => ({ region, demands })),
    checks: [...found.flatMap(({ checks }) => checks), costTagsCheck(tags, stage.name)],
  };
}

/** The name of a stage whose endpoint is stopped and started by a parameter of its template. */
function controlledStage({ name, stacks }: SynthesizedStage): string | undefined {
  const isControlled = stacks.some(
    ({ template }) => template.Parameters?.[TEMPLATE_PARAMETER.desiredState] !== undefined,
  );
  return isControlled ? name : undefined;
}

function templatesByRegion({ stacks }: SynthesizedStage): ReadonlyMap<string | undefined, CloudFormationTemplate[]> {
  const regions = new Map<string | undefined, CloudFormationTemplate[]>();
  for (const { region, template } of stacks) regions.set(region, [...(regions.get(region) ?? []), template]);
  return regions;
}

async function checkRegion(
  { region, demands }: RegionDemands,
  connect: PreflightPorts['account'],
  controlled: string | undefined,
): Promise<RegionDemands & { readonly checks: readonly Check[] }> {
  const open = demands.open.map((what) =>
    answered(
      'templates',
      'warning',
      `${what}; look up its quota "${endpointQuota('<instance type>')}" before you deploy`,
    ),
  );
  const account = await attempt(() => connect(region));
  if (!hasRun(account)) {
    const names = [
      ...quotaDemandsOf(demands).map(({ quota }) => `quota "${quota}"`),
      ...demands.endpoints.flatMap(({ label }) => [`kind of ${label}`, `scaling of ${label}`]),
    ];
    return { region, demands, checks: [...names.map((name) => notRun(name, account)), ...open] };
  }
  const [quotas, changes] = await Promise.all([
    quotaChecks(demands, account.value),
    changeChecks(demands.endpoints, account.value, controlled),
  ]);
  return { region: account.value.region, demands, checks: [...quotas, ...open, ...changes] };
}

function quotaDemandsOf({ instances, serverless }: Demands): (QuotaDemand & { usedIn: (usage: Usage) => number })[] {
  const typed = instances.map(({ instanceType, atLeast, rollback, open, fleets }) => ({
    quota: endpointQuota(instanceType),
    unit: 'instances',
    atLeast,
    rollback,
    open,
    ...(fleets.every(({ fallback }) => fallback) ? { consequence: 'without it nothing falls back to this type' } : {}),
    usedIn: (usage: Usage) => usage.instances.get(instanceType) ?? 0,
  }));
  if (serverless === undefined) return typed;
  const { atLeast, open } = serverless;
  const usedIn = ({ concurrency }: Usage) => concurrency;
  return [...typed, { quota: SERVERLESS_QUOTA, unit: 'concurrent requests', atLeast, rollback: atLeast, open, usedIn }];
}

async function quotaChecks(demands: Demands, { region, quotas, endpoints }: Account): Promise<Check[]> {
  const needed = quotaDemandsOf(demands);
  if (needed.length === 0) return [];
  const [find, usage] = await Promise.all([
    findQuotas(
      quotas,
      needed.map(({ quota }) => quota),
    ),
    attempt(() => usageOfOthers(endpoints, demands.endpoints)),
  ]);
  return needed.map(({ usedIn, ...demand }) => {
    const used = hasRun(usage) ? { value: usedByOthers(usage.value, usedIn, demands.endpoints) } : usage;
    return quotaCheck(demand, find(demand.quota), used, region);
  });
}

/** Applied values count; a quota that was never changed has only its default. */
async function findQuotas(
  quotas: Quotas,
  names: readonly string[],
): Promise<(name: string) => Outcome<Quota | undefined>> {
  const applied = await attempt(() => quotas.applied(names));
  if (!hasRun(applied)) return () => applied;
  const known = new Map(applied.value.map((quota) => [quota.name, quota]));
  const missing = names.filter((name) => !known.has(name));
  const defaults = missing.length === 0 ? { value: [] } : await attempt(() => quotas.defaults(missing));
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return { value: found };
    if (!hasRun(defaults)) return defaults;
    return { value: defaults.value.find((quota) => quota.name === name) };
  };
}

/** Endpoints that are described at the same time: SageMaker throttles an account that asks for more. */
const AT_ONCE = 5;

async function usageOfOthers(endpoints: HostedEndpoints, own: readonly StagedEndpoint[]): Promise<Usage> {
  const ours = own.map(({ name }) => name);
  const others = (await endpoints.names()).filter((name) => !ours.includes(name));
  const described: TypedEndpoint[] = [];
  for (let start = 0; start < others.length; start += AT_ONCE) {
    const group = await Promise.all(others.slice(start, start + AT_ONCE).map((name) => describe(endpoints, name)));
    described.push(...group.filter((endpoint) => endpoint !== undefined));
  }
  return usageOf(described);
}

/** Undefined where the endpoint is gone since it was listed. */
async function describe(endpoints: HostedEndpoints, name: string): Promise<TypedEndpoint | undefined> {
  const endpoint = await endpoints.describe(name);
  if (endpoint === undefined) return undefined;
  const { configName, variants } = endpoint;
  // Serverless endpoints have no types, and pools say them themselves.
  const untyped = variants.some(({ instances, pools }) => instances > 0 && pools.length === 0);
  const config = untyped && configName !== undefined ? await endpoints.config(configName) : undefined;
  return { endpoint, types: config?.instanceTypes };
}

function usedByOthers(usage: Usage, usedIn: (usage: Usage) => number, own: readonly StagedEndpoint[]): UsedByOthers {
  const unnamed = own.filter(({ name }) => name === undefined).map(({ label }) => label);
  return {
    count: usedIn(usage),
    perhaps: usage.untyped,
    perhapsWhat: `the configs of ${usage.untypedEndpoints.join(', ')} do not say of what type ${usage.untyped} more instances are`,
    ...(unnamed.length === 0
      ? {}
      : { excess: `${unnamed.join(', ')} of this stage may be among them, as its name is known only at deployment` }),
  };
}

/** What changes of endpoints that are deployed. */
async function changeChecks(
  staged: readonly StagedEndpoint[],
  { region, endpoints, scaling }: Account,
  controlled: string | undefined,
): Promise<Check[]> {
  if (staged.length === 0) return [];
  const targets = await attempt(() => scaling.list());
  const checks = await Promise.all(
    staged.map(async (endpoint) => {
      const { name } = endpoint;
      const deployed = name === undefined ? { value: undefined } : await attempt(() => deployedAs(endpoints, name));
      return [kindCheck(endpoint, deployed, controlled), scalingCheck(endpoint, deployed, targets, region, controlled)];
    }),
  );
  return checks.flat();
}

async function deployedAs(endpoints: HostedEndpoints, name: string): Promise<DeployedEndpoint | undefined> {
  const endpoint = await endpoints.describe(name);
  if (endpoint === undefined) return undefined;
  const { configName, variants, asynchronous } = endpoint;
  const config = await attempt(async () => (configName === undefined ? undefined : endpoints.config(configName)));
  return { variants: variants.map((variant) => variant.name), asynchronous, config };
}
