import type { Account } from '../account';
import { ApiError } from '../api-error';
import type { ContainerReply } from '../hosting/container';

const LOST = {
  timeout:
    'Your invocation timed out while waiting for a response from container primary. Review the latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again.',
  connection: 'The connection to container primary was lost before it answered.',
} as const;

/** Text of the container's answer, or why there was none. */
function originalMessage({ body, lost }: ContainerReply): string {
  return lost === undefined ? body.toString('utf8') : LOST[lost];
}

/** As the service words it: whose fault it was, by the container's status. */
export function failureText(reply: ContainerReply): string {
  const whose = reply.status >= 400 && reply.status < 500 ? 'client' : 'server';
  return `Received ${whose} error (${reply.status}) from primary with message "${originalMessage(reply)}"`;
}

/** The error that stands for any answer of a container that is no success. */
export function modelError(account: Account, endpoint: string, reply: ContainerReply): ApiError {
  const { region, id } = account;
  const group = `/aws/sagemaker/Endpoints/${endpoint}`;
  return new ApiError(
    'ModelError',
    `${failureText(reply)}. See https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#logEventViewer:group=${group} in account ${id} for more information.`,
    424,
    {
      OriginalStatusCode: reply.status,
      OriginalMessage: originalMessage(reply),
      LogStreamArn: `arn:aws:logs:${region}:${id}:log-group:${group}`,
    },
  );
}
