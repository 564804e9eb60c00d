/**
 * Environment variables that constructs set and handlers read. A name stands here once; a test compares what `lib` sets
 * with what each handler reads, both ways.
 */
export const ENV = {
  /** `<model>-<stage>`, the value of the tag `slipway:deployment` and of the metric dimension. */
  deployment: 'SLIPWAY_DEPLOYMENT',
  /** Name of the model, as the registry files it. */
  model: 'SLIPWAY_MODEL',
  /** Table of prediction records and idempotency claims. */
  recordsTable: 'SLIPWAY_RECORDS_TABLE',
  /** Table of model versions and pointers. */
  registryTable: 'SLIPWAY_REGISTRY_TABLE',
  /** Bucket for payloads that do not fit into an item. */
  payloadBucket: 'SLIPWAY_PAYLOAD_BUCKET',
  /** Bucket of model artefacts. */
  artifactBucket: 'SLIPWAY_ARTIFACT_BUCKET',
  /** Function that runs the user's inference code. */
  backendFunction: 'SLIPWAY_BACKEND_FUNCTION',
  /** SageMaker endpoint that runs the model. */
  endpoint: 'SLIPWAY_ENDPOINT',
  /** Inference component of the endpoint; absent where the endpoint has none. */
  inferenceComponent: 'SLIPWAY_INFERENCE_COMPONENT',
  /** Content type of requests to the endpoint. */
  contentType: 'SLIPWAY_CONTENT_TYPE',
  /** `s3://<bucket>/<prefix>/` from which an asynchronous endpoint reads its inputs. */
  asyncInputs: 'SLIPWAY_ASYNC_INPUTS',
  /** `s3://<bucket>/<prefix>/` to which an asynchronous endpoint writes its results. */
  asyncResults: 'SLIPWAY_ASYNC_RESULTS',
  /** Seconds that an asynchronous endpoint may take for one input. */
  asyncTimeoutSeconds: 'SLIPWAY_ASYNC_TIMEOUT_SECONDS',
  /** URL of the queue in which requests to a sleeping fleet wait. */
  waitingQueue: 'SLIPWAY_WAITING_QUEUE',
  /** ARN of the queue of waiting requests that could not be dealt with. */
  waitingDeadLetters: 'SLIPWAY_WAITING_DEAD_LETTERS',
  /** Seconds that an accepted request may wait for its answer. */
  waitSeconds: 'SLIPWAY_WAIT_SECONDS',
  /** Name of the stack that holds the endpoint. */
  endpointStack: 'SLIPWAY_ENDPOINT_STACK',
  /** ISO 8601: when the endpoint's parameters were created, from which the expiry of a pilot is counted. */
  endpointSince: 'SLIPWAY_ENDPOINT_SINCE',
  /** State machine that alone changes the endpoint, by ARN. */
  endpointController: 'SLIPWAY_ENDPOINT_CONTROLLER',
  /** Role by which CloudFormation changes the endpoint's stack, by ARN. */
  endpointUpdateRole: 'SLIPWAY_ENDPOINT_UPDATE_ROLE',
  /** SSM parameter of the version that the endpoint should serve, read by its template. */
  desiredVersionParameter: 'SLIPWAY_DESIRED_VERSION_PARAMETER',
  /** SSM parameter that says whether the endpoint should run, read by its template. */
  desiredStateParameter: 'SLIPWAY_DESIRED_STATE_PARAMETER',
  /** Deadline of one request, in milliseconds. */
  timeoutMs: 'SLIPWAY_TIMEOUT_MS',
  /** Days a prediction record is kept. */
  recordTtlDays: 'SLIPWAY_RECORD_TTL_DAYS',
  /** Secret that keys the HMAC of a subject. */
  subjectSecret: 'SLIPWAY_SUBJECT_SECRET',
  /** Issuer of the tokens that callers bring, as their claim `iss` says. */
  oidcIssuer: 'SLIPWAY_OIDC_ISSUER',
  /** Audience that tokens must be meant for. */
  oidcAudience: 'SLIPWAY_OIDC_AUDIENCE',
  /** Roles of which a token must have one, as a JSON array; empty when any caller of the issuer may. */
  oidcRoles: 'SLIPWAY_OIDC_ROLES',
  /** Claim that holds the roles. */
  oidcRolesClaim: 'SLIPWAY_OIDC_ROLES_CLAIM',
  /** Bucket of dataset versions, quarantine and runs. */
  datasetBucket: 'SLIPWAY_DATASET_BUCKET',
  /** Catalogue of dataset versions and runs. */
  catalogueTable: 'SLIPWAY_CATALOGUE_TABLE',
  /** DEBUG, INFO, WARN or ERROR. */
  logLevel: 'SLIPWAY_LOG_LEVEL',
} as const;

export type EnvName = (typeof ENV)[keyof typeof ENV];

/** File beside a handler's bundle that carries configuration too large or too structured for the environment. */
export const HANDLER_CONFIG_FILE = 'slipway-config.json';
