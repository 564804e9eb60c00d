import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Mail } from '../../examples/spam-filter/train';
import { HEADER, INLINE_PAYLOAD_BYTES } from '../../protocol/prediction';
import type { ClientConfig } from '../aws';
import type { PathReport } from '../report/report';
import type { Answer, Caller } from './callers';
import { type SentMail, sentMail } from './send-mails';

export interface WalkedPaths {
  readonly paths: readonly PathReport[];
  /** Predictions that were made on the way. */
  readonly sent: readonly SentMail[];
}

const MAIL: Mail = { id: 'lunch', text: 'Subject: lunch\n\nsee you at noon', label: 'ham' };
/** Too large to be kept in the item. */
const LARGE: Mail = { ...MAIL, text: MAIL.text.padEnd(INLINE_PAYLOAD_BYTES + 4_096, '\nsee you at noon') };

/**
 * Takes once each way through the stage that the mails do not take. A grant that only such a way needs is missed by no mail:
 * the secret of subjects, payloads in S3, corrections, the sweeper's query.
 *
 * @param sweep name of the function that closes abandoned records
 */
export async function walkPaths(caller: Caller, config: ClientConfig, sweep: string): Promise<WalkedPaths> {
  const sent: SentMail[] = [];
  const paths: PathReport[] = [];
  const expect = (what: string, answer: Answer, wanted: number, holds = true): Answer => {
    paths.push({ what, ok: answer.status === wanted && holds, seen: seenOf(answer) });
    return answer;
  };
  const predict = async (what: string, mail: Mail, more: object, headers: Readonly<Record<string, string>> = {}) => {
    const answer = expect(what, await caller.post('/predictions', { input: mail.text, ...more }, headers), 200);
    sent.push(sentMail(mail, answer));
    return sentMail(mail, answer).inferenceId;
  };

  await predict('prediction about a subject', MAIL, { subject: 'lunch@example.com' });
  const key = { [HEADER.idempotencyKey]: 'rehearsal-of-a-large-payload' };
  const large = await predict('large prediction', LARGE, {}, key);
  const again = await caller.post('/predictions', { input: LARGE.text }, key);
  expect('its replay', again, 200, again.headers?.get(HEADER.replayed) === 'true');
  expect('its record', await caller.get(`/predictions/${large}`), 200);
  const feedback = (label: string) => caller.post(`/predictions/${large}/feedback`, { label });
  expect('its feedback', await feedback('spam'), 201);
  expect('correction of its feedback', await feedback(MAIL.label), 200);
  paths.push(await sweepOnce(config, sweep));
  return { paths, sent };
}

async function sweepOnce(config: ClientConfig, FunctionName: string): Promise<PathReport> {
  const what = 'sweep of abandoned records';
  try {
    const { FunctionError, StatusCode } = await new LambdaClient(config).send(new InvokeCommand({ FunctionName }));
    return { what, ok: FunctionError === undefined, seen: FunctionError ?? String(StatusCode) };
  } catch (error) {
    return { what, ok: false, seen: error instanceof Error ? error.name : String(error) };
  }
}

/** `503 record-failed` */
function seenOf({ status, body }: Answer): string {
  const type = typeof body === 'object' && body !== null && 'type' in body ? String(body.type) : '';
  return `${status ?? 'no answer'} ${type.replace(/^urn:slipway:problem:/, '')}`.trim();
}
