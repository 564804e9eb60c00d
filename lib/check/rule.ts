import type { FindingSeverity } from './api';
import type { EndpointModel } from './endpoint/endpoint-model';
import type { Field } from './template/field';
import type { TemplateSet } from './template/template-set';

/** What a rule looks at. */
export interface Subject {
  readonly set: TemplateSet;
  readonly endpoints: EndpointModel;
}

/** A place that a rule finds wrong. */
export interface Violation {
  readonly at: Field;
  /** What is wrong, with the value. */
  readonly message: string;
  /** What to do, where it can be said closer than by the rule. */
  readonly fix?: string;
}

/** One check. It speaks only of what is certain: what a parameter or a condition decides is never wrong. */
export interface Rule {
  readonly id: string;
  readonly severity: FindingSeverity;
  /** What it finds. */
  readonly what: string;
  /** What is allowed. */
  readonly limit: string;
  /** The document that says so. */
  readonly source: string;
  readonly fix: string;
  check(subject: Subject): Iterable<Violation>;
}
