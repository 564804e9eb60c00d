import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** One line of the trace: a clause of the contract and something deployed that enforces it. */
interface Enforcement {
  readonly clause: string;
  /** The resource, or undefined where synthesis itself is the enforcement. */
  readonly resource?: IConstruct;
  /** How it enforces, for the person who reads the trace. */
  readonly how: string;
}

/** A line of the trace with the resource as it is in the template. */
export interface TraceLine {
  readonly clause: string;
  readonly how: string;
  readonly path: string;
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
}

const TRACE = Symbol.for('slipway.trace');

/**
 * Which clause of a production contract is enforced by which resource. A stage has one trace; constructs inside it register
 * what they enforce, and outside of a stage registering does nothing.
 *
 * @internal
 */
export class Trace {
  static begin(stage: IConstruct): Trace {
    const trace = new Trace();
    Object.defineProperty(stage, TRACE, { value: trace });
    return trace;
  }

  static of(scope: IConstruct): Trace | undefined {
    for (const node of [...scope.node.scopes].reverse()) {
      const trace: unknown = (node as unknown as Record<symbol, unknown>)[TRACE];
      if (trace instanceof Trace) return trace;
    }
    return undefined;
  }

  /** Registers that `resource` enforces `clause`; does nothing outside of a stage that has a contract. */
  static enforce(clause: string, resource: IConstruct, how: string): void {
    Trace.of(resource)?.lines.push({ clause, resource, how });
  }

  private readonly lines: Enforcement[] = [];

  /** Registers a clause that synthesis itself enforces. */
  checkedAtSynthesis(clause: string, how: string): void {
    this.lines.push({ clause, how });
  }

  unenforced(clauses: readonly string[]): string[] {
    const enforced = new Set(this.lines.map((line) => line.clause));
    return clauses.filter((clause) => !enforced.has(clause));
  }

  /**
   * The trace with stacks, types and logical ids, in the order of `clauses`; call while synthesizing, when logical ids are
   * final.
   */
  resolve(clauses: readonly string[]): TraceLine[] {
    const rank = (clause: string) => (clauses.includes(clause) ? clauses.indexOf(clause) : clauses.length);
    const sorted = [...this.lines].sort((a, b) => rank(a.clause) - rank(b.clause));
    return sorted.map(({ clause, how, resource }) => {
      if (resource === undefined) return { clause, how, path: '', stack: '', logicalId: '', type: 'synthesis check' };
      const element = resource.node.defaultChild ?? resource;
      const stack = Stack.of(element);
      return {
        clause,
        how,
        path: resource.node.path,
        stack: stack.stackName,
        logicalId: 'logicalId' in element ? String(stack.resolve(element.logicalId)) : '',
        type: 'cfnResourceType' in element ? String(element.cfnResourceType) : '',
      };
    });
  }
}
