import type { Outcome } from './outcome';
import type { HostedConfig } from './ports';

/** What runs under an endpoint's name. */
export interface DeployedEndpoint {
  readonly variants: readonly string[];
  /** Whether it answers by way of S3, after the request. */
  readonly asynchronous: boolean;
  /** Undefined where it was deleted. */
  readonly config: Outcome<HostedConfig | undefined>;
}
