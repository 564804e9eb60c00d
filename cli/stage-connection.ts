import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { STSClient } from '@aws-sdk/client-sts';
import type { EndpointControl } from './endpoint-control/control';
import { stageControl } from './endpoint-control/stage-control';
import { CliError, EXIT } from './errors';
import { awsRegistry, callerIdentity } from './registry/io/aws-registry';
import type { ModelRegistry } from './registry/registry';
import { stageState } from './stage-outputs';

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
  const { stackName, region, outputs } = state;
  const { RegistryTableName: table, ArtifactBucketName: bucket, ModelName: model } = outputs;
  if (table === undefined || bucket === undefined || model === undefined) {
    throw new CliError(`stack ${stackName} has no registry among its outputs; deploy the stage again`, EXIT.failed);
  }
  const config = region === undefined ? {} : { region };
  const sts = new STSClient(config);
  const registry = awsRegistry({
    dynamo: new DynamoDBClient(config),
    // Its warning that a stream cannot be sent again is not for the user: the upload is repeated with a new stream.
    s3: new S3Client({ ...config, logger: SILENT }),
    sts,
    table,
    bucket,
    model,
  });
  return { registry, control: stageControl(state, new SFNClient(config), callerIdentity(sts)) };
}
