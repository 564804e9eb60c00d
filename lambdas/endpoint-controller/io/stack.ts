import {
  type CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type StackEvent,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { SERVED_COMPONENTS_OUTPUT, SERVED_CONFIG_OUTPUT } from '../../../protocol/endpoint-control';
import type { ServedComponent, Stack, StackDescription, UpdateOutcome } from '../ports';

/** What people need to know of a failure; CloudFormation's reasons may be 4 KB long. */
const MAX_REASON = 1500;

/** The endpoint's stack, updated with its own template and by a role of its own. */
export class EndpointStack implements Stack {
  constructor(
    private readonly client: CloudFormationClient,
    readonly name: string,
    private readonly roleArn: string,
  ) {}

  async describe(): Promise<StackDescription | undefined> {
    try {
      const { Stacks = [] } = await this.client.send(new DescribeStacksCommand({ StackName: this.name }));
      const [stack] = Stacks;
      if (stack?.StackStatus === undefined) return undefined;
      const output = (name: string) => stack.Outputs?.find(({ OutputKey }) => OutputKey === name)?.OutputValue;
      return {
        status: stack.StackStatus,
        reason: stack.StackStatusReason,
        servedConfig: output(SERVED_CONFIG_OUTPUT),
        servedComponents: servedComponentsIn(output(SERVED_COMPONENTS_OUTPUT.name)),
      };
    } catch (error) {
      if (isValidation(error) && /does not exist/.test(error.message)) return undefined;
      throw error;
    }
  }

  async update(token: string): Promise<UpdateOutcome> {
    try {
      const { Stacks = [] } = await this.client.send(new DescribeStacksCommand({ StackName: this.name }));
      // The name of an SSM parameter stays; its value is read again.
      const parameters = (Stacks[0]?.Parameters ?? []).map(({ ParameterKey }) => ({
        ParameterKey,
        UsePreviousValue: true,
      }));
      await this.client.send(
        new UpdateStackCommand({
          StackName: this.name,
          UsePreviousTemplate: true,
          Parameters: parameters,
          RoleARN: this.roleArn,
          ClientRequestToken: token,
          // The template holds the role of the endpoint. This acknowledges it; the role above could not change it.
          Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
        }),
      );
      return 'updating';
    } catch (error) {
      return refusedAs(error);
    }
  }

  async failure(): Promise<string | undefined> {
    const { StackEvents = [] } = await this.client.send(new DescribeStackEventsCommand({ StackName: this.name }));
    const began = StackEvents.findIndex((event) => isUpdateBeginning(event, this.name));
    // Events come latest first: the last failure before the beginning is the one that caused the others.
    const failure = StackEvents.slice(0, began === -1 ? undefined : began).findLast(isFailure);
    if (failure === undefined) return undefined;
    const { LogicalResourceId = 'a resource', ResourceStatusReason = 'no reason is given' } = failure;
    return `${LogicalResourceId}: ${ResourceStatusReason}`.slice(0, MAX_REASON);
  }
}

function servedComponentsIn(output: string | undefined): ServedComponent[] {
  if (output === undefined) return [];
  return output.split(SERVED_COMPONENTS_OUTPUT.separator).map((text) => {
    const [name = '', model = ''] = text.split(SERVED_COMPONENTS_OUTPUT.equals);
    return { name, model };
  });
}

function isUpdateBeginning({ LogicalResourceId, ResourceStatus }: StackEvent, stack: string): boolean {
  return LogicalResourceId === stack && ResourceStatus === 'UPDATE_IN_PROGRESS';
}

/** A resource that CloudFormation cancelled is a consequence. */
function isFailure({ ResourceStatus, ResourceStatusReason = '' }: StackEvent): boolean {
  return (
    ResourceStatus?.endsWith('_FAILED') === true &&
    !/^Resource (?:creation|update) cancelled/i.test(ResourceStatusReason)
  );
}

/** CloudFormation has one error for all of it, and tells by its text what it means. */
function refusedAs(error: unknown): UpdateOutcome {
  if (error instanceof Error && error.name === 'TokenAlreadyExistsException') return 'updating';
  if (!isValidation(error)) throw error;
  if (/No updates are to be performed/i.test(error.message)) return 'unchanged';
  if (/does not exist|can\s?not be updated/i.test(error.message)) return 'busy';
  throw error;
}

function isValidation(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ValidationError';
}
