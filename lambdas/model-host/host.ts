import type { BackendAnswer, BackendError, BackendReply, BackendRequest } from '../../protocol/backend';
import type { ArtifactFolders } from './artifact-folders';
import { describeError } from './describe-error';
import { HostFault } from './host-fault';
import { LoadedModels } from './loaded-models';
import { parseRequest } from './request';
import type { UserModel } from './user-model';

export interface HostOptions {
  /** The only bucket that artefacts are read from. */
  readonly bucket: string;
  readonly folders: ArtifactFolders;
  /** The user's code, imported once. */
  readonly userModel: () => Promise<UserModel>;
  readonly log: (event: FailureEvent) => void;
  readonly now?: () => number;
}

/** What is logged of a failure. */
export interface FailureEvent {
  readonly message: string;
  readonly inferenceId?: string;
  readonly version?: string;
  readonly frames?: readonly string[];
}

// Lambda's limit of a synchronous answer is 6 MB; the rest is room for the envelope.
const MAX_REPLY_BYTES = 6 * 1024 * 1024 - 16 * 1024;
/** Name of the error by which user code says that the input is the caller's fault. */
const INVALID_INPUT = 'InvalidInput';

/** Answers requests with the user's model. Never throws: a failure is an answer too. */
export class ModelHost {
  private readonly models = new LoadedModels<unknown>();
  private readonly now: () => number;

  constructor(private readonly options: HostOptions) {
    this.now = options.now ?? Date.now;
  }

  async answer(event: unknown): Promise<BackendReply> {
    let request: BackendRequest | undefined;
    try {
      request = parseRequest(event, this.options.bucket);
      return await this.predict(request);
    } catch (error) {
      return this.failed(error, request);
    }
  }

  private predict(request: BackendRequest): Promise<BackendReply> {
    const { id, artifact } = request.version;
    const { folders } = this.options;
    const loader = {
      load: async (version: string) => {
        const directory = await folders.provide(version, artifact);
        const { load } = await this.userCode('import', this.options.userModel);
        return this.userCode('load', () => load(directory));
      },
      unload: (version: string) => folders.discard(version),
    };
    return this.models.use(id, loader, async (model) => {
      // The caller has gone: an answer would only cost.
      if (this.now() > request.deadline) throw new HostFault('the deadline passed before the model was asked');
      const { predict } = await this.options.userModel();
      return checkAnswer(await this.userCode('predict', () => predict(model, request.input)));
    });
  }

  private async userCode<Result>(step: UserCodeError['step'], run: () => Result | Promise<Result>): Promise<Result> {
    try {
      return await run();
    } catch (error) {
      if (error instanceof HostFault) throw error;
      throw new UserCodeError(step, error);
    }
  }

  private failed(error: unknown, request: BackendRequest | undefined): BackendError {
    const about = { inferenceId: request?.inferenceId, version: request?.version.id };
    if (error instanceof UserCodeError) {
      if (error.step === 'predict' && error.cause instanceof Error && error.cause.name === INVALID_INPUT) {
        return { error: { kind: 'invalid-input', message: 'the model refused the input' } };
      }
      const { name, frames } = describeError(error.cause);
      const message = `${error.step} of the model failed: ${name}`;
      this.options.log({ message, ...about, frames });
      return { error: { kind: 'failed', message } };
    }
    const { name, frames } = describeError(error);
    const message = error instanceof HostFault ? error.message : `the model host failed: ${name}`;
    this.options.log({ message, ...about, frames });
    return { error: { kind: 'failed', message } };
  }
}

/** An error thrown by the user's code, and by which part of it. */
class UserCodeError extends Error {
  constructor(
    readonly step: 'import' | 'load' | 'predict',
    cause: unknown,
  ) {
    super(`${step} failed`, { cause });
    this.name = 'UserCodeError';
  }
}

/** What `predict` returned, if it is an answer that can be sent. */
function checkAnswer(value: unknown): BackendAnswer {
  if (typeof value !== 'object' || value === null || !('output' in value) || value.output === undefined) {
    throw new HostFault('predict must return { output, confidence? }');
  }
  const confidence = 'confidence' in value ? value.confidence : undefined;
  if (confidence !== undefined && !(typeof confidence === 'number' && confidence >= 0 && confidence <= 1)) {
    throw new HostFault('predict must return a confidence from 0 to 1, or none');
  }
  const answer: BackendAnswer =
    confidence === undefined ? { output: value.output } : { output: value.output, confidence };
  const bytes = jsonBytes(answer);
  if (bytes > MAX_REPLY_BYTES) {
    throw new HostFault(`predict returned ${bytes} bytes; an answer may have ${MAX_REPLY_BYTES}`);
  }
  return answer;
}

function jsonBytes(answer: BackendAnswer): number {
  try {
    return Buffer.byteLength(JSON.stringify(answer));
  } catch (error) {
    throw new HostFault('predict must return an output that JSON can hold', { cause: error });
  }
}
