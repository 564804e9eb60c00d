import type { DeployedComponent } from '../shared/deployed-component';

export interface DeployedImage {
  /** As the model named it. */
  readonly specified: string | undefined;
  /** With the digest that it was resolved to. */
  readonly resolved: string | undefined;
}

export interface DeployedVariant {
  readonly name: string;
  readonly images: readonly DeployedImage[];
}

export interface DeployedEndpoint {
  readonly status: string;
  readonly configName: string | undefined;
  readonly failureReason: string | undefined;
  /** Production and shadow variants. */
  readonly variants: readonly DeployedVariant[];
}

/** One change of an alarm's state. */
export interface AlarmChange {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly state: string;
  readonly reason: string;
  /** The latest data points that it was decided by, the newest last. */
  readonly dataPoints: readonly number[];
  readonly threshold: number | undefined;
}

export interface Rollouts {
  /** Undefined where there is no such endpoint. */
  endpoint(name: string): Promise<DeployedEndpoint | undefined>;
  /** Undefined where there is no such inference component. */
  component(name: string): Promise<DeployedComponent | undefined>;
  /** Milliseconds since the epoch at which a configuration was made; undefined where there is none. */
  configMadeAt(name: string): Promise<number | undefined>;
  /** Changes of an alarm's state, the latest first. */
  changes(alarm: string): Promise<readonly AlarmChange[]>;
}
