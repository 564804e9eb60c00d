import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { ENV } from '../../protocol/env';
import { optionalEnv, requiredInteger, requiredPrefix } from '../shared/env';
import { endpointTarget } from '../shared/prediction/io/endpoint-target';
import { predictionService } from '../shared/prediction/io/prediction-service';
import { SageMakerBackend } from '../shared/prediction/io/sagemaker-backend';
import { SqsWaitingRoom } from '../shared/prediction/io/waiting-queue';
import { handle, type Service } from '../shared/prediction/route';
import { SageMakerAsyncBackend } from './io/async-backend';

const service = serviceOf();

/** By the environment: an endpoint that answers later, one whose fleet may sleep, or one that always answers at once. */
function serviceOf(): Service {
  if (optionalEnv(ENV.asyncInputs) !== undefined) return asynchronous();
  const backend = new SageMakerBackend(endpointTarget());
  const queueUrl = optionalEnv(ENV.waitingQueue);
  if (queueUrl === undefined) return predictionService(__dirname, { endpoint: true, backend });
  const waiting = new SqsWaitingRoom(queueUrl);
  return predictionService(__dirname, { endpoint: true, backend, waiting, waitMs: 1000 * waitSeconds() });
}

function asynchronous(): Service {
  const timeoutSeconds = requiredInteger(ENV.asyncTimeoutSeconds, { min: 1, max: 3_600 });
  const backend = new SageMakerAsyncBackend({
    ...endpointTarget(),
    inputs: requiredPrefix(ENV.asyncInputs),
    waitSeconds: waitSeconds(),
    timeoutSeconds,
  });
  // A request waits in the endpoint's own queue, and then the model takes its time.
  return predictionService(__dirname, { endpoint: true, backend, waitMs: 1000 * (waitSeconds() + timeoutSeconds) });
}

/** The limits are SageMaker's for the age of an asynchronous request. */
function waitSeconds(): number {
  return requiredInteger(ENV.waitSeconds, { min: 60, max: 21_600 });
}

/** POST /predictions and GET /health, in front of a SageMaker endpoint. */
export async function handler(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  return handle(event, service);
}
