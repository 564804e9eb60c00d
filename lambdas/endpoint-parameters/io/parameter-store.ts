import {
  DeleteParameterCommand,
  GetParameterHistoryCommand,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { ParameterStore } from '../ensure';

export class SsmParameterStore implements ParameterStore {
  constructor(private readonly client: SSMClient) {}

  async create(name: string, value: string, kind: 'StringList' | 'String'): Promise<void> {
    const Description = 'set by the endpoint controller alone, read by the template of the endpoint';
    try {
      await this.client.send(new PutParameterCommand({ Name: name, Value: value, Type: kind, Description }));
    } catch (error) {
      if (error instanceof Error && error.name === 'ParameterAlreadyExists') return;
      throw error;
    }
  }

  async oldestValueAt(name: string): Promise<string> {
    const dates: number[] = [];
    let token: string | undefined;
    do {
      const { Parameters = [], NextToken } = await this.client.send(
        new GetParameterHistoryCommand({ Name: name, NextToken: token }),
      );
      dates.push(...Parameters.flatMap(({ LastModifiedDate }) => LastModifiedDate?.getTime() ?? []));
      token = NextToken;
    } while (token !== undefined);
    if (dates.length === 0) throw new Error('the parameter has no history, although it exists');
    return new Date(Math.min(...dates)).toISOString();
  }

  async remove(name: string): Promise<void> {
    try {
      await this.client.send(new DeleteParameterCommand({ Name: name }));
    } catch (error) {
      if (error instanceof Error && error.name === 'ParameterNotFound') return;
      throw error;
    }
  }
}
