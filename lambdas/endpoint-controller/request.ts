import type { ControlRequest } from '../../protocol/endpoint-control';

const MAX_TEXT = 256;
const MAX_WAIT_SECONDS = 86_400;

/** The input of an execution, or what is wrong with it: people write it by hand too. */
export function parseRequest(input: unknown): ControlRequest | string {
  if (typeof input !== 'object' || input === null) return 'the input is no object; give an action and who asks for it';
  const { action, version, reason, requestedBy, waitIfBusySeconds } = input as Record<string, unknown>;
  if (!isText(requestedBy)) return `"requestedBy" is missing, expected 1 to ${MAX_TEXT} characters; say who asks`;
  if (reason !== undefined && !isText(reason))
    return `"reason" is no text of 1 to ${MAX_TEXT} characters; shorten it, or leave it out`;
  if (waitIfBusySeconds !== undefined && !isWait(waitIfBusySeconds))
    return `"waitIfBusySeconds" is no whole number from 0 to ${MAX_WAIT_SECONDS}; leave it out to wait for nobody`;
  const asked = { requestedBy, waitIfBusySeconds };
  switch (action) {
    case 'use':
      if (!isText(version)) return '"version" is missing; say which version is to be used';
      return { action, version, reason, ...asked };
    case 'rollback':
      return { action, reason, ...asked };
    case 'start':
    case 'stop':
      if (reason === undefined) return `"reason" is missing; say why the endpoint is to ${action}`;
      return { action, reason, ...asked };
    default:
      return '"action" is none of use, rollback, start, stop; give one of them';
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= MAX_TEXT && !/\p{Cc}/u.test(value);
}

function isWait(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_WAIT_SECONDS;
}
