import { METRIC } from '../../protocol/metrics';
import type { WaitingMessage } from '../../protocol/waiting';
import { emfLine } from '../shared/emf';
import { readWaitingMessage } from '../shared/prediction/waiting';
import { answerWaiting, giveUp, type Outcome } from './answer';
import type { Worker } from './ports';

export interface Delivery {
  readonly messageId: string;
  readonly body: string;
  /** Whether it comes from the queue of messages that could not be dealt with. */
  readonly dead: boolean;
}

/**
 * Deals with a batch; the ids of messages that must be delivered again. The first tells whether the fleet sleeps, and is what
 * wakes it; while it does, the others are put off without a try each. Once it is awake, all are answered side by side.
 */
export async function answerBatch(deliveries: readonly Delivery[], worker: Worker): Promise<string[]> {
  const [first, ...others] = deliveries;
  if (first === undefined) return [];
  const outcome = await settled(first, worker, false);
  const rest = await Promise.all(others.map((delivery) => settled(delivery, worker, outcome === 'asleep')));
  const failed = [outcome, ...rest].map((result) => result === 'failed');
  return deliveries.filter((_, index) => failed[index]).map(({ messageId }) => messageId);
}

async function settled(delivery: Delivery, worker: Worker, fleetSleeps: boolean): Promise<Outcome | 'failed'> {
  const message = readWaitingMessage(delivery.body);
  if (message === undefined) {
    lost(worker, delivery.messageId);
    return 'dropped';
  }
  try {
    if (!delivery.dead) return await answerWaiting(message, worker, fleetSleeps);
    const outcome = await giveUp(message, worker);
    lost(worker, delivery.messageId, message);
    return outcome;
  } catch (error) {
    worker.ports.log.error('waiting-failed', error, { inferenceId: message.inferenceId, dead: delivery.dead });
    return 'failed';
  }
}

/** Nothing is tried again; somebody is told. */
function lost({ ports, settings, emit }: Worker, messageId: string, message?: WaitingMessage): void {
  ports.log.error('waiting-lost', new Error('a message about a waiting request could not be dealt with'), {
    messageId,
    inferenceId: message?.inferenceId,
  });
  const at = Math.floor(ports.clock.now());
  emit(emfLine({ deployment: settings.deployment, at, metrics: { [METRIC.deferredLost]: 1 } }));
}
