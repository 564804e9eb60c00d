import { InvokeEndpointCommand, type SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';

export interface WarmUpRequest {
  readonly endpoint: string;
  /** Where the endpoint hosts components: the one to ask. */
  readonly inferenceComponent?: string;
  readonly contentType: string;
  readonly body: string;
}

/** Sends one request; `answered`, or the name of the error. What the model answers is of no interest here. */
export async function warmUp(client: SageMakerRuntimeClient, request: WarmUpRequest): Promise<string> {
  try {
    await client.send(
      new InvokeEndpointCommand({
        EndpointName: request.endpoint,
        InferenceComponentName: request.inferenceComponent,
        ContentType: request.contentType,
        Body: new TextEncoder().encode(request.body),
      }),
    );
    return 'answered';
  } catch (error) {
    if (error instanceof Error && !/AccessDenied|NotAuthorized|Unrecognized/.test(error.name)) return error.name;
    throw error;
  }
}
