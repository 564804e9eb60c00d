import {
  type Account,
  type HostedEndpoint,
  NotPermitted,
  type Quota,
  type ScalableTarget,
} from '../../../cli/preflight/ports';
import { GPU } from './templates';

export interface FakeParts {
  readonly region?: string;
  /** Values that count, by quota. */
  readonly applied?: Readonly<Record<string, number | undefined>>;
  readonly defaults?: Readonly<Record<string, number | undefined>>;
  readonly adjustable?: boolean;
  /** Of every quota. Default: one of its name. */
  readonly code?: string;
  readonly endpoints?: readonly HostedEndpoint[];
  /** Instance types by config, then by variant. Configs that are not here were deleted. */
  readonly configs?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** Configs whose models come as inference components. */
  readonly fleets?: readonly string[];
  readonly targets?: readonly ScalableTarget[];
  /** Actions that the credentials lack. */
  readonly denied?: readonly string[];
  /** Thrown by every call. */
  readonly failure?: Error;
}

/** An account in memory, with what was asked of it. */
export class FakeAccount implements Account {
  readonly region: string;
  readonly asked: string[] = [];

  constructor(private readonly parts: FakeParts = {}) {
    this.region = parts.region ?? 'eu-west-1';
  }

  readonly quotas: Account['quotas'] = {
    applied: async (names) => this.listed('servicequotas:ListServiceQuotas', 'applied', this.parts.applied, names),
    defaults: async (names) =>
      this.listed('servicequotas:ListAWSDefaultServiceQuotas', 'default', this.parts.defaults, names),
  };

  readonly endpoints: Account['endpoints'] = {
    names: async () => {
      this.ask('sagemaker:ListEndpoints');
      return (this.parts.endpoints ?? []).map(({ name }) => name);
    },
    describe: async (name) => {
      this.ask('sagemaker:DescribeEndpoint', name);
      return this.parts.endpoints?.find((endpoint) => endpoint.name === name);
    },
    config: async (configName) => {
      this.ask('sagemaker:DescribeEndpointConfig', configName);
      const config = this.parts.configs?.[configName];
      if (config === undefined) return undefined;
      const takesComponents = this.parts.fleets?.includes(configName) ?? false;
      return { instanceTypes: new Map(Object.entries(config)), takesComponents };
    },
  };

  readonly scaling: Account['scaling'] = {
    list: async () => {
      this.ask('application-autoscaling:DescribeScalableTargets');
      return this.parts.targets ?? [];
    },
  };

  private listed(
    action: string,
    source: Quota['source'],
    values: FakeParts['applied'] = {},
    names: readonly string[] = [],
  ): Quota[] {
    this.ask(action);
    const { adjustable = true, code } = this.parts;
    return Object.entries(values)
      .filter(([name]) => names.includes(name))
      .map(([name, value]) => ({ name, code: code ?? codeOf(name), value, adjustable, source }));
  }

  private ask(action: string, of?: string): void {
    this.asked.push(of === undefined ? action : `${action} ${of}`);
    if (this.parts.failure !== undefined) throw this.parts.failure;
    if (this.parts.denied?.includes(action)) throw new NotPermitted(action);
  }
}

/** A code as Service Quotas has them, the same for one name every time. */
export function codeOf(name: string): string {
  const sum = [...name].reduce((total, letter) => (total * 31 + letter.charCodeAt(0)) % 0x1_0000_0000, 7);
  return `L-${sum.toString(16).toUpperCase().padStart(8, '0')}`;
}

/** An endpoint that runs `instances` of one variant, with the config `<name>-config`. */
export function hosted(name: string, instances: number, variant = 'AllTraffic'): HostedEndpoint {
  const one = { name: variant, instances, concurrency: 0, instanceType: undefined, pools: [] };
  return { name, configName: `${name}-config`, asynchronous: false, variants: [one], pending: [] };
}

/** Configs of endpoints that `hosted` makes. */
export function configsOf(...names: readonly string[]): Record<string, Record<string, readonly string[]>> {
  return Object.fromEntries(names.map((name) => [`${name}-config`, { AllTraffic: [GPU] }]));
}

export function targetOf(endpoint: string, variant = 'AllTraffic'): ScalableTarget {
  return {
    resourceId: `endpoint/${endpoint}/variant/${variant}`,
    dimension: 'sagemaker:variant:DesiredInstanceCount',
  };
}
