import type { IConstruct } from 'constructs';

/**
 * Misuse of a construct: says where, what was wrong and what to do. Thrown during construction, so that the stack trace
 * points at the caller's line. Not part of the public API: jsii cannot export a subclass of `Error`.
 *
 * @internal
 */
export class ConfigError extends Error {
  constructor(scope: IConstruct | string, faults: string | readonly string[]) {
    const path = typeof scope === 'string' ? scope : scope.node.path || 'App';
    const list = typeof faults === 'string' ? [faults] : faults;
    const text = list.length === 1 ? ` ${list[0]}` : list.map((fault) => `\n  - ${fault}`).join('');
    super(`${path}:${text}`);
    this.name = 'ConfigError';
  }
}
