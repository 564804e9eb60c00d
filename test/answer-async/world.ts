import { answerNotified, type Notified } from '../../lambdas/answer-async/answer';
import { asyncInputKey } from '../../lambdas/shared/prediction/async-input';
import type { BackendResult, Ports } from '../../lambdas/shared/prediction/ports';
import { GUARD, type RequestParts, World } from '../predict/world';

export const INPUTS = { bucket: 'exchange', key: 'async/input/' };
export const RESULTS = { bucket: 'exchange', key: 'async/output/' };
export const WAIT_MS = 45 * 60_000;

export type Start = (nth: number) => BackendResult | Promise<BackendResult>;

/** A world in front of an asynchronous endpoint: what it was given, and what it tells. */
export class AsyncWorld extends World {
  begin: Start = () => ({ kind: 'accepted' });
  /** Replaces a step of the handler of notifications. */
  changes: (ports: Notified['ports']) => Partial<Notified['ports']> = () => ({});
  /** Places of inputs, in the order in which they came. */
  readonly given: string[];

  constructor(changes: (ports: Ports) => Partial<Ports> = () => ({})) {
    const given: string[] = [];
    super(
      (ports) => ({
        backend: {
          answersLater: true,
          invoke: async ({ inferenceId, input }, _signal, lease = '') => {
            const key = asyncInputKey(INPUTS.key, { inferenceId, lease });
            await ports.payloads.put({ bucket: INPUTS.bucket, key }, JSON.stringify(input));
            given.push(key);
            return this?.begin(given.length) ?? { kind: 'accepted' };
          },
        },
        ...changes(ports),
      }),
      { endpoint: true, waitMs: WAIT_MS },
    );
    this.given = given;
  }

  notified(): Notified {
    const { records, clock, log, payloads } = this.ports;
    const ports: Notified['ports'] = {
      records,
      clock,
      log,
      guard: GUARD,
      payloads: {
        ...payloads,
        remove: async ({ bucket, key }) => {
          this.objects.delete(`${bucket}/${key}`);
        },
        result: async (place, maxBytes) => {
          const text = await payloads.get(place);
          return Buffer.byteLength(text) > maxBytes ? undefined : text;
        },
      },
    };
    return {
      ports: { ...ports, ...this.changes(ports) },
      settings: { deployment: 'spam-filter-pilot', payloadBucket: 'payloads' },
      places: { inputs: INPUTS, results: RESULTS },
      emit: (line) => this.lines.push(line),
    };
  }

  /** Writes a result, and returns what the endpoint tells of it. */
  completed(inputKey: string, reply: unknown, name = 'r1'): string {
    const key = `${RESULTS.key}${name}.out`;
    this.objects.set(`${RESULTS.bucket}/${key}`, typeof reply === 'string' ? reply : JSON.stringify(reply));
    return notification(inputKey, {
      invocationStatus: 'Completed',
      responseParameters: { contentType: 'application/json', outputLocation: `s3://${RESULTS.bucket}/${key}` },
    });
  }

  tell(text: string): Promise<'closed' | 'dropped'> {
    return this.clock.run(answerNotified(text, this.notified()));
  }
}

/** As SageMaker publishes it. */
export function notification(inputKey: string, more: object): string {
  return JSON.stringify({
    awsRegion: 'eu-west-1',
    eventTime: '2026-11-22T12:00:09.000Z',
    receivedTime: '2026-11-22T12:00:01.000Z',
    requestParameters: {
      accept: 'application/json',
      contentType: 'application/json',
      endpointName: 'spam-filter-pilot',
      inputLocation: `s3://${INPUTS.bucket}/${inputKey}`,
    },
    inferenceId: 'not-trusted',
    eventVersion: '1.0',
    eventSource: 'aws:sagemaker',
    eventName: 'InferenceResult',
    ...more,
  });
}

export function failed(inputKey: string, failureReason: string): string {
  return notification(inputKey, { invocationStatus: 'Failed', failureReason });
}

export const KEYED: RequestParts = { key: 'k1' };
