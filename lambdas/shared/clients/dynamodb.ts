import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { defaultProvider } from './runtime-credentials';

/**
 * Reads and writes here take single-digit milliseconds; 1.5 s without an answer is a lost connection. Two attempts: the second
 * goes over a new connection, a third would come after the caller gave up. `OPEN_MARGIN_MS` counts on both numbers.
 */
const ATTEMPTS = 2;
const ATTEMPT_MS = 1_500;
const CONNECT_MS = 500;

export function dynamoDb(): DynamoDBClient {
  return new DynamoDBClient({
    credentials: defaultProvider(),
    // The stack of steps of a command is the same every time; building it anew was a twentieth of a prediction's own time.
    cacheMiddleware: true,
    maxAttempts: ATTEMPTS,
    requestHandler: {
      requestTimeout: ATTEMPT_MS,
      throwOnRequestTimeout: true,
      connectionTimeout: CONNECT_MS,
      httpAgent: { keepAlive: true },
      httpsAgent: { keepAlive: true },
    },
  });
}
