import type { Context, ScheduledEvent } from 'aws-lambda';
import { ENV } from '../../protocol/env';
import { METRIC } from '../../protocol/metrics';
import { dynamoDb } from '../shared/clients/dynamodb';
import { emfLine } from '../shared/emf';
import { requiredChoice, requiredEnv } from '../shared/env';
import { createLog, LOG_LEVELS, writeLine } from '../shared/log';
import { DynamoOpenRecords } from './io/open-records';
import { type Swept, sweep } from './sweep';

const deployment = requiredEnv(ENV.deployment);
const log = createLog(requiredChoice(ENV.logLevel, LOG_LEVELS), { deployment });
const open = new DynamoOpenRecords(dynamoDb(), requiredEnv(ENV.recordsTable));

/** Closes, on a schedule, the records that killed handlers left open. */
export async function handler(_event: ScheduledEvent, context: Context): Promise<Swept> {
  const swept = await sweep({
    open,
    log,
    now: () => Date.now(),
    remainingMs: () => context.getRemainingTimeInMillis(),
  });
  writeLine(
    emfLine({
      deployment,
      at: Date.now(),
      metrics: { [METRIC.recordsCut]: swept.cut },
      properties: { failures: swept.failures },
    }),
  );
  if (!swept.complete) log.warn('sweep-incomplete', { cut: swept.cut });
  // A run that failed in part fails: its alarm counts errors of the function.
  if (swept.failures > 0)
    throw new Error(`${swept.failures} open records or shards could not be swept; the log names them`);
  return swept;
}
