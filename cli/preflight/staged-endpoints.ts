import type { CloudFormationTemplate } from '../synth';
import { anyOf, kindsOf, type PossibleKinds, unknownKinds } from './endpoint-kind';
import { referredId } from './references';
import { type TargetBound, targetBoundsOf } from './scalable-targets';
import { intrinsicOf, possible, texts } from './template-values';
import { type ConfigVariants, variantsOf } from './variants';

/** An endpoint of the templates, with the variants of its config. */
export interface TemplateEndpoint extends ConfigVariants {
  /** Undefined where the name is known only at deployment. */
  readonly name: string | undefined;
  /** The name, or the logical id in its place. */
  readonly label: string;
  /** What scalable targets of the templates call it. */
  readonly key: string;
  readonly deploymentConfig: unknown;
  readonly kinds: PossibleKinds;
}

export interface TemplateEndpoints {
  readonly endpoints: readonly TemplateEndpoint[];
  readonly targets: readonly TargetBound[];
}

export function endpointsOf(templates: readonly CloudFormationTemplate[]): TemplateEndpoints {
  const parts = templates.map((template, index) => {
    const keyOf = keysOf(template, index);
    return { endpoints: endpointsIn(template, templates, keyOf), targets: targetBoundsOf(template, keyOf) };
  });
  return { endpoints: parts.flatMap(({ endpoints }) => endpoints), targets: parts.flatMap(({ targets }) => targets) };
}

type KeyOf = (logicalId: string) => string | undefined;

/** An endpoint's name, or what stands for the name that CloudFormation will choose: no name of an endpoint has a `#`. */
function keysOf({ Resources = {} }: CloudFormationTemplate, template: number): KeyOf {
  return (logicalId) => {
    const resource = Resources[logicalId];
    return resource?.Type === ENDPOINT ? (literalName(resource.Properties) ?? `#${template}.${logicalId}`) : undefined;
  };
}

function literalName(properties: Readonly<Record<string, unknown>> = {}): string | undefined {
  const { literals, open } = texts(properties.EndpointName);
  return literals.length === 1 && open.length === 0 ? literals[0] : undefined;
}

const ENDPOINT = 'AWS::SageMaker::Endpoint';
const CONFIG = 'AWS::SageMaker::EndpointConfig';

function endpointsIn(
  template: CloudFormationTemplate,
  templates: readonly CloudFormationTemplate[],
  keyOf: KeyOf,
): TemplateEndpoint[] {
  return Object.entries(template.Resources ?? {}).flatMap(([logicalId, { Type, Properties = {} }]) => {
    const key = keyOf(logicalId);
    if (Type !== ENDPOINT || key === undefined) return [];
    const name = literalName(Properties);
    const { EndpointConfigName, DeploymentConfig: deploymentConfig } = Properties;
    const config = configsOf(EndpointConfigName, template, templates);
    return [{ ...config, name, label: name ?? logicalId, key, deploymentConfig }];
  });
}

type StagedConfig = Pick<TemplateEndpoint, keyof ConfigVariants | 'kinds'>;

/** All configs that an endpoint may have: a condition may choose between several. */
function configsOf(
  reference: unknown,
  { Resources = {} }: CloudFormationTemplate,
  templates: readonly CloudFormationTemplate[],
): StagedConfig {
  const found = branchesOf(reference).map((branch): StagedConfig => {
    const id = referredId(branch);
    const own = id === undefined ? undefined : Resources[id];
    if (own?.Type === CONFIG) return configOf(own.Properties ?? {});
    const named = typeof branch === 'string' ? configNamed(branch, templates) : undefined;
    if (named !== undefined) return configOf(named);
    const what = typeof branch === 'string' ? `"${branch}"` : (possible(branch).open[0] ?? 'missing');
    const missing = `its endpoint config is ${what}, which is not in the templates`;
    return { variants: [], open: [missing], kinds: unknownKinds(missing) };
  });
  return {
    variants: found.flatMap(({ variants }) => variants),
    open: found.flatMap(({ open }) => open),
    kinds: anyOf(found.map(({ kinds }) => kinds)),
  };
}

function configOf(properties: Readonly<Record<string, unknown>>): StagedConfig {
  return { ...variantsOf(properties), kinds: kindsOf(properties) };
}

function branchesOf(value: unknown): unknown[] {
  const [name, argument] = intrinsicOf(value) ?? [];
  return name === 'Fn::If' && Array.isArray(argument) ? argument.slice(1).flatMap(branchesOf) : [value];
}

function configNamed(
  name: string,
  templates: readonly CloudFormationTemplate[],
): Readonly<Record<string, unknown>> | undefined {
  return templates
    .flatMap(({ Resources = {} }) => Object.values(Resources))
    .find(({ Type, Properties }) => Type === CONFIG && texts(Properties?.EndpointConfigName).literals.includes(name))
    ?.Properties;
}
