import type { APIGatewayProxyEvent } from 'aws-lambda';
import { compileGuard } from '../../lambdas/shared/guard/compile';
import type {
  BackendResult,
  Clock,
  Opening,
  PayloadReference,
  Ports,
  RecordStore,
  Seen,
} from '../../lambdas/shared/prediction/ports';
import { handle, type Service } from '../../lambdas/shared/prediction/route';
import { Routing } from '../../lambdas/shared/prediction/routing';
import type { Settings } from '../../lambdas/shared/prediction/run';
import type { HttpAnswer } from '../../lambdas/shared/problem-response';
import { fromItem, type RecordItem, toItem } from '../../lambdas/shared/record-item';
import type { BackendRequest } from '../../protocol/backend';
import type { GuardPolicyDocument } from '../../protocol/guard';
import type { ModelVersion, Pointers } from '../../protocol/model-version';
import type { IdempotencyClaim, PredictionRecord } from '../../protocol/prediction';

const START = Date.UTC(2026, 10, 22, 12, 0, 0);

/** A table as DynamoDB keeps it: items, no undefined members, conditional writes all or nothing. */
class MemoryRecords implements RecordStore {
  readonly items = new Map<string, string>();

  async find(inferenceId: string): Promise<PredictionRecord | undefined> {
    const item = this.get(`P#${inferenceId}`);
    return item === undefined ? undefined : fromItem(item);
  }

  async findClaim(id: string): Promise<IdempotencyClaim | undefined> {
    return this.get(id) as IdempotencyClaim | undefined;
  }

  async write(record: PredictionRecord): Promise<void> {
    this.put(record.id, toItem(record));
  }

  async open({ record, claim, nowSeconds, orphanOf }: Opening): Promise<'opened' | 'conflict'> {
    const standing = this.get(claim.id) as IdempotencyClaim | undefined;
    const free = standing === undefined || standing.expiresAt <= nowSeconds || standing.inferenceId === orphanOf;
    if (!free || this.items.has(record.id)) return 'conflict';
    this.put(claim.id, { ...claim });
    this.put(record.id, toItem(record));
    return 'opened';
  }

  async replace(record: PredictionRecord, seen: Seen): Promise<'replaced' | 'lost'> {
    const standing = this.get(record.id);
    if (standing?.state !== seen.state || standing.lease !== seen.lease) return 'lost';
    this.put(record.id, toItem(record));
    return 'replaced';
  }

  /** What the sweeper does. */
  cut(inferenceId: string): void {
    const { openUntil: _openUntil, openShard: _openShard, ...item } = this.get(`P#${inferenceId}`) ?? {};
    this.put(`P#${inferenceId}`, { ...item, state: 'cut', problem: 'internal' });
  }

  records(): PredictionRecord[] {
    return [...this.items].filter(([id]) => id.startsWith('P#')).map(([, text]) => fromItem(JSON.parse(text)));
  }

  claims(): IdempotencyClaim[] {
    return [...this.items].filter(([id]) => id.startsWith('K#')).map(([, text]) => JSON.parse(text));
  }

  private get(id: string): RecordItem | undefined {
    const text = this.items.get(id);
    return text === undefined ? undefined : JSON.parse(text);
  }

  private put(id: string, item: object): void {
    this.items.set(id, JSON.stringify(item));
  }
}

interface PendingAlarm {
  readonly at: number;
  ring(): void;
}

/** Time passes only when a test says so. */
export class ManualClock implements Clock {
  private time = START;
  private pending: PendingAlarm[] = [];

  now(): number {
    return this.time;
  }

  monotonicMs(): number {
    return this.time - START;
  }

  alarm(ms: number) {
    let cancel = () => {};
    const rings = new Promise<void>((resolve) => {
      const entry = { at: this.time + Math.max(0, ms), ring: resolve };
      this.pending.push(entry);
      cancel = () => {
        this.pending = this.pending.filter((other) => other !== entry);
      };
    });
    return { rings, cancel };
  }

  advance(ms: number): void {
    this.time += ms;
    const due = this.pending.filter(({ at }) => at <= this.time);
    this.pending = this.pending.filter(({ at }) => at > this.time);
    for (const { ring } of due) ring();
  }

  /** Lets time pass from alarm to alarm until `work` is done. */
  async run<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const end = () => {
      done = true;
    };
    work.then(end, end);
    for (;;) {
      for (let turn = 0; turn < 20 && !done; turn += 1) await new Promise(setImmediate);
      if (done) return work;
      const next = Math.min(...this.pending.map(({ at }) => at));
      if (!Number.isFinite(next)) throw new Error('the work waits for something that no alarm will bring');
      this.advance(next - this.time);
    }
  }
}

export const VERSION: ModelVersion = {
  model: 'spam-filter',
  version: 'v-0123456789abcdef',
  contentHash: 'ab'.repeat(32),
  artifact: { bucket: 'artifacts', prefix: 'models/spam-filter/v-0123456789abcdef/', files: [] },
  parents: [],
  metrics: {},
  registeredBy: 'arn:aws:iam::000000000000:root',
  registeredAt: '2026-11-22T00:00:00.000Z',
};

export function pointers(changes: Partial<Pointers> = {}): Pointers {
  return {
    revision: 1,
    desired: VERSION.version,
    desiredState: 'running',
    routing: { live: VERSION.version, canary: null, shadow: null },
    changedBy: 'test',
    changedAt: '2026-11-22T00:00:00.000Z',
    ...changes,
  };
}

const POLICY: GuardPolicyDocument = {
  request: [
    { kind: 'size', name: 'max-size', mode: 'enforce', maxBytes: 200_000 },
    {
      kind: 'schema',
      name: 'input-schema',
      mode: 'enforce',
      schema: { type: ['string', 'object', 'array'], properties: { pan: {} } },
    },
    { kind: 'terms', name: 'blocked-terms', mode: 'enforce', action: 'block', terms: ['project nightingale'] },
    { kind: 'terms', name: 'watched-terms', mode: 'observe', action: 'block', terms: ['lottery'] },
    { kind: 'sensitive', name: 'personal-data', mode: 'enforce', action: 'mask', kinds: ['EMAIL'] },
  ],
  reply: [{ kind: 'terms', name: 'reply-terms', mode: 'enforce', action: 'block', terms: ['forbidden fruit'] }],
  recordMask: ['EMAIL', 'CARD', 'JWT'],
};

// Compiled once: tests make hundreds of worlds.
export const GUARD = compileGuard(POLICY);

export interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly error?: unknown;
  readonly fields?: unknown;
}

export class World {
  readonly clock = new ManualClock();
  readonly records = new MemoryRecords();
  readonly objects = new Map<string, string>();
  readonly asked: BackendRequest[] = [];
  readonly lines: string[] = [];
  readonly logged: LogLine[] = [];
  /** What the backend does when it is asked for the nth time, counted from 1. */
  backend: (request: BackendRequest, nth: number, signal: AbortSignal) => BackendResult | Promise<BackendResult> = () =>
    replied({ output: { label: 'spam' }, confidence: 0.93 });
  pointers: Pointers | undefined = pointers();
  private ids = 0;
  readonly ports: Ports;
  readonly service: Service;

  constructor(changes: (ports: Ports) => Partial<Ports> = () => ({}), settings: Partial<Settings> = {}) {
    const own: Ports = {
      records: this.records,
      payloads: {
        put: async (reference, text) => {
          this.objects.set(this.pathOf(reference), text);
        },
        get: async (reference) => {
          const text = this.objects.get(this.pathOf(reference));
          if (text === undefined) throw new Error('there is no such object');
          return text;
        },
      },
      registry: {
        pointers: async () => this.pointers,
        version: async (version) => (version === VERSION.version ? VERSION : undefined),
      },
      backend: {
        invoke: async (request, signal) => {
          this.asked.push(structuredClone(request));
          return this.backend(request, this.asked.length, signal);
        },
      },
      subjects: { hmac: async (subject) => `hmac-${Buffer.from(subject).toString('hex')}` },
      guard: GUARD,
      clock: this.clock,
      chance: { inferenceId: () => this.nextId(), lease: () => `lease-${this.nextId()}`, fraction: () => 0.5 },
      log: {
        info: (event, fields) => this.logged.push({ level: 'INFO', event, fields }),
        warn: (event, fields) => this.logged.push({ level: 'WARN', event, fields }),
        error: (event, error, fields) => this.logged.push({ level: 'ERROR', event, error, fields }),
      },
    };
    this.ports = { ...own, ...changes(own) };
    const routing = new Routing(this.ports.registry, this.clock, this.ports.log);
    const all = {
      deployment: 'spam-filter-pilot',
      model: 'spam-filter',
      timeoutMs: 2_000,
      recordTtlDays: 30,
      payloadBucket: 'payloads',
      inputNames: GUARD.inputNames,
      ...settings,
    };
    this.service = { ports: this.ports, routing, settings: all, emit: (line) => this.lines.push(line) };
  }

  /** Sends a request and lets time pass until it is answered. */
  async send(request: RequestParts = {}): Promise<HttpAnswer> {
    return this.clock.run(this.start(request));
  }

  /** Sends a request; the test lets time pass. */
  start(request: RequestParts = {}): Promise<HttpAnswer> {
    return handle(apiEvent(request), this.service);
  }

  metrics(): Record<string, unknown>[] {
    return this.lines.map((line) => JSON.parse(line));
  }

  private nextId(): string {
    this.ids += 1;
    return `00000000-0000-4000-8000-${this.ids.toString(16).padStart(12, '0')}`;
  }

  private pathOf({ bucket, key }: PayloadReference): string {
    return `${bucket}/${key}`;
  }
}

export function replied(reply: unknown): BackendResult {
  return { kind: 'replied', text: JSON.stringify(reply) };
}

export interface RequestParts {
  readonly method?: string;
  readonly resource?: string;
  readonly headers?: Record<string, string>;
  readonly multiValueHeaders?: Record<string, string[]>;
  /** Sent as JSON, unless `text` or `bytes` is given. */
  readonly body?: unknown;
  readonly text?: string | null;
  readonly bytes?: Uint8Array;
  readonly key?: string;
  /** Path as the caller sees it. */
  readonly path?: string;
  /** Value of the header Prefer. */
  readonly prefer?: string;
  /** Null: nobody authenticated. */
  readonly caller?: string | null;
  readonly id?: string;
}

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** An event of a REST API's Lambda proxy integration. */
function apiEvent(parts: RequestParts): APIGatewayProxyEvent {
  const { caller = 'AROAALICE:session', resource = '/predictions', method = 'POST' } = parts;
  const text =
    parts.text !== undefined ? parts.text : JSON.stringify('body' in parts ? parts.body : { input: 'hello' });
  const headers = {
    ...(parts.headers ?? JSON_TYPE),
    ...(parts.key === undefined ? {} : { 'idempotency-KEY': parts.key }),
    ...(parts.prefer === undefined ? {} : { Prefer: parts.prefer }),
  };
  const event: unknown = {
    resource,
    path: resource,
    httpMethod: method,
    headers,
    multiValueHeaders: parts.multiValueHeaders ?? null,
    pathParameters: parts.id === undefined ? null : { id: parts.id },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    stageVariables: null,
    requestContext: { path: parts.path, identity: caller === null ? {} : { accountId: '000000000000', caller } },
    body: parts.bytes === undefined ? text : Buffer.from(parts.bytes).toString('base64'),
    isBase64Encoded: parts.bytes !== undefined,
  };
  return event as APIGatewayProxyEvent;
}

export function bodyOf(answer: HttpAnswer): Record<string, unknown> {
  return JSON.parse(answer.body);
}
