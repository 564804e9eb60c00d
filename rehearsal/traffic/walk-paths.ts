import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Mail } from '../../examples/spam-filter/mails';
import { HEADER, INLINE_PAYLOAD_BYTES, RECORD_KEYS } from '../../protocol/prediction';
import type { ClientConfig } from '../aws';
import type { PathReport } from '../report/report';
import type { Answer, Caller } from './callers';
import { type SentMail, sentMail } from './send-mails';

export interface WalkedPaths {
  readonly paths: readonly PathReport[];
  /** Predictions that were made on the way. */
  readonly sent: readonly SentMail[];
}

export interface Walk {
  readonly config: ClientConfig;
  readonly recordsTable: string;
  /** Names of functions that run on a schedule. */
  readonly scheduled: readonly string[];
}

const MAIL: Mail = { id: 'lunch', text: 'Subject: lunch\n\nsee you at noon', label: 'ham' };
/** Too large to be kept in the item. */
const LARGE: Mail = { ...MAIL, text: MAIL.text.padEnd(INLINE_PAYLOAD_BYTES + 4_096, '\nsee you at noon') };

/**
 * Takes once each way through the stage that the mails do not take. A grant that only such a way needs is missed by no mail:
 * the secret of subjects, payloads in S3, corrections, the sweeper's query.
 */
export async function walkPaths(caller: Caller, { config, recordsTable, scheduled }: Walk): Promise<WalkedPaths> {
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
  paths.push(await attempt('its answer kept as a large one', () => enlargeAnswer(config, recordsTable, large)));
  const again = await caller.post('/predictions', { input: LARGE.text }, key);
  expect('its replay', again, 200, again.headers?.get(HEADER.replayed) === 'true');
  expect('its record', await caller.get(`/predictions/${large}`), 200);
  const feedback = (label: string) => caller.post(`/predictions/${large}/feedback`, { label });
  expect('its feedback', await feedback('spam'), 201);
  expect('correction of its feedback', await feedback(MAIL.label), 200);
  for (const name of scheduled) paths.push(await attempt(`scheduled run of ${name}`, () => invoke(config, name)));
  return { paths, sent };
}

async function attempt(what: string, work: () => Promise<unknown>): Promise<PathReport> {
  try {
    await work();
    return { what, ok: true, seen: 'done' };
  } catch (error) {
    return { what, ok: false, seen: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

/**
 * Answers above the size that an item may have are read back from S3. The model's own are a word, so that the record is given
 * the stored input for its answer.
 */
async function enlargeAnswer(config: ClientConfig, TableName: string, inferenceId: string | undefined): Promise<void> {
  await new DynamoDBClient(config).send(
    new UpdateItemCommand({
      TableName,
      Key: { id: { S: RECORD_KEYS.prediction(inferenceId ?? '') } },
      UpdateExpression: 'SET #output = #input',
      ConditionExpression: 'attribute_exists(#input.#key)',
      ExpressionAttributeNames: { '#output': 'output', '#input': 'input', '#key': 'key' },
    }),
  );
}

async function invoke(config: ClientConfig, FunctionName: string): Promise<void> {
  const { FunctionError } = await new LambdaClient(config).send(new InvokeCommand({ FunctionName }));
  if (FunctionError !== undefined) throw new Error(`the function failed: ${FunctionError}`);
}

/** `503 record-failed` */
function seenOf({ status, body }: Answer): string {
  const type = typeof body === 'object' && body !== null && 'type' in body ? String(body.type) : '';
  return `${status ?? 'no answer'} ${type.replace(/^urn:slipway:problem:/, '')}`.trim();
}
