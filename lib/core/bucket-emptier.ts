import { CfnResource, type Stack } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { FunctionSettings } from './handler-function';

/** Id of the construct by which the CDK empties buckets before they are deleted; one a stack. */
const PROVIDER = 'Custom::S3AutoDeleteObjectsCustomResourceProvider';

/**
 * The CDK's own function that empties buckets takes no tags and brings no log group, so that Lambda would make one that is
 * kept for ever. Gives it both. Does nothing in a stack whose buckets stay.
 */
export function adoptBucketEmptier(
  stack: Stack,
  settings: FunctionSettings,
  tags: Readonly<Record<string, string>>,
): void {
  const provider = stack.node.tryFindChild(PROVIDER);
  const handler = provider?.node.tryFindChild('Handler');
  const role = provider?.node.tryFindChild('Role');
  if (!CfnResource.isCfnResource(handler) || !CfnResource.isCfnResource(role)) return;
  const logGroup = new LogGroup(stack, 'BucketEmptierLogs', {
    retention: settings.logRetention ?? RetentionDays.ONE_MONTH,
    removalPolicy: settings.logRemovalPolicy,
    encryptionKey: settings.encryptionKey,
  });
  for (const resource of [handler, role]) {
    resource.addPropertyOverride(
      'Tags',
      Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    );
  }
  handler.addPropertyOverride('LoggingConfig', { LogGroup: logGroup.logGroupName });
}
