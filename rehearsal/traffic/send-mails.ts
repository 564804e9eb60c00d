import type { Mail } from '../../examples/spam-filter/mails';
import type { FeedbackReport } from '../report/report';
import type { Judgement } from '../report/summary';
import type { Answer, Caller } from './callers';
import { failuresByStatus } from './failures';
import type { Pace } from './pace';

/** A mail that was sent, and what came back. */
export interface SentMail {
  readonly mail: Mail;
  readonly answer: Answer;
  readonly inferenceId: string | undefined;
  readonly judgement: Judgement | undefined;
}

export interface SendOptions {
  readonly concurrency: number;
  /** @default as fast as answers come */
  readonly pace?: Pace;
  readonly onProgress?: (sent: number, of: number) => void;
}

/** Asks for a prediction of each mail. */
export function sendMails(caller: Caller, mails: readonly Mail[], options: SendOptions): Promise<SentMail[]> {
  return concurrently(mails, options, async (mail) => {
    const answer = await caller.post('/predictions', { input: mail.text });
    return sentMail(mail, answer);
  });
}

export function sentMail(mail: Mail, answer: Answer): SentMail {
  return { mail, answer, inferenceId: inferenceIdOf(answer), judgement: judge(mail, answer) };
}

/**
 * First requests, one at a time and then more at once, so that each new process starts beside few others: what they cost is
 * reported apart from the traffic.
 */
export async function warmUp(caller: Caller, mails: readonly Mail[], concurrency: number): Promise<SentMail[]> {
  const sent: SentMail[] = [];
  for (let atOnce = 1; atOnce <= concurrency; atOnce *= 2) {
    sent.push(...(await sendMails(caller, mails.slice(0, atOnce), { concurrency: atOnce })));
  }
  return sent;
}

/** Tells the truth about each answered mail. What was joined is in the records; here is what the API said. */
export async function sendFeedback(
  caller: Caller,
  sent: readonly SentMail[],
  options: SendOptions,
): Promise<Pick<FeedbackReport, 'sent' | 'failed'>> {
  const answered = sent.filter(({ judgement }) => judgement !== undefined);
  const answers = await concurrently(answered, options, ({ inferenceId, mail }) =>
    caller.post(`/predictions/${inferenceId}/feedback`, { label: mail.label }),
  );
  return { sent: answers.length, failed: failuresByStatus(answers, [200, 201]) };
}

function inferenceIdOf({ body }: Answer): string | undefined {
  if (typeof body !== 'object' || body === null || !('inferenceId' in body)) return undefined;
  return typeof body.inferenceId === 'string' ? body.inferenceId : undefined;
}

function judge(mail: Mail, { status, body }: Answer): Judgement | undefined {
  if (status !== 200 || typeof body !== 'object' || body === null || !('output' in body)) return undefined;
  const { output } = body;
  if (typeof output !== 'object' || output === null || !('label' in output)) return undefined;
  if (output.label !== 'spam' && output.label !== 'ham') return undefined;
  const confidence = 'confidence' in body && typeof body.confidence === 'number' ? body.confidence : undefined;
  return { truth: mail.label, predicted: output.label, confidence };
}

/** Runs `work` over `items`, a few at a time, and keeps their order. */
async function concurrently<T, R>(
  items: readonly T[],
  { concurrency, pace, onProgress }: SendOptions,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  const queue = items.entries();
  let done = 0;
  const worker = async () => {
    for (const [index, item] of queue) {
      await pace?.turn();
      results[index] = await work(item);
      done += 1;
      onProgress?.(done, items.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  return results;
}
