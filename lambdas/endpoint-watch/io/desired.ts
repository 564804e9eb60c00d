import { GetParameterCommand, type Parameter, type SSMClient } from '@aws-sdk/client-ssm';
import { NOTHING } from '../../../protocol/endpoint-control';
import type { Watched } from '../decide';

/** What the parameters of the endpoint say. */
export async function readDesired(
  client: SSMClient,
  names: { readonly version: string; readonly state: string },
): Promise<Pick<Watched, 'runs' | 'changedAt'>> {
  const [version, state] = await Promise.all([read(client, names.version), read(client, names.state)]);
  const inUse = version.Value?.split(',', 1)[0] !== NOTHING;
  return { runs: inUse && state.Value === 'running', changedAt: Math.max(changeOf(version), changeOf(state)) };
}

async function read(client: SSMClient, name: string): Promise<Parameter> {
  const { Parameter: found = {} } = await client.send(new GetParameterCommand({ Name: name }));
  return found;
}

/** What nobody dated was changed now: an endpoint is not stopped for what is not known. */
function changeOf({ LastModifiedDate }: Parameter): number {
  return LastModifiedDate?.getTime() ?? Number.POSITIVE_INFINITY;
}
