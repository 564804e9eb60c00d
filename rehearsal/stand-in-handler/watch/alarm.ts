import { CloudWatchClient, DeleteAlarmsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { alarmInput } from '../declared';
import type { Made, StandIn, StandInRequest } from '../stand-in';

/** An alarm on metric math: CloudFormation in the emulator lacks the property, its CloudWatch does not. */
export const alarm: StandIn = {
  create: put,
  update: put,
  async delete({ physicalId }) {
    await new CloudWatchClient({}).send(new DeleteAlarmsCommand({ AlarmNames: [physicalId] }));
  },
};

async function put({ properties, account, region, name }: StandInRequest): Promise<Made> {
  const alarmName = typeof properties.AlarmName === 'string' ? properties.AlarmName : name;
  await new CloudWatchClient({}).send(new PutMetricAlarmCommand(alarmInput(properties, alarmName)));
  return { physicalId: alarmName, attributes: { Arn: `arn:aws:cloudwatch:${region}:${account}:alarm:${alarmName}` } };
}
