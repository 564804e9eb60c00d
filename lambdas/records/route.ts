import type { APIGatewayProxyEvent } from 'aws-lambda';
import { HEADER, MAX_LABEL_LENGTH } from '../../protocol/prediction';
import { callerOf, isRefused, readJsonObject, readText } from '../shared/api-request';
import { emfLine } from '../shared/emf';
import { type HttpAnswer, jsonAnswer, problemAnswer } from '../shared/problem-response';
import { joinFeedback, NOT_FOUND } from './feedback';
import type { Ports } from './ports';
import { findOwn, secondsToLookAgain, viewOf } from './visible-record';

export interface Service {
  readonly ports: Ports;
  readonly deployment: string;
  /** Label that counts as positive; all labels are averaged without one. */
  readonly positiveLabel?: string;
  /** A label as it may be kept, masked as the labels in records are. */
  maskLabel(label: string): string;
  /** Writes one metric line. */
  emit(line: string): void;
}

const PREDICTION = '/predictions/{id}';
const FEEDBACK = '/predictions/{id}/feedback';
const METHODS: Readonly<Record<string, string>> = { [PREDICTION]: 'GET', [FEEDBACK]: 'POST' };

/** Any request to any answer: nothing that goes wrong here leaves as something else than a problem document. */
export async function handle(event: APIGatewayProxyEvent, service: Service): Promise<HttpAnswer> {
  try {
    return await answerTo(event, service);
  } catch (error) {
    service.ports.log.error('uncaught', error);
    return problemAnswer({ problem: 'internal' });
  }
}

async function answerTo(event: APIGatewayProxyEvent, service: Service): Promise<HttpAnswer> {
  const actor = callerOf(event);
  if (isRefused(actor)) return problemAnswer(actor.refusal);
  const allowed = Object.hasOwn(METHODS, event.resource) ? METHODS[event.resource] : undefined;
  if (allowed === undefined) return problemAnswer({ problem: 'notFound', detail: 'there is no such resource' });
  if (event.httpMethod !== allowed) {
    return problemAnswer({ problem: 'methodNotAllowed', detail: `use ${allowed}`, headers: { Allow: allowed } });
  }
  const inferenceId = event.pathParameters?.id ?? '';
  if (event.resource === PREDICTION) return readPrediction(inferenceId, actor.value.id, service.ports);
  return takeFeedback(event, { inferenceId, actorId: actor.value.id }, service);
}

async function readPrediction(inferenceId: string, actorId: string, ports: Ports): Promise<HttpAnswer> {
  const record = await findOwn(inferenceId, actorId, ports);
  if (record === undefined) return NOT_FOUND;
  const headers: Record<string, string> = { [HEADER.inferenceId]: record.inferenceId };
  if (record.outputExact === false) headers[HEADER.outputExact] = 'false';
  const wait = secondsToLookAgain(record, ports.now());
  if (wait !== undefined) headers['Retry-After'] = String(wait);
  return jsonAnswer(200, await viewOf(record, ports), headers);
}

interface Target {
  readonly inferenceId: string;
  readonly actorId: string;
}

async function takeFeedback(event: APIGatewayProxyEvent, target: Target, service: Service): Promise<HttpAnswer> {
  const body = readJsonObject(event, ['label']);
  if (isRefused(body)) return problemAnswer(body.refusal);
  const label = readText(body.value.members, 'label', MAX_LABEL_LENGTH);
  if (isRefused(label)) return problemAnswer(label.refusal);
  const { ports, deployment, emit } = service;
  const truth = service.maskLabel(label.value);
  const positiveLabel = service.positiveLabel === undefined ? undefined : service.maskLabel(service.positiveLabel);
  const { answer, metrics } = await joinFeedback({ ...target, label: truth }, ports, positiveLabel);
  // Only now: what is counted is already kept. A handler killed in between loses a count, never a label.
  if (metrics !== undefined) {
    emit(emfLine({ deployment, at: ports.now(), metrics, properties: { inferenceId: target.inferenceId } }));
  }
  return answer;
}
