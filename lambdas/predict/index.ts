import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { ENV } from '../../protocol/env';
import { requiredEnv } from '../shared/env';
import { predictionService } from '../shared/prediction/io/prediction-service';
import { handle } from '../shared/prediction/route';
import { LambdaBackend } from './io/lambda-backend';

const service = predictionService(__dirname, { backend: new LambdaBackend(requiredEnv(ENV.backendFunction)) });

/** POST /predictions and GET /health, in front of a Lambda backend. */
export async function handler(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  return handle(event, service);
}
