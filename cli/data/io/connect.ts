import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { DATA_OUTPUT } from '../../../protocol/data-pipeline';
import { DATASET_EVENT, type DatasetPublished } from '../../../protocol/dataset';
import { CliError } from '../../errors';
import { callerIdentity } from '../../registry/io/aws-registry';
import { stageRegistry } from '../../stage-connection';
import { deploymentOf } from '../../stage-diff/placeholders';
import { type StageState, stageState } from '../../stage-outputs';
import { stateMachineArn } from '../../state-machine/arn';
import { StepFunctionsExecutions } from '../../state-machine/io/step-functions';
import type { DataStage } from '../data-stage';
import type { Announcements } from '../ports';
import { DynamoCatalogue } from './dynamo-catalogue';
import { DynamoRecords } from './dynamo-records';
import { S3Objects, S3Sources } from './s3-objects';

/** Finds the data pipeline of a stage by the outputs of its stack of state. */
export async function connectDataStage(stage: string): Promise<DataStage> {
  return dataStageOf(await stageState(stage), stage);
}

export function dataStageOf(state: StageState, stage: string): DataStage {
  const { region, outputs, stackName } = state;
  const { [DATA_OUTPUT.dataset]: dataset, [DATA_OUTPUT.bucket]: bucket, [DATA_OUTPUT.table]: catalogue } = outputs;
  const pipeline = outputs[DATA_OUTPUT.pipeline];
  if (dataset === undefined || bucket === undefined || catalogue === undefined || pipeline === undefined) {
    throw new CliError(
      `stage "${stage}" has no data pipeline: stack ${stackName} has no output ${DATA_OUTPUT.dataset}; give the stage a DataPipeline and deploy it`,
    );
  }
  const config = region === undefined ? {} : { region };
  const dynamo = new DynamoDBClient(config);
  const s3 = new S3Client(config);
  const { RecordsTableName: records = '', PayloadBucketName: payloads = '' } = outputs;
  const deployment = deploymentOf({ id: 'state', stackName }) ?? stackName;
  return {
    deployment,
    objects: new S3Objects(s3, bucket),
    catalogue: new DynamoCatalogue({ client: dynamo, table: catalogue, dataset }),
    sources: new S3Sources(s3),
    pipeline: new StepFunctionsExecutions(new SFNClient(config), stateMachineArn(state, pipeline)),
    records: new DynamoRecords({
      client: dynamo,
      table: records,
      payloads: new S3Objects(s3, payloads),
      secret: () => subjectKey(deployment, new SSMClient(config), new SecretsManagerClient(config)),
    }),
    models: stageRegistry(state),
    announcements: new EventBridgeAnnouncements(new EventBridgeClient(config)),
    identity: callerIdentity(new STSClient(config)),
  };
}

/** The secret is found as the other stacks of the deployment find it. */
async function subjectKey(deployment: string, ssm: SSMClient, secrets: SecretsManagerClient): Promise<string> {
  const { Parameter: parameter } = await ssm.send(
    new GetParameterCommand({ Name: `/slipway/${deployment}/subject-secret-arn` }),
  );
  const { SecretString: key } = await secrets.send(new GetSecretValueCommand({ SecretId: parameter?.Value }));
  if (key === undefined || key === '') throw new Error('the secret that keys subjects is empty');
  return key;
}

class EventBridgeAnnouncements implements Announcements {
  constructor(private readonly client: EventBridgeClient) {}

  async published(event: DatasetPublished): Promise<void> {
    const { Entries = [] } = await this.client.send(
      new PutEventsCommand({
        Entries: [{ Source: DATASET_EVENT.source, DetailType: DATASET_EVENT.published, Detail: JSON.stringify(event) }],
      }),
    );
    // A request that succeeds can hold events that did not.
    const [refused] = Entries.filter(({ ErrorCode }) => ErrorCode !== undefined);
    if (refused !== undefined) throw new Error(`EventBridge did not take the event: ${refused.ErrorCode}`);
  }
}
