import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import type { BackendRequest } from '../../../../protocol/backend';
import { KeptConnections } from '../../clients/keep-alive';
import { defaultProvider } from '../../clients/runtime-credentials';
import { endpointBody, replyOfEndpoint } from '../endpoint-payload';
import { HedgeBudget } from '../hedge';
import type { Backend, BackendResult } from '../ports';
import { resultOfRuntimeError } from '../runtime-error';

const CONNECT_MS = 500;
const JSON_TYPE = 'application/json';

export interface EndpointTarget {
  readonly endpoint: string;
  /** Where several components share the instances of an endpoint. */
  readonly inferenceComponent?: string;
  /** Type that the model takes; JSON if none is given. */
  readonly contentType?: string;
}

/** A SageMaker endpoint that answers at once. */
export class SageMakerBackend implements Backend {
  /** An inference changes nothing: asked twice, it costs twice, and no more. */
  readonly hedges = new HedgeBudget();
  private readonly connections = new KeptConnections();
  private readonly client: SageMakerRuntimeClient;

  constructor(private readonly target: EndpointTarget) {
    const { httpAgent, httpsAgent } = this.connections;
    this.client = new SageMakerRuntimeClient({
      credentials: defaultProvider(),
      // Whether a repeat is safe, and fits, is decided by the caller of this class.
      maxAttempts: 1,
      // No time-out of its own: the deadline's signal ends a request.
      requestHandler: { connectionTimeout: CONNECT_MS, httpAgent, httpsAgent },
    });
  }

  async invoke({ inferenceId, input }: BackendRequest, signal: AbortSignal): Promise<BackendResult> {
    this.connections.dropIdle();
    const { endpoint, inferenceComponent, contentType = JSON_TYPE } = this.target;
    const command = new InvokeEndpointCommand({
      EndpointName: endpoint,
      InferenceComponentName: inferenceComponent,
      ContentType: contentType,
      Accept: JSON_TYPE,
      InferenceId: inferenceId,
      Body: Buffer.from(endpointBody(input, contentType)),
    });
    try {
      const { Body } = await this.client.send(command, { abortSignal: signal });
      return { kind: 'replied', text: replyOfEndpoint(Buffer.from(Body ?? []).toString('utf8')) };
    } catch (error) {
      return resultOfRuntimeError(error);
    }
  }
}
