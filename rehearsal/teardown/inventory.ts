import type { ClientConfig } from '../aws';
import { accountKinds } from './account-kinds';
import { computeKinds } from './compute-kinds';
import { dataKinds } from './data-kinds';
import { endpointKinds } from './endpoint-kinds';
import type { Kind } from './kind';
import { watchKinds } from './watch-kinds';

/** Everything of the kinds that a stage can leave behind, asked of the services themselves and not of CloudFormation. */
export class Inventory {
  private readonly kinds: readonly Kind[];

  /** @param doubleUrl where the double of SageMaker is, of a stage that has an endpoint */
  constructor(config: ClientConfig, doubleUrl?: string) {
    this.kinds = [
      ...dataKinds(config),
      ...computeKinds(config),
      ...watchKinds(config),
      ...accountKinds(config),
      ...(doubleUrl === undefined ? [] : endpointKinds({ ...config, endpoint: doubleUrl })),
    ];
  }

  /** `<type> <id>` of everything there is. */
  async take(): Promise<ReadonlySet<string>> {
    const lists = await Promise.all(
      this.kinds.map(async ({ type, list }) => (await list()).map((id) => `${type} ${id}`)),
    );
    return new Set(lists.flat());
  }

  async remove(type: string, id: string): Promise<void> {
    const kind = this.kinds.find((candidate) => candidate.type === type);
    if (kind === undefined) throw new Error(`the rehearsal does not know how to remove a ${type}`);
    await kind.remove(id);
  }
}
