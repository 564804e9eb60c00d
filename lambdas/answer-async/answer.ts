import { METRIC } from '../../protocol/metrics';
import { isOpen, type PredictionRecord } from '../../protocol/prediction';
import { emfLine } from '../shared/emf';
import { closeAccepted, closingOf, type LateClosing } from '../shared/prediction/close-accepted';
import { type Ended, endedBy } from '../shared/prediction/closing';
import { failedEnding } from '../shared/prediction/ending';
import { replyOfEndpoint } from '../shared/prediction/endpoint-payload';
import type { Ports } from '../shared/prediction/ports';
import { MAX_REPLY_BYTES, type Reply, readReply } from '../shared/prediction/reply';
import type { S3Place } from '../shared/s3-uri';
import { type Notification, type Places, readNotification } from './notification';

/** What answering by notification needs of the world. Every method may reject: the notification is then delivered again. */
export interface NotifiedPorts extends Pick<Ports, 'records' | 'guard' | 'clock' | 'log'> {
  readonly payloads: Ports['payloads'] & {
    remove(place: S3Place): Promise<void>;
    /** Text of a result; undefined when it is larger than `maxBytes`. */
    result(place: S3Place, maxBytes: number): Promise<string | undefined>;
  };
}

export interface Notified {
  readonly ports: NotifiedPorts;
  readonly settings: { readonly deployment: string; readonly payloadBucket: string };
  readonly places: Places;
  /** Writes one metric line. */
  emit(line: string): void;
}

/**
 * Closes the record that a notification is about. Delivered twice, late, or after its record was cut or taken over, it changes
 * nothing; one about an unknown request is logged and dropped.
 */
export async function answerNotified(text: string, notified: Notified): Promise<'closed' | 'dropped'> {
  const { ports, places } = notified;
  const notification = readNotification(text, places);
  if (notification === undefined) return unknown(notified);
  const record = await heldBy(notification, notified);
  if (record === undefined) {
    ports.log.warn('not-awaited', { inferenceId: notification.inferenceId });
    await removeObjects(notification, notified);
    return 'dropped';
  }
  const closing = closingOf(notified);
  const outcome = await closeAccepted(closing, record, await endOf(notification, record, closing, notified));
  await removeObjects(notification, notified);
  return outcome;
}

/** A record that is still `running` was told of before its handler could accept it: models may be that fast. */
async function heldBy(
  { inferenceId, lease }: Notification,
  { ports }: Notified,
): Promise<PredictionRecord | undefined> {
  const record = await ports.records.find(inferenceId);
  return record !== undefined && isOpen(record.state) && record.lease === lease ? record : undefined;
}

async function endOf(
  { end, inferenceId }: Notification,
  { state }: PredictionRecord,
  closing: LateClosing,
  { ports }: Notified,
): Promise<Ended> {
  // Accepting the request counted its asking already, unless the notification was faster. How long the model took, nobody says.
  const course = { asks: state === 'running' ? 1 : 0 };
  if (end.kind === 'failure') {
    if (end.expired) return { ending: failedEnding('waitExpired'), ...course };
    return endedBy(closing, { kind: 'refused', failure: 'model-error', ...course }, inferenceId);
  }
  const text = await ports.payloads.result(end.place, MAX_REPLY_BYTES);
  const fault = `the result has more than ${MAX_REPLY_BYTES} bytes`;
  const reply: Reply = text === undefined ? { kind: 'failed', fault } : readReply(replyOfEndpoint(text));
  return endedBy(closing, { ...reply, ...course }, inferenceId);
}

function unknown({ ports, settings, emit }: Notified): 'dropped' {
  ports.log.error('notification-unknown', new Error('a notification is about no input of this deployment'));
  const at = Math.floor(ports.clock.now());
  emit(emfLine({ deployment: settings.deployment, at, metrics: { [METRIC.deferredLost]: 1 } }));
  return 'dropped';
}

/** Neither input nor result has been through the guard of records: they go as soon as they have served. */
async function removeObjects({ input, end, inferenceId }: Notification, { ports }: Notified): Promise<void> {
  const places = end.kind === 'result' ? [input, end.place] : [input];
  try {
    await Promise.all(places.map((place) => ports.payloads.remove(place)));
  } catch (error) {
    // The bucket's lifecycle takes them within a day: no reason to do it all again.
    ports.log.error('objects-not-removed', error, { inferenceId });
  }
}
