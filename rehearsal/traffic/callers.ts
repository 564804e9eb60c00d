import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { AwsClient } from 'aws4fetch';
import { type ClientConfig, refuseUnlessLoopback } from '../aws';
import { EMULATOR_ACCOUNT } from '../emulator/emulator';

/** One answer of the API as its caller saw it. */
export interface Answer {
  /** Undefined where no answer came. */
  readonly status: number | undefined;
  readonly headers: Headers | undefined;
  readonly body: unknown;
  /** Milliseconds since the epoch when it came. */
  readonly at: number;
  readonly latencyMs: number;
}

export interface CallerCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface ApiAddress {
  /** URL of the stage of the API, without a slash at its end. */
  readonly url: string;
  readonly region: string;
}

/** A principal with credentials of its own, whose requests are signed with SigV4. */
export class Caller {
  private readonly client: AwsClient;

  constructor(
    readonly name: string,
    readonly credentials: CallerCredentials,
    private readonly api: ApiAddress,
    private readonly observe: (answer: Answer) => void,
  ) {
    refuseUnlessLoopback(api.url);
    this.client = new AwsClient({ ...credentials, service: 'execute-api', region: api.region, retries: 0 });
  }

  get(path: string): Promise<Answer> {
    return this.send(path, { method: 'GET' });
  }

  post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.send(path, { method: 'POST', body: text, headers: { 'content-type': 'application/json', ...headers } });
  }

  /** Sends whatever it is given: tests send what no client should. */
  async send(path: string, init: RequestInit): Promise<Answer> {
    const started = performance.now();
    const ended = () => ({ at: Date.now(), latencyMs: performance.now() - started });
    try {
      const response = await this.client.fetch(`${this.api.url}${path}`, init);
      const text = await response.text();
      const answer: Answer = { status: response.status, headers: response.headers, body: parsed(text), ...ended() };
      this.observe(answer);
      return answer;
    } catch {
      // Counted as such by whoever sent it: a rehearsal reports requests without an answer.
      return { status: undefined, headers: undefined, body: undefined, ...ended() };
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Makes IAM users that may call the API, and takes them away again. */
export class Callers {
  private readonly made: { readonly name: string; readonly accessKeyId: string }[] = [];
  private readonly iam: IAMClient;

  constructor(
    config: ClientConfig,
    private readonly api: ApiAddress & { readonly apiId: string },
    private readonly observe: (answer: Answer) => void,
  ) {
    this.iam = new IAMClient(config);
  }

  async create(name: string, resources: readonly string[] = ['*']): Promise<Caller> {
    await this.iam.send(new CreateUserCommand({ UserName: name }));
    await this.iam.send(
      new PutUserPolicyCommand({
        UserName: name,
        PolicyName: POLICY,
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: 'execute-api:Invoke',
              Resource: resources.map(
                (route) => `arn:aws:execute-api:${this.api.region}:${EMULATOR_ACCOUNT}:${this.api.apiId}/v1/${route}`,
              ),
            },
          ],
        }),
      }),
    );
    const { AccessKey } = await this.iam.send(new CreateAccessKeyCommand({ UserName: name }));
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = AccessKey ?? {};
    if (accessKeyId === undefined || secretAccessKey === undefined)
      throw new Error(`user ${name} was given no access key`);
    this.made.push({ name, accessKeyId });
    return new Caller(name, { accessKeyId, secretAccessKey }, this.api, this.observe);
  }

  async remove(): Promise<void> {
    for (const { name, accessKeyId } of this.made.splice(0)) {
      await this.iam.send(new DeleteAccessKeyCommand({ UserName: name, AccessKeyId: accessKeyId }));
      await this.iam.send(new DeleteUserPolicyCommand({ UserName: name, PolicyName: POLICY }));
      await this.iam.send(new DeleteUserCommand({ UserName: name }));
    }
  }
}

const POLICY = 'call-the-api';
