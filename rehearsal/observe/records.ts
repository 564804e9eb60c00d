import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { GuardFinding } from '../../protocol/guard';
import { type PredictionRecord, RECORD_KEYS } from '../../protocol/prediction';
import type { ClientConfig } from '../aws';
import type { RecordsReport } from '../report/report';
import type { Answer } from '../traffic/callers';
import type { SentMail } from '../traffic/send-mails';

/** Every prediction record of the stage. */
export async function readRecords(config: ClientConfig, table: string): Promise<PredictionRecord[]> {
  const records: PredictionRecord[] = [];
  const isRecord = RECORD_KEYS.prediction('');
  for await (const { Items = [] } of paginateScan(
    { client: new DynamoDBClient(config) },
    { TableName: table, ConsistentRead: true },
  )) {
    for (const item of Items) {
      const record = unmarshall(item);
      if (typeof record.id === 'string' && record.id.startsWith(isRecord)) records.push(record as PredictionRecord);
    }
  }
  return records;
}

/** Whether each answer that a caller got is recorded, and each record of an answer was got by a caller. */
export function compareRecords(
  answeredIds: readonly string[],
  records: readonly PredictionRecord[],
): Omit<RecordsReport, 'differing'> {
  const answered = new Set(answeredIds);
  const recorded = new Set(records.map(({ inferenceId }) => inferenceId));
  const equal = answered.size === recorded.size && [...answered].every((id) => recorded.has(id));
  return { answers: answered.size, records: recorded.size, equal };
}

/** Where a record says something else than its caller was answered, in words; answers without a record are counted elsewhere. */
export function differingRecords(sent: readonly SentMail[], records: readonly PredictionRecord[]): string[] {
  const byId = new Map(records.map((record) => [record.inferenceId, record]));
  return sent.flatMap(({ answer, inferenceId, judgement }) => {
    const record = inferenceId === undefined ? undefined : byId.get(inferenceId);
    if (record === undefined || answer.status !== 200) return [];
    const answered = { state: 'answered', label: judgement?.predicted, modelVersion: modelVersionOf(answer) } as const;
    return (['state', 'label', 'modelVersion'] as const)
      .filter((field) => record[field] !== answered[field])
      .map((field) => `${field} of record ${inferenceId} is ${record[field]}, answered was ${answered[field]}`);
  });
}

function modelVersionOf({ body }: Answer): unknown {
  return typeof body === 'object' && body !== null && 'modelVersion' in body ? body.modelVersion : undefined;
}

/** How many of the mails that were told the truth about have it in their record: an answer alone joins nothing. */
export function joinedFeedback(sent: readonly SentMail[], records: readonly PredictionRecord[]): number {
  const labels = new Map(records.map(({ inferenceId, feedback }) => [inferenceId, feedback?.label]));
  return sent.filter(
    ({ judgement, inferenceId, mail }) =>
      judgement !== undefined && inferenceId !== undefined && labels.get(inferenceId) === mail.label,
  ).length;
}

/** What the guard found in these mails and in their answers. */
export function findingsOf(sent: readonly SentMail[], records: readonly PredictionRecord[]): GuardFinding[] {
  const ids = new Set(sent.map(({ inferenceId }) => inferenceId));
  return records.filter(({ inferenceId }) => ids.has(inferenceId)).flatMap(({ findings }) => findings);
}
