import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';

/** The action of an alarm that triggers a scaling policy, by the policy's ARN. */
export function wakeAction(policyArn: string): IAlarmAction {
  return { bind: () => ({ alarmActionArn: policyArn }) };
}
