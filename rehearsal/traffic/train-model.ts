import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { STSClient } from '@aws-sdk/client-sts';
import { EndpointControl } from '../../cli/endpoint-control/control';
import { awsRegistry } from '../../cli/registry/io/aws-registry';
import type { ModelRegistry } from '../../cli/registry/registry';
import { StepFunctionsExecutions } from '../../cli/state-machine/io/step-functions';
import { loadMails, type Mail, type Split, splitMails } from '../../examples/spam-filter/mails';
import { train, writeArtifact } from '../../examples/spam-filter/train';
import { CONTROLLER_OUTPUT } from '../../protocol/endpoint-control';
import type { ClientConfig } from '../aws';
import { StageData } from '../data/stage-data';
import { EMULATOR_ACCOUNT } from '../emulator/emulator';
import type { TrainingReport } from '../report/report';

/** How often an execution of the controller is looked at. */
const LOOK_MS = 250;

export interface Trained {
  /** Folder of the artefact. */
  readonly artifact: string;
  /** Mails that the model has not seen. */
  readonly holdOut: readonly Mail[];
  readonly report: Omit<TrainingReport, 'modelVersion'>;
}

/** What a model is trained on. */
export interface TrainingData {
  readonly split: Split;
  /** Dataset version that the mails come from. */
  readonly dataset?: string;
}

/** Real mails from disk, split here: what needs a model, and no pipeline. */
export async function localMails(): Promise<TrainingData> {
  return { split: splitMails(await loadMails()) };
}

/** Trains the spam filter, the same each time. */
export async function trainSpamFilter(folder: string, { split, dataset }: TrainingData): Promise<Trained> {
  const started = performance.now();
  const result = train(split, { dataset });
  const artifact = mkdtempSync(join(folder, 'artifact-'));
  await writeArtifact(artifact, result);
  const { train: seen, holdOut } = split;
  const { accuracy, precision, recall, f1, auc } = result.metrics;
  return {
    artifact,
    holdOut,
    report: {
      mails: seen.length + holdOut.length,
      dataset,
      train: seen.length,
      heldOut: holdOut.length,
      metrics: { accuracy, precision, recall, f1, auc },
      seconds: (performance.now() - started) / 1000,
    },
  };
}

/** The controller of the deployed stage's endpoint, as `npx slipway models use` asks it; undefined where the stage has none. */
export function stageController(
  config: ClientConfig,
  outputs: Readonly<Record<string, string>>,
): EndpointControl | undefined {
  const { [CONTROLLER_OUTPUT]: name } = outputs;
  if (name === undefined) return undefined;
  const arn = `arn:aws:states:${config.region}:${EMULATOR_ACCOUNT}:stateMachine:${name}`;
  const port = new StepFunctionsExecutions(new SFNClient(config), arn);
  return new EndpointControl({
    port,
    identity: async () => 'rehearsal',
    // Endpoints of the double take no minutes.
    sleep: () => sleep(LOOK_MS),
  });
}

/** The registry of the deployed stage, as `npx slipway models` uses it. */
export function stageRegistry(config: ClientConfig, outputs: Readonly<Record<string, string>>): ModelRegistry {
  const { RegistryTableName: table, ArtifactBucketName: bucket, ModelName: model } = outputs;
  if (table === undefined || bucket === undefined || model === undefined)
    throw new Error('the stage has no registry among its outputs');
  return awsRegistry({
    dynamo: new DynamoDBClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sts: new STSClient(config),
    table,
    bucket,
    model,
    datasets: StageData.of(config, outputs)?.catalogue,
  });
}
