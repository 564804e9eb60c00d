import { GetParameterCommand, type ParameterType, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { EndpointParameters } from '../../../protocol/endpoint-control';
import type { DesiredState } from '../../../protocol/model-version';
import type { Parameters } from '../ports';

export interface ParameterNames {
  readonly version: string;
  readonly state: string;
}

/** The two parameters that the endpoint's template reads. */
export class SsmParameters implements Parameters {
  constructor(
    private readonly client: SSMClient,
    private readonly names: ParameterNames,
  ) {}

  async read(): Promise<EndpointParameters | undefined> {
    const [version, state] = await Promise.all([this.readOne(this.names.version), this.readOne(this.names.state)]);
    if (version === undefined || state === undefined) return undefined;
    if (state !== 'running' && state !== 'stopped')
      throw new Error(`parameter ${this.names.state} is neither running nor stopped; set it to one of them`);
    return { version, state };
  }

  writeVersion(value: string): Promise<void> {
    return this.write(this.names.version, value, 'StringList');
  }

  writeState(value: DesiredState): Promise<void> {
    return this.write(this.names.state, value, 'String');
  }

  private async readOne(name: string): Promise<string | undefined> {
    try {
      return (await this.client.send(new GetParameterCommand({ Name: name }))).Parameter?.Value;
    } catch (error) {
      if (error instanceof Error && error.name === 'ParameterNotFound') return undefined;
      throw error;
    }
  }

  private async write(name: string, value: string, type: ParameterType): Promise<void> {
    await this.client.send(new PutParameterCommand({ Name: name, Value: value, Type: type, Overwrite: true }));
  }
}
