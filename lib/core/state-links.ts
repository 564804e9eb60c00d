import { CfnOutput, Stack } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';

/**
 * Links from the stack of state to the replaceable ones: SSM parameters under `/slipway/<deployment>/`, never exports, so
 * that neither side blocks the other's update.
 *
 * @internal
 */
export const STATE_LINK = {
  key: 'key-arn',
  registryTable: 'registry-table-arn',
  artifactBucket: 'artifact-bucket-arn',
  recordsTable: 'records-table-arn',
  payloadBucket: 'payload-bucket-arn',
  subjectSecret: 'subject-secret-arn',
  datasetBucket: 'dataset-bucket-arn',
  catalogueTable: 'catalogue-table-arn',
  endpointSince: 'endpoint-created-at',
} as const;

type StateLink = (typeof STATE_LINK)[keyof typeof STATE_LINK];

function parameterName(deployment: string, link: StateLink): string {
  return `/slipway/${deployment}/${link}`;
}

/** Publishes a value of the stack of state. */
export function publishLink(scope: Construct, deployment: string, link: StateLink, value: string): void {
  new StringParameter(scope, `Link-${link}`, {
    parameterName: parameterName(deployment, link),
    stringValue: value,
    description: `${link} of ${deployment}, read by its other stacks`,
  });
}

/** Reads a published value when the reading stack is deployed. */
export function readLink(scope: Construct, deployment: string, link: StateLink): string {
  return StringParameter.valueForStringParameter(scope, parameterName(deployment, link));
}

/** An output that the command line finds a stage's resources by. */
export function output(scope: Construct, name: string, value: string, description: string): void {
  new CfnOutput(Stack.of(scope), name, { value, description });
}
