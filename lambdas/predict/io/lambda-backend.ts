import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { BackendRequest } from '../../../protocol/backend';
import { KeptConnections } from '../../shared/clients/keep-alive';
import { defaultProvider } from '../../shared/clients/runtime-credentials';
import { connectionFaultOf } from '../../shared/prediction/connection-error';
import type { Backend, BackendResult } from '../../shared/prediction/ports';
import { retryAfterSecondsOf } from '../../shared/prediction/retry-after';

const CONNECT_MS = 500;
/** Refusals of the Lambda service before the function is started. */
const THROTTLED = ['TooManyRequestsException', 'EC2ThrottledException', 'ThrottlingException'];

/** The function that runs the user's inference code. */
export class LambdaBackend implements Backend {
  private readonly connections = new KeptConnections();
  private readonly client: LambdaClient;

  constructor(private readonly functionName: string) {
    const { httpAgent, httpsAgent } = this.connections;
    this.client = new LambdaClient({
      credentials: defaultProvider(),
      // Whether a repeat is safe, and fits, is decided by the caller of this class.
      maxAttempts: 1,
      // No time-out of its own: the deadline's signal ends a request.
      requestHandler: { connectionTimeout: CONNECT_MS, httpAgent, httpsAgent },
    });
  }

  async invoke(request: BackendRequest, signal: AbortSignal): Promise<BackendResult> {
    this.connections.dropIdle();
    const command = new InvokeCommand({
      FunctionName: this.functionName,
      Payload: Buffer.from(JSON.stringify(request)),
    });
    try {
      const { FunctionError, Payload } = await this.client.send(command, { abortSignal: signal });
      const text = Payload === undefined ? '' : Buffer.from(Payload).toString('utf8');
      if (FunctionError === undefined) return { kind: 'replied', text };
      return { kind: 'failed', error: new BackendFunctionError(FunctionError, text) };
    } catch (error) {
      return refusalOf(error);
    }
  }
}

/** The function threw, ran out of time or of memory. Its message may quote the input, so only the type is taken over. */
class BackendFunctionError extends Error {
  constructor(functionError: string, payload: string) {
    super(`the backend function ended with ${functionError}`);
    this.name = errorTypeIn(payload) ?? `BackendFunction${functionError.replace(/\W/g, '').slice(0, 40)}`;
    this.stack = undefined;
  }
}

function errorTypeIn(payload: string): string | undefined {
  const type = /"errorType"\s*:\s*"([\w.]{1,100})"/.exec(payload);
  return type?.[1];
}

function refusalOf(error: unknown): BackendResult {
  if (error instanceof Error && THROTTLED.includes(error.name))
    return { kind: 'throttled', error, retryAfterSeconds: retryAfterSecondsOf(error) };
  return { kind: connectionFaultOf(error) === 'not-sent' ? 'not-sent' : 'failed', error };
}
