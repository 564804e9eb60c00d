/** How bad: an error fails at deployment or makes a safeguard void; a warning is likely not what was meant. */
export type FindingSeverity = 'error' | 'warning';

/** One thing that a check found in a template. */
export interface Finding {
  /** The check, such as `rollout-canary-size`. */
  readonly id: string;
  readonly severity: FindingSeverity;
  /** Name of the template, as it was given. */
  readonly template: string;
  readonly logicalId: string;
  /** Where in the resource, such as `Properties.ProductionVariants[0].InstanceType`. */
  readonly path: string;
  /** What stands there; references are written `${LogicalId.Attribute}`. Absent where nothing stands there. */
  readonly value?: unknown;
  /** What is wrong. */
  readonly message: string;
  /** What is allowed. */
  readonly limit: string;
  /** The document that states the limit. */
  readonly source: string;
  readonly fix: string;
  /** Why the finding is accepted, where `Metadata` of the resource says so: `slipway:acknowledged: { <id>: <reason> }`. */
  readonly acknowledged?: string;
}

/** A template to check, parsed. */
export interface TemplateInput {
  /** What findings call it, such as its file. */
  readonly name: string;
  readonly template: unknown;
  /** Of the stack that it makes, where it is known: others refer to its outputs by it. */
  readonly stackName?: string;
  /** The resource of another template of the same set that deploys this one as a nested stack. */
  readonly parent?: { readonly name: string; readonly logicalId: string };
}
