import type { CostTags } from '../../../cli/finance/cost-tags';

type Status = 'active' | 'inactive';

/** Cost-allocation tags in memory. */
export class FakeCostTags implements CostTags {
  requests = 0;
  readonly activations: (readonly string[])[] = [];
  /** Reasons by tag. */
  readonly refusals = new Map<string, string>();

  constructor(
    private readonly statuses: Readonly<Record<string, Status>>,
    private readonly failure?: Error,
  ) {}

  async list(keys: readonly string[]): Promise<ReadonlyMap<string, Status>> {
    if (this.failure !== undefined) throw this.failure;
    this.requests++;
    return new Map(Object.entries(this.statuses).filter(([key]) => keys.includes(key)));
  }

  async activate(keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    this.requests++;
    this.activations.push(keys);
    return this.refusals;
  }
}
