import type { Account, ResourceKind } from './account';
import { validationException } from './api-error';

/** Words of the service for each kind, as its messages have them. */
const WORDS: Readonly<Record<ResourceKind, string>> = {
  model: 'model',
  'endpoint-config': 'endpoint configuration',
  endpoint: 'endpoint',
  'inference-component': 'inference component',
};

const NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/;

/** The resources of one kind by name; case does not tell names apart, as it does not in their ARNs. */
export class Named<T> {
  private readonly byName = new Map<string, T>();

  constructor(
    private readonly account: Account,
    private readonly kind: ResourceKind,
  ) {}

  /** Checks a name that is to be taken. */
  refuseTaken(name: unknown): asserts name is string {
    if (typeof name !== 'string' || !NAME.test(name)) {
      throw validationException(
        `1 validation error detected: Value '${name}' of the name of the ${WORDS[this.kind]} failed to satisfy constraint: Member must satisfy regular expression pattern: ${NAME.source}`,
      );
    }
    if (this.find(name) !== undefined) {
      throw validationException(
        `Cannot create already existing ${WORDS[this.kind]} "${this.account.arn(this.kind, name)}".`,
      );
    }
  }

  add(name: string, resource: T): void {
    this.byName.set(name.toLowerCase(), resource);
  }

  find(name: string): T | undefined {
    return this.byName.get(name.toLowerCase());
  }

  get(name: unknown): T {
    const found = typeof name === 'string' ? this.find(name) : undefined;
    if (found === undefined) {
      throw validationException(`Could not find ${WORDS[this.kind]} "${this.account.arn(this.kind, String(name))}".`);
    }
    return found;
  }

  remove(name: string): void {
    this.byName.delete(name.toLowerCase());
  }

  all(): T[] {
    return [...this.byName.values()];
  }
}
