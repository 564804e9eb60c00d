import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DescribeEndpointCommand,
  type DescribeEndpointOutput,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { ClientConfig } from '../../rehearsal/aws';
import { EMULATOR_ACCOUNT } from '../../rehearsal/emulator/emulator';

const BUCKET = 'models-of-somebody-else';

/** An endpoint that no stack of the stage knows, as another team deploys it: a model from a bucket of theirs, on an instance. */
export async function deployElsewhere(
  sageMaker: SageMakerClient,
  config: ClientConfig,
  { endpoint, artifact }: { readonly endpoint: string; readonly artifact: string },
): Promise<void> {
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const LocationConstraint = config.region as 'eu-west-1';
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint } }));
  for (const name of readdirSync(artifact)) {
    const Body = createReadStream(join(artifact, name));
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `spam/${name}`, Body }));
  }
  const S3DataSource = { S3DataType: 'S3Prefix', CompressionType: 'None', S3Uri: `s3://${BUCKET}/spam/` } as const;
  await sageMaker.send(
    new CreateModelCommand({
      ModelName: endpoint,
      ExecutionRoleArn: `arn:aws:iam::${EMULATOR_ACCOUNT}:role/somebody-else`,
      PrimaryContainer: {
        Image: `${EMULATOR_ACCOUNT}.dkr.ecr.${config.region}.amazonaws.com/spam-filter:1.0.0`,
        ModelDataSource: { S3DataSource },
      },
    }),
  );
  await sageMaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: endpoint,
      ProductionVariants: [
        { VariantName: 'main', ModelName: endpoint, InstanceType: 'ml.m7i.large', InitialInstanceCount: 1 },
      ],
    }),
  );
  await sageMaker.send(new CreateEndpointCommand({ EndpointName: endpoint, EndpointConfigName: endpoint }));
  for (;;) {
    const { EndpointStatus, FailureReason } = await described(sageMaker, endpoint);
    if (EndpointStatus === 'InService') return;
    if (EndpointStatus !== 'Creating') throw new Error(`${endpoint} is ${EndpointStatus}: ${FailureReason}`);
    await sleep(100);
  }
}

export function described(sageMaker: SageMakerClient, EndpointName: string): Promise<DescribeEndpointOutput> {
  return sageMaker.send(new DescribeEndpointCommand({ EndpointName }));
}
