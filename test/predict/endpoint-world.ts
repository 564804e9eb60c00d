import { answerBatch, type Delivery } from '../../lambdas/answer-waiting/batch';
import type { Worker } from '../../lambdas/answer-waiting/ports';
import type { BackendResult, Ports } from '../../lambdas/shared/prediction/ports';
import type { EndpointFailure } from '../../protocol/endpoint-failure';
import type { WaitingMessage } from '../../protocol/waiting';
import { GUARD, type RequestParts, VERSION, World } from './world';

export const WAIT_MS = 30 * 60_000;
export const ASYNC: RequestParts = { prefer: 'respond-async' };

export function refused(failure: EndpointFailure, retryAfterSeconds?: number): BackendResult {
  return { kind: 'refused', failure, repeat: 'never', error: new Error(failure), retryAfterSeconds };
}

interface Waiting {
  readonly id: string;
  readonly body: string;
  readonly visibleAt: number;
}

/** A world with an endpoint whose fleet may sleep: a queue, and the worker that reads it. */
export class EndpointWorld extends World {
  readonly queue: Waiting[];
  /** Replaces a step of the worker. */
  workerChanges: (ports: Worker['ports']) => Partial<Worker['ports']> = () => ({});
  live: string | undefined = VERSION.version;

  constructor(changes: (ports: Ports) => Partial<Ports> = () => ({})) {
    const queue: Waiting[] = [];
    super(
      (ports) => {
        let sent = 0;
        const waiting = {
          put: async (message: WaitingMessage, delaySeconds: number) => {
            sent += 1;
            const visibleAt = ports.clock.now() + 1000 * delaySeconds;
            queue.push({ id: `m-${sent}`, body: JSON.stringify(message), visibleAt });
          },
        };
        return { waiting, ...changes({ ...ports, waiting }) };
      },
      { endpoint: true, waitMs: WAIT_MS },
    );
    this.queue = queue;
  }

  messages(): WaitingMessage[] {
    return this.queue.map(({ body }) => JSON.parse(body));
  }

  worker(): Worker {
    const { records, backend, clock, chance, log, waiting, payloads } = this.ports;
    if (waiting === undefined) throw new Error('this world has no queue');
    const remove = async ({ bucket, key }: { bucket: string; key: string }) => {
      this.objects.delete(`${bucket}/${key}`);
    };
    const ports: Worker['ports'] = {
      records,
      backend,
      clock,
      chance,
      log,
      waiting,
      guard: GUARD,
      payloads: { ...payloads, remove },
      liveVersion: async () => this.live,
    };
    return {
      ports: { ...ports, ...this.workerChanges(ports) },
      settings: { deployment: 'spam-filter-pilot', payloadBucket: 'payloads' },
      emit: (line) => this.lines.push(line),
    };
  }

  /** Delivers messages, and takes from the queue what was dealt with; the ids that the worker wants again. */
  async deliver(deliveries: readonly Omit<Delivery, 'dead'>[], dead = false): Promise<string[]> {
    const batch = deliveries.map(({ messageId, body }) => ({ messageId, body, dead }));
    return this.clock.run(answerBatch(batch, this.worker()));
  }

  /** Everything that is visible by now, in one batch. */
  async work(): Promise<string[]> {
    const due = this.queue.filter(({ visibleAt }) => visibleAt <= this.clock.now());
    const again = await this.deliver(due.map(({ id, body }) => ({ messageId: id, body })));
    for (const { id } of due) {
      const index = this.queue.findIndex((waiting) => waiting.id === id);
      if (!again.includes(id)) this.queue.splice(index, 1);
    }
    return again;
  }

  /** Works once the next message is due. */
  async workNext(): Promise<string[]> {
    const next = Math.min(...this.queue.map(({ visibleAt }) => visibleAt));
    if (next > this.clock.now()) this.clock.advance(next - this.clock.now());
    return this.work();
  }
}
