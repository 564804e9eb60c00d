import { type AsyncInput, asyncInputAt } from '../shared/prediction/async-input';
import { placeOfUri, type S3Place } from '../shared/s3-uri';

/** What an asynchronous endpoint tells about one request. */
export interface Notification extends AsyncInput {
  readonly input: S3Place;
  readonly end:
    | { readonly kind: 'result'; readonly place: S3Place }
    | { readonly kind: 'failure'; readonly expired: boolean };
}

export interface Places {
  /** Bucket and prefix of inputs. */
  readonly inputs: S3Place;
  /** Bucket and prefix of results. */
  readonly results: S3Place;
}

/** The service says in words that a request was too old; any other failure is the model's. */
const EXPIRED = /expired/i;

/**
 * A notification in the text of a message; undefined for what is none, or is not about an input that was put here. Places
 * outside of the deployment's own prefixes are not believed: a topic may have other publishers.
 */
export function readNotification(text: string, { inputs, results }: Places): Notification | undefined {
  const { invocationStatus, failureReason, requestParameters, responseParameters } = membersOf(parsed(text));
  const input = placeOfUri(membersOf(requestParameters).inputLocation);
  const whose = input === undefined ? undefined : asyncInputAt(input, inputs);
  if (input === undefined || whose === undefined) return undefined;
  if (invocationStatus === 'Failed') {
    return { ...whose, input, end: { kind: 'failure', expired: EXPIRED.test(String(failureReason ?? '')) } };
  }
  const place = placeOfUri(membersOf(responseParameters).outputLocation);
  if (invocationStatus !== 'Completed' || place === undefined || !isUnder(place, results)) return undefined;
  return { ...whose, input, end: { kind: 'result', place } };
}

function isUnder(place: S3Place, prefix: S3Place): boolean {
  return place.bucket === prefix.bucket && place.key.startsWith(prefix.key);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
