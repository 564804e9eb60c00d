import { createHash } from 'node:crypto';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Actor } from '../../../protocol/actor';
import { HEADER, MAX_SUBJECT_LENGTH, RESPOND_ASYNC } from '../../../protocol/prediction';
import { headerValues, isRefused, type Read, readJsonObject, readText } from '../api-request';

/** A well-formed request for a prediction. */
export interface PredictionCall {
  readonly actor: Actor;
  readonly input: unknown;
  readonly subject?: string;
  readonly idempotency?: Idempotency;
  /** Whether the caller would rather be answered later than not at all. */
  readonly mayAnswerLater: boolean;
  /** Path of the resource as the caller sees it, to which ids are added. */
  readonly path: string;
}

export interface Idempotency {
  /** Hash of actor and key. */
  readonly claimHash: string;
  /** Hash of the body. */
  readonly requestHash: string;
}

const VISIBLE_ASCII = /^[\x21-\x7e]{1,255}$/;

/** `inputNames`: names within the input that are no text of the caller's. */
export function readPredictionCall(
  event: APIGatewayProxyEvent,
  actor: Actor,
  inputNames: ReadonlySet<string>,
): Read<PredictionCall> {
  const body = readJsonObject(event, ['input', 'subject'], inputNames);
  if (isRefused(body)) return body;
  const { bytes, members } = body.value;
  if (!Object.hasOwn(members, 'input')) {
    const errors = [{ pointer: '/input', detail: 'required; text or any JSON that the model takes' }];
    return { refusal: { problem: 'malformedRequest', detail: 'the body has no input', errors } };
  }
  const subject = readSubject(members);
  if (isRefused(subject)) return subject;
  const idempotency = readIdempotency(event, actor, bytes);
  if (isRefused(idempotency)) return idempotency;
  const mayAnswerLater = prefersLater(event);
  const path = pathOf(event);
  return {
    value: {
      actor,
      input: members.input,
      subject: subject.value,
      idempotency: idempotency.value,
      mayAnswerLater,
      path,
    },
  };
}

/** RFC 7240: preferences in one header or several, separated by commas, each a token with values that nothing here knows. */
function prefersLater(event: APIGatewayProxyEvent): boolean {
  return headerValues(event, HEADER.prefer)
    .flatMap((value) => value.split(','))
    .some((preference) => preference.split(/[;=]/, 1)[0]?.trim().toLowerCase() === RESPOND_ASYNC);
}

/** With the API's stage, or the base path of a domain name: `resource` knows neither. */
function pathOf(event: APIGatewayProxyEvent): string {
  const path: unknown = event.requestContext?.path;
  return typeof path === 'string' && path.startsWith('/') ? path.replace(/\/+$/, '') : event.resource;
}

function readSubject(members: Readonly<Record<string, unknown>>): Read<string | undefined> {
  return Object.hasOwn(members, 'subject') ? readText(members, 'subject', MAX_SUBJECT_LENGTH) : { value: undefined };
}

function readIdempotency(event: APIGatewayProxyEvent, actor: Actor, bytes: Buffer): Read<Idempotency | undefined> {
  const keys = headerValues(event, HEADER.idempotencyKey);
  const [key] = keys;
  if (key === undefined) return { value: undefined };
  if (keys.length > 1 || !VISIBLE_ASCII.test(key)) {
    return {
      refusal: { problem: 'invalidIdempotencyKey', detail: 'send one key of 1 to 255 visible ASCII characters' },
    };
  }
  // As JSON, so that no actor and key together read like another pair.
  return { value: { claimHash: sha256(JSON.stringify([actor.id, key])), requestHash: sha256(bytes) } };
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
