import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { ENV } from '../../protocol/env';
import type { EndpointControllerConfig } from '../../protocol/handler-config';
import { callsWithin } from '../shared/clients/call-limits';
import { dynamoDb } from '../shared/clients/dynamodb';
import { StepFunctionsExecutions } from '../shared/clients/executions';
import { readConfigFile } from '../shared/config-file';
import { requiredChoice, requiredEnv } from '../shared/env';
import { createLog, LOG_LEVELS } from '../shared/log';
import { SageMakerEndpoint } from './io/endpoint';
import { DynamoLedger } from './io/ledger';
import { SsmParameters } from './io/parameters';
import { EndpointStack } from './io/stack';
import { warmUp } from './io/warm-up';
import type { World } from './ports';
import type { Refusal, Run } from './run';
import { runStep, type StepEvent } from './steps';

/** Ten attempts at most fit into a step of a minute; what still fails is repeated by the state machine. */
const CONTROL_PLANE = callsWithin({ attemptMs: 5_000, attempts: 3 });
/** A first request may load a model. It is sent once a step, and again in the next one where it was not answered. */
const WARM_UP = callsWithin({ attemptMs: 25_000, attempts: 1 });

const deployment = requiredEnv(ENV.deployment);
const endpointName = requiredEnv(ENV.endpoint);
const log = createLog(requiredChoice(ENV.logLevel, LOG_LEVELS), { deployment });
const config = readConfigFile<EndpointControllerConfig>(__dirname);
const runtime = new SageMakerRuntimeClient(WARM_UP);

const world: World = {
  model: requiredEnv(ENV.model),
  ledger: new DynamoLedger(dynamoDb(), requiredEnv(ENV.registryTable), requiredEnv(ENV.model)),
  parameters: new SsmParameters(new SSMClient(CONTROL_PLANE), {
    version: requiredEnv(ENV.desiredVersionParameter),
    state: requiredEnv(ENV.desiredStateParameter),
  }),
  stack: new EndpointStack(
    new CloudFormationClient(CONTROL_PLANE),
    requiredEnv(ENV.endpointStack),
    requiredEnv(ENV.endpointUpdateRole),
  ),
  endpoint: new SageMakerEndpoint(new SageMakerClient(CONTROL_PLANE), endpointName, async () =>
    config.warmUp === undefined ? 'none' : warmUp(runtime, { ...config.warmUp, endpoint: endpointName }),
  ),
  executions: new StepFunctionsExecutions(new SFNClient(CONTROL_PLANE)),
  limits: config.limits,
  now: () => Date.now(),
};

/** One step of the endpoint's controller, called by its state machine only. */
export async function handler(event: StepEvent): Promise<Run | Refusal> {
  const { step, execution } = event;
  try {
    const run = await runStep(world, event);
    const { outcome, ending } = run;
    log.info('step', { step, execution, outcome, ending: ending.error });
    return run;
  } catch (error) {
    log.error('step-failed', error, { step, execution });
    throw error;
  }
}
