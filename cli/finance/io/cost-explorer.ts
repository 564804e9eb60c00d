import {
  type CostExplorerClient,
  ListCostAllocationTagsCommand,
  UpdateCostAllocationTagsStatusCommand,
} from '@aws-sdk/client-cost-explorer';
import { CliError, EXIT, operationError } from '../../errors';
import { type CostTags, NoCredentials } from '../cost-tags';

/** Cost Explorer lives in one region. */
export const COST_EXPLORER_REGION = 'us-east-1';

/** The cost-allocation tags of the account whose credentials `client` has. */
export class CostExplorerTags implements CostTags {
  requests = 0;

  constructor(private readonly client: CostExplorerClient) {}

  async list(keys: readonly string[]): Promise<ReadonlyMap<string, 'active' | 'inactive'>> {
    const found = new Map<string, 'active' | 'inactive'>();
    let NextToken: string | undefined;
    do {
      const command = new ListCostAllocationTagsCommand({ TagKeys: [...keys], Type: 'UserDefined', NextToken });
      const page = await this.counted('could not read the cost-allocation tags', 'ce:ListCostAllocationTags', () =>
        this.client.send(command),
      );
      for (const { TagKey, Status } of page.CostAllocationTags ?? []) {
        if (TagKey !== undefined) found.set(TagKey, Status === 'Active' ? 'active' : 'inactive');
      }
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return found;
  }

  async activate(keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const command = new UpdateCostAllocationTagsStatusCommand({
      CostAllocationTagsStatus: keys.map((TagKey) => ({ TagKey, Status: 'Active' as const })),
    });
    const { Errors = [] } = await this.counted(
      'could not activate cost-allocation tags',
      'ce:UpdateCostAllocationTagsStatus',
      () => this.client.send(command),
    );
    return new Map(Errors.map(({ TagKey = '', Code = 'no code', Message = '' }) => [TagKey, `${Code}: ${Message}`]));
  }

  private async counted<Result>(doing: string, permission: string, send: () => Promise<Result>): Promise<Result> {
    try {
      const result = await send();
      this.requests++;
      return result;
    } catch (error) {
      throw failureOf(error, doing, permission);
    }
  }
}

function failureOf(error: unknown, doing: string, permission: string): Error {
  const name = error instanceof Error ? error.name : '';
  if (name === 'CredentialsProviderError') return new NoCredentials({ cause: error });
  if (!/^AccessDenied/.test(name)) return operationError(error, doing);
  return new CliError(
    `${doing}: access denied; it needs the permission ${permission}, and credentials of the account that pays ` +
      '(the management account of the organisation)',
    EXIT.failed,
    { cause: error },
  );
}
