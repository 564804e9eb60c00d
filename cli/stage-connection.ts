import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { STSClient } from '@aws-sdk/client-sts';
import { DATA_OUTPUT } from '../protocol/data-pipeline';
import { DynamoCatalogue } from './data/io/dynamo-catalogue';
import type { EndpointControl } from './endpoint-control/control';
import { stageControl } from './endpoint-control/stage-control';
import { CliError, EXIT } from './errors';
import { awsRegistry, callerIdentity } from './registry/io/aws-registry';
import type { ModelRegistry } from './registry/registry';
import { type StageState, stageState } from './stage-outputs';

/** A deployed stage as commands reach it. */
export interface StageConnection {
  readonly registry: ModelRegistry;
  /** Undefined where versions are used by moving the pointers alone. */
  readonly control: EndpointControl | undefined;
}

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Finds a stage by the outputs of its stack of state. */
export async function connectStage(stage: string): Promise<StageConnection> {
  const state = await stageState(stage);
  const config = state.region === undefined ? {} : { region: state.region };
  const identity = callerIdentity(new STSClient(config));
  return { registry: stageRegistry(state), control: stageControl(state, new SFNClient(config), identity) };
}

/** The registry of a deployed stage. */
export function stageRegistry({ stackName, region, outputs }: StageState): ModelRegistry {
  const { RegistryTableName: table, ArtifactBucketName: bucket, ModelName: model } = outputs;
  if (table === undefined || bucket === undefined || model === undefined) {
    throw new CliError(`stack ${stackName} has no registry among its outputs; deploy the stage again`, EXIT.failed);
  }
  const config = region === undefined ? {} : { region };
  const dynamo = new DynamoDBClient(config);
  const { [DATA_OUTPUT.dataset]: dataset, [DATA_OUTPUT.table]: catalogue } = outputs;
  return awsRegistry({
    dynamo,
    // Its warning that a stream cannot be sent again is not for the user: the upload is repeated with a new stream.
    s3: new S3Client({ ...config, logger: SILENT }),
    sts: new STSClient(config),
    table,
    bucket,
    model,
    ...(dataset === undefined || catalogue === undefined
      ? {}
      : { datasets: new DynamoCatalogue({ client: dynamo, table: catalogue, dataset }) }),
  });
}
