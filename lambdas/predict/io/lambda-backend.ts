import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { BackendRequest } from '../../../protocol/backend';
import { defaultProvider } from '../../shared/clients/runtime-credentials';
import type { Backend, BackendResult } from '../../shared/prediction/ports';

const CONNECT_MS = 500;
/**
 * A socket that was idle longer may be dead without knowing it: a frozen sandbox hears no FIN. A request that dies on it could
 * not be repeated, because nobody knows whether it arrived; so such sockets are not used.
 */
const IDLE_LIMIT_MS = 20_000;

/** Network errors before anything was sent. */
const NOT_SENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];
const NO_CONNECTION = /did not establish a connection/;
/** Refusals of the Lambda service before the function is started. */
const THROTTLED = ['TooManyRequestsException', 'EC2ThrottledException', 'ThrottlingException'];

/** The function that runs the user's inference code. */
export class LambdaBackend implements Backend {
  private readonly agents = [new HttpAgent({ keepAlive: true }), new HttpsAgent({ keepAlive: true })] as const;
  private readonly client: LambdaClient;
  private lastUsed = 0;

  constructor(private readonly functionName: string) {
    const [httpAgent, httpsAgent] = this.agents;
    this.client = new LambdaClient({
      credentials: defaultProvider(),
      // Whether a repeat is safe, and fits, is decided by the caller of this class.
      maxAttempts: 1,
      // No time-out of its own: the deadline's signal ends a request.
      requestHandler: { connectionTimeout: CONNECT_MS, httpAgent, httpsAgent },
    });
  }

  async invoke(request: BackendRequest, signal: AbortSignal): Promise<BackendResult> {
    this.dropIdleSockets();
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

  private dropIdleSockets(): void {
    const now = Date.now();
    if (now - this.lastUsed > IDLE_LIMIT_MS) {
      for (const agent of this.agents) {
        for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
      }
    }
    this.lastUsed = now;
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
  if (!(error instanceof Error)) return { kind: 'failed', error };
  if (THROTTLED.includes(error.name)) {
    const seconds = 'retryAfterSeconds' in error ? Number(error.retryAfterSeconds) : Number.NaN;
    return { kind: 'throttled', error, retryAfterSeconds: Number.isFinite(seconds) ? Math.ceil(seconds) : undefined };
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (NOT_SENT.includes(code) || NO_CONNECTION.test(error.message)) return { kind: 'not-sent', error };
  return { kind: 'failed', error };
}
