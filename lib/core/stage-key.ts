import type { RemovalPolicy } from 'aws-cdk-lib';
import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** @internal */
export interface StageKeyProps {
  readonly deployment: string;
  readonly removalPolicy: RemovalPolicy;
  readonly multiRegion: boolean;
}

/** The key that encrypts everything a stage keeps. Rotated yearly. */
export function stageKey(scope: Construct, id: string, props: StageKeyProps): Key {
  const key = new Key(scope, id, {
    description: `everything that ${props.deployment} keeps`,
    enableKeyRotation: true,
    multiRegion: props.multiRegion,
    removalPolicy: props.removalPolicy,
  });
  admitLogs(key, props.deployment);
  return key;
}

/** Lets CloudWatch Logs encrypt with the key, for the log groups of this stage's stacks only. */
function admitLogs(key: IKey, deployment: string): void {
  const { partition, region, account, urlSuffix } = Stack.of(key);
  key.addToResourcePolicy(
    new PolicyStatement({
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      resources: ['*'],
      principals: [new ServicePrincipal(`logs.${region}.${urlSuffix}`)],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': [
            `arn:${partition}:logs:${region}:${account}:log-group:${deployment}-*`,
            // SageMaker names the log groups of endpoints and of inference components itself.
            `arn:${partition}:logs:${region}:${account}:log-group:/aws/sagemaker/Endpoints/${deployment}`,
            `arn:${partition}:logs:${region}:${account}:log-group:/aws/sagemaker/InferenceComponents/${deployment}-*`,
            // The service names the execution logs of an API after the API's id, which no key can know before.
            `arn:${partition}:logs:${region}:${account}:log-group:API-Gateway-Execution-Logs_*`,
          ],
        },
      },
    }),
  );
}
