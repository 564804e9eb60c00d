import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Ports } from '../../lambdas/records/ports';
import { handle, type Service } from '../../lambdas/records/route';
import { textMask } from '../../lambdas/shared/guard/mask-text';
import type { HttpAnswer } from '../../lambdas/shared/problem-response';
import type { Feedback, PredictionRecord } from '../../protocol/prediction';

export const ID = '00000000-0000-4000-8000-000000000001';
export const NOW = Date.UTC(2026, 10, 22, 12);

export function record(changes: Partial<PredictionRecord> = {}): PredictionRecord {
  return {
    id: `P#${ID}`,
    inferenceId: ID,
    actor: 'iam:000000000000:AROAALICE',
    state: 'answered',
    at: '2026-11-22T11:59:00.000Z',
    modelVersion: 'v-1',
    input: { inline: 'secret input' },
    inputExact: true,
    output: { inline: { label: 'spam' } },
    outputExact: true,
    label: 'spam',
    confidence: 0.9,
    findings: [],
    status: 200,
    attempts: 1,
    expiresAt: NOW / 1000 + 60,
    ...changes,
  };
}

/** Records as DynamoDB keeps them, with feedback written under its condition. */
export class Archive {
  readonly kept = new Map<string, PredictionRecord>();
  readonly lines: string[] = [];
  readonly objects = new Map<string, string>();
  readonly errors: string[] = [];
  now = NOW;
  readonly ports: Ports;

  constructor(first: PredictionRecord = record(), changes: (ports: Ports) => Partial<Ports> = () => ({})) {
    this.kept.set(first.inferenceId, first);
    const own: Ports = {
      records: {
        find: async (id) => structuredClone(this.kept.get(id)),
        writeFeedback: async (id, feedback, seen) => this.write(id, feedback, seen),
      },
      payloads: {
        get: async ({ bucket, key }) => {
          const text = this.objects.get(`${bucket}/${key}`);
          if (text === undefined) throw new Error('there is no such object');
          return text;
        },
      },
      log: { info: () => {}, warn: () => {}, error: (event) => this.errors.push(event) },
      now: () => this.now,
    };
    this.ports = { ...own, ...changes(own) };
  }

  get(caller: string | null = 'AROAALICE:s', id = ID): Promise<HttpAnswer> {
    return this.send({ method: 'GET', resource: '/predictions/{id}', caller, id, text: null });
  }

  judge(label: unknown, options: { positiveLabel?: string; caller?: string } = {}): Promise<HttpAnswer> {
    const { positiveLabel, caller = 'AROAALICE:s' } = options;
    const text = JSON.stringify({ label });
    return this.send({ method: 'POST', resource: '/predictions/{id}/feedback', caller, id: ID, text }, positiveLabel);
  }

  send(parts: Sent, positiveLabel?: string): Promise<HttpAnswer> {
    const emit = (line: string) => this.lines.push(line);
    const maskLabel = textMask(['falcon']);
    const service: Service = { ports: this.ports, deployment: 'spam-filter-pilot', positiveLabel, maskLabel, emit };
    return handle(eventOf(parts), service);
  }

  /** Sums of the metrics that were emitted. */
  sums(): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const line of this.lines) {
      for (const [name, value] of Object.entries(JSON.parse(line))) {
        if (typeof value === 'number') sums[name] = (sums[name] ?? 0) + value;
      }
    }
    return sums;
  }

  private write(id: string, feedback: Feedback, seen: number | undefined): 'written' | 'lost' {
    const standing = this.kept.get(id);
    if (standing?.state !== 'answered' || standing.feedback?.revision !== seen) return 'lost';
    this.kept.set(id, { ...standing, feedback });
    return 'written';
  }
}

export interface Sent {
  readonly method: string;
  readonly resource: string;
  readonly caller: string | null;
  readonly id?: string;
  readonly text: string | null;
  readonly type?: string;
}

function eventOf({ method, resource, caller, id, text, type = 'application/json' }: Sent): APIGatewayProxyEvent {
  const event: unknown = {
    resource,
    path: resource,
    httpMethod: method,
    headers: { 'Content-Type': type },
    multiValueHeaders: null,
    pathParameters: id === undefined ? null : { id },
    requestContext: { identity: caller === null ? {} : { accountId: '000000000000', caller } },
    body: text,
    isBase64Encoded: false,
  };
  return event as APIGatewayProxyEvent;
}

export function bodyOf(answer: HttpAnswer): Record<string, unknown> {
  return JSON.parse(answer.body);
}
