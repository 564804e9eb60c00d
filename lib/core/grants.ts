import { Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';

/** What DynamoDB does with the key of a table in the name of its caller (developer guide, "usage notes" of KMS keys). */
const TABLE_KEY_ACTIONS = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/** What a key is used for, and through which service: never by the grantee itself. */
export interface KeyUse {
  /** `dynamodb` needs all that a table's key is used for; of the others, reading needs less than writing. */
  readonly service: 'dynamodb' | 's3' | 'secretsmanager' | 'sns' | 'sqs';
  readonly access: 'read' | 'write';
}

/** Lets `grantee` use `key` through the services named, for nothing but what is named. */
export function grantKeyThrough(key: IKey, grantee: IGrantable, uses: readonly KeyUse[]): void {
  const { region, urlSuffix } = Stack.of(key);
  for (const { service, access } of uses) {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: actionsOf(service, access),
        resources: [key.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `${service}.${region}.${urlSuffix}` } },
      }),
    );
  }
}

function actionsOf(service: KeyUse['service'], access: KeyUse['access']): string[] {
  if (service === 'dynamodb') return TABLE_KEY_ACTIONS;
  return access === 'read' ? ['kms:Decrypt'] : ['kms:Decrypt', 'kms:GenerateDataKey'];
}
