import type { APIGatewayProxyEvent } from 'aws-lambda';
import { callerOf, isRefused } from '../api-request';
import { type HttpAnswer, jsonAnswer, problemAnswer } from '../problem-response';
import { predict } from './flow';
import { type Facts, metricLines, noFacts } from './measure';
import type { Ports } from './ports';
import { readPredictionCall } from './request';
import type { Routing } from './routing';
import type { Settings } from './run';

export interface Service {
  readonly ports: Ports;
  readonly routing: Routing;
  readonly settings: Settings;
  /** Writes one metric line. */
  emit(line: string): void;
}

/** Methods of each resource that this handler answers. */
const METHODS: Readonly<Record<string, string>> = { '/predictions': 'POST', '/health': 'GET' };

/** Any request to any answer: nothing that goes wrong here leaves as something else than a problem document. */
export async function handle(event: APIGatewayProxyEvent, service: Service): Promise<HttpAnswer> {
  const { clock, log } = service.ports;
  const started = { startedAt: clock.now(), startedMs: clock.monotonicMs() };
  const facts = noFacts();
  let answer: HttpAnswer;
  try {
    answer = await answerTo(event, service, started, facts);
  } catch (error) {
    log.error('uncaught', error, { inferenceId: facts.inferenceId });
    answer = problemAnswer({ problem: 'internal', inferenceId: facts.inferenceId });
  }
  if (event.resource === '/predictions' && event.httpMethod === METHODS['/predictions']) {
    const latencyMs = clock.monotonicMs() - started.startedMs;
    const { deployment, endpoint = false } = service.settings;
    const measured = { deployment, at: Math.floor(clock.now()), status: answer.statusCode, latencyMs, endpoint };
    for (const line of metricLines(facts, measured)) service.emit(line);
  }
  return answer;
}

interface Started {
  readonly startedAt: number;
  readonly startedMs: number;
}

async function answerTo(
  event: APIGatewayProxyEvent,
  service: Service,
  started: Started,
  facts: Facts,
): Promise<HttpAnswer> {
  const actor = callerOf(event);
  if (isRefused(actor)) return problemAnswer(actor.refusal);
  const allowed = Object.hasOwn(METHODS, event.resource) ? METHODS[event.resource] : undefined;
  if (allowed === undefined) return problemAnswer({ problem: 'notFound', detail: 'there is no such resource' });
  if (event.httpMethod !== allowed) {
    return problemAnswer({ problem: 'methodNotAllowed', detail: `use ${allowed}`, headers: { Allow: allowed } });
  }
  if (event.resource === '/health') return health(service);
  const { ports, routing, settings } = service;
  const call = readPredictionCall(event, actor.value, settings.inputNames);
  if (isRefused(call)) return problemAnswer(call.refusal);
  return predict({ call: call.value, ports, routing, settings, ...started, facts });
}

/** Well when a version is live and the registry can be read. */
async function health({ routing, settings }: Service): Promise<HttpAnswer> {
  const route = await routing.route();
  if (route.kind === 'none') return problemAnswer({ problem: 'noModelVersionLive', detail: route.reason });
  const { model, deployment } = settings;
  return jsonAnswer(200, { status: 'ok', model, deployment, modelVersion: route.version.version });
}
