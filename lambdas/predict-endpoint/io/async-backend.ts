import { InvokeEndpointAsyncCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import type { BackendRequest } from '../../../protocol/backend';
import { KeptConnections } from '../../shared/clients/keep-alive';
import { defaultProvider } from '../../shared/clients/runtime-credentials';
import { asyncInputKey } from '../../shared/prediction/async-input';
import { endpointBody } from '../../shared/prediction/endpoint-payload';
import type { EndpointTarget } from '../../shared/prediction/io/sagemaker-backend';
import type { Backend, BackendResult } from '../../shared/prediction/ports';
import { resultOfRuntimeError } from '../../shared/prediction/runtime-error';
import { putPayload } from '../../shared/put-payload';
import { type S3Place, uriOf } from '../../shared/s3-uri';

const CONNECT_MS = 500;
const JSON_TYPE = 'application/json';

export interface AsyncTarget extends EndpointTarget {
  /** Bucket and prefix of inputs. */
  readonly inputs: S3Place;
  /** Seconds that a request may wait in the endpoint's own queue. */
  readonly waitSeconds: number;
  /** Seconds that the model may take. */
  readonly timeoutSeconds: number;
}

/** An asynchronous SageMaker endpoint: takes the place of an input, and tells by notification where the result is. */
export class SageMakerAsyncBackend implements Backend {
  readonly answersLater = true;
  private readonly connections = new KeptConnections();
  private readonly client: SageMakerRuntimeClient;

  constructor(private readonly target: AsyncTarget) {
    const { httpAgent, httpsAgent } = this.connections;
    this.client = new SageMakerRuntimeClient({
      credentials: defaultProvider(),
      maxAttempts: 1,
      requestHandler: { connectionTimeout: CONNECT_MS, httpAgent, httpsAgent },
    });
  }

  async invoke({ inferenceId, input }: BackendRequest, signal: AbortSignal, lease = ''): Promise<BackendResult> {
    const { endpoint, inputs, contentType = JSON_TYPE, waitSeconds, timeoutSeconds } = this.target;
    const place = { bucket: inputs.bucket, key: asyncInputKey(inputs.key, { inferenceId, lease }) };
    try {
      await putPayload(place, endpointBody(input, contentType));
    } catch (error) {
      return { kind: 'failed', error };
    }
    this.connections.dropIdle();
    const command = new InvokeEndpointAsyncCommand({
      EndpointName: endpoint,
      InferenceId: inferenceId,
      InputLocation: uriOf(place),
      ContentType: contentType,
      Accept: JSON_TYPE,
      RequestTTLSeconds: waitSeconds,
      InvocationTimeoutSeconds: timeoutSeconds,
    });
    try {
      await this.client.send(command, { abortSignal: signal });
      return { kind: 'accepted' };
    } catch (error) {
      return resultOfRuntimeError(error);
    }
  }
}
