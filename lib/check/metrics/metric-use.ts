import type { Field } from '../template/field';

/** A metric that something looks at. */
export interface MetricUse {
  /** Where it is named. */
  readonly at: Field;
  readonly namespace: string | undefined;
  readonly metric: string | undefined;
  readonly dimensions: readonly MetricDimension[];
  /** Whether these are all dimensions. */
  readonly isComplete: boolean;
  /** Whether the metric may be that of another account, whose endpoints are not in the templates. */
  readonly isElsewhere: boolean;
}

export interface MetricDimension {
  readonly at: Field;
  readonly name: string | undefined;
  /** With markers for what is not known; undefined where nothing is. */
  readonly value: string | undefined;
}
