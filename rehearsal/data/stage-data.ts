import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { fetchVersion } from '../../cli/data/fetch';
import { DynamoCatalogue } from '../../cli/data/io/dynamo-catalogue';
import { S3Objects } from '../../cli/data/io/s3-objects';
import { readManifest } from '../../cli/data/manifest';
import { followPipeline, type PipelineEnd } from '../../cli/data/pipeline-run';
import { verifyVersion } from '../../cli/data/verify';
import { StepFunctionsExecutions } from '../../cli/state-machine/io/step-functions';
import { DATA_OUTPUT } from '../../protocol/data-pipeline';
import type { DatasetManifest, DatasetSide, QuarantinedRow } from '../../protocol/dataset';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import type { ClientConfig } from '../aws';
import { EMULATOR_ACCOUNT } from '../emulator/emulator';

/** The data pipeline of a deployed stage, as the commands of `slipway data` use it. */
export class StageData {
  readonly dataset: string;
  readonly bucket: string;
  readonly catalogue: DynamoCatalogue;
  private readonly objects: S3Objects;
  private readonly executions: StepFunctionsExecutions;
  private readonly s3: S3Client;

  /** Undefined where the stage has no pipeline. */
  static of(config: ClientConfig, outputs: Readonly<Record<string, string>>): StageData | undefined {
    const { [DATA_OUTPUT.dataset]: dataset, [DATA_OUTPUT.bucket]: bucket, [DATA_OUTPUT.table]: table } = outputs;
    const pipeline = outputs[DATA_OUTPUT.pipeline];
    if (dataset === undefined || bucket === undefined || table === undefined || pipeline === undefined) {
      return undefined;
    }
    return new StageData(config, { dataset, bucket, table, pipeline });
  }

  constructor(
    config: ClientConfig,
    names: { readonly dataset: string; readonly bucket: string; readonly table: string; readonly pipeline: string },
  ) {
    this.dataset = names.dataset;
    this.bucket = names.bucket;
    this.s3 = new S3Client({ ...config, forcePathStyle: true });
    this.objects = new S3Objects(this.s3, names.bucket);
    this.catalogue = new DynamoCatalogue({
      client: new DynamoDBClient(config),
      table: names.table,
      dataset: names.dataset,
    });
    const arn = `arn:aws:states:${config.region}:${EMULATOR_ACCOUNT}:stateMachine:${names.pipeline}`;
    this.executions = new StepFunctionsExecutions(new SFNClient(config), arn);
  }

  /** Puts an object where new data arrive. */
  async arrive(name: string, body: Buffer): Promise<void> {
    const Key = `${DATASET_OBJECTS.inbox}${name}`;
    await this.s3.send(new PutObjectCommand({ Bucket: this.bucket, Key, Body: body }));
  }

  /** Starts an execution, by ARN. */
  start(): Promise<string> {
    return this.executions.start({});
  }

  /** One execution from its start to its end. */
  async run(tell: (text: string) => void = () => {}): Promise<PipelineEnd> {
    return this.follow(await this.start(), tell);
  }

  /** To its end; one that did not end well is an error. */
  follow(execution: string, tell: (text: string) => void = () => {}): Promise<PipelineEnd> {
    const { executions: pipeline, catalogue } = this;
    return followPipeline({ pipeline, catalogue }, execution, { tell, sleep: () => sleep(LOOK_MS) });
  }

  manifest(version: string): Promise<DatasetManifest> {
    return readManifest(this.objects, version);
  }

  /** Whether what is stored of a version is what its manifest says. */
  async isWhole(manifest: DatasetManifest): Promise<boolean> {
    return (await verifyVersion(this.objects, manifest, () => {})).faults.length === 0;
  }

  /** The rows of a version, fetched as anybody would. */
  async rows(manifest: DatasetManifest, folder: string): Promise<Readonly<Record<DatasetSide, readonly unknown[]>>> {
    await fetchVersion({ objects: this.objects, manifest, folder, tell: () => {} });
    return { train: await readRows(join(folder, 'train')), holdout: await readRows(join(folder, 'holdout')) };
  }

  /** What a run set apart. */
  async quarantined(run: string): Promise<readonly QuarantinedRow[]> {
    const files = await this.objects.list(DATASET_OBJECTS.quarantineOf(run));
    const rows: QuarantinedRow[] = [];
    for (const { key } of files) {
      const body = await this.objects.read(key);
      if (body === undefined) continue;
      for await (const line of createInterface({ input: body, crlfDelay: Number.POSITIVE_INFINITY })) {
        if (line !== '') rows.push(JSON.parse(line));
      }
    }
    return rows;
  }
}

/** Executions on this machine take seconds. */
const LOOK_MS = 250;

async function readRows(folder: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (const file of (await readdir(folder)).toSorted()) {
    const lines = createInterface({ input: createReadStream(join(folder, file)), crlfDelay: Number.POSITIVE_INFINITY });
    for await (const line of lines) rows.push(JSON.parse(line));
  }
  return rows;
}
