/** What a quota of SageMaker is in an account and a region. */
export interface Quota {
  readonly name: string;
  readonly code: string;
  /** Undefined where Service Quotas lists it without a value. */
  readonly value: number | undefined;
  readonly adjustable: boolean;
  /** `applied` is what counts; a default is only what AWS gives to begin with. */
  readonly source: 'applied' | 'default';
}

/** Service Quotas. Of `names`, those that it knows. */
export interface Quotas {
  applied(names: readonly string[]): Promise<readonly Quota[]>;
  defaults(names: readonly string[]): Promise<readonly Quota[]>;
}

/** A variant that runs. */
export interface HostedVariant {
  readonly name: string;
  /** Instances that it has or is about to have. */
  readonly instances: number;
  /** Concurrent requests of a serverless variant, 0 for others. */
  readonly concurrency: number;
  /** Known of a variant whose update is under way; otherwise the config says it. */
  readonly instanceType: string | undefined;
  /** Instances by type, of a variant with instance pools. */
  readonly pools: readonly { readonly instanceType: string; readonly instances: number }[];
}

export interface HostedEndpoint {
  readonly name: string;
  readonly configName: string | undefined;
  /** Whether it answers by way of S3, after the request. */
  readonly asynchronous: boolean;
  readonly variants: readonly HostedVariant[];
  /** What an update that is under way adds. */
  readonly pending: readonly HostedVariant[];
}

/** What the config of an endpoint says of it. */
export interface HostedConfig {
  /** By variant. */
  readonly instanceTypes: ReadonlyMap<string, readonly string[]>;
  /** Whether its variants have no model of their own, and models come as inference components. */
  readonly takesComponents: boolean;
}

/** Endpoints of SageMaker. */
export interface HostedEndpoints {
  names(): Promise<readonly string[]>;
  /** Undefined where there is no such endpoint. */
  describe(name: string): Promise<HostedEndpoint | undefined>;
  /** Undefined where the config was deleted, which does not stop its endpoint. */
  config(configName: string): Promise<HostedConfig | undefined>;
}

/** What Application Auto Scaling scales, and what of it. */
export interface ScalableTarget {
  /** `endpoint/<endpoint>/variant/<variant>`, or that of an inference component. */
  readonly resourceId: string;
  readonly dimension: string;
}

/** Application Auto Scaling. */
export interface ScalingTargets {
  /** All that are registered for SageMaker. */
  list(): Promise<readonly ScalableTarget[]>;
}

/** An account as it is in one region. */
export interface Account {
  readonly region: string;
  readonly quotas: Quotas;
  readonly endpoints: HostedEndpoints;
  readonly scaling: ScalingTargets;
}

/** The credentials may not do `action`. */
export class NotPermitted extends Error {
  constructor(
    readonly action: string,
    options?: ErrorOptions,
  ) {
    super(`access denied: the credentials lack the permission ${action}`, options);
    this.name = 'NotPermitted';
  }
}
