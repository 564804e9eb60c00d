/** IAM actions behind the SDK calls of this handler, by what the endpoint is; tests compare them with the sources and with its role. */
export const CALLS_OF = {
  always: ['dynamodb:GetItem', 'dynamodb:PutItem', 's3:GetObject', 's3:PutObject', 'secretsmanager:GetSecretValue'],
  /** An endpoint that answers at once. */
  synchronous: ['sagemaker:InvokeEndpoint'],
  /** An endpoint that answers later. */
  asynchronous: ['sagemaker:InvokeEndpointAsync'],
  /** A fleet that may sleep. */
  waiting: ['sqs:SendMessage'],
} as const;

export const CALLS = [
  ...CALLS_OF.always,
  ...CALLS_OF.synchronous,
  ...CALLS_OF.asynchronous,
  ...CALLS_OF.waiting,
] as const;
