import { type CloudWatchClient, DescribeAlarmHistoryCommand } from '@aws-sdk/client-cloudwatch';
import type { AlarmChange } from '../ports';

/** A rollout bakes for minutes to hours: an alarm that changed more often in it is told by its first changes seen. */
const MOST_CHANGES = 100;

/** Changes of an alarm's state, the latest first. Its history says what its description says, and of which time. */
export async function alarmChanges(client: CloudWatchClient, alarm: string): Promise<AlarmChange[]> {
  const { AlarmHistoryItems = [] } = await client.send(
    new DescribeAlarmHistoryCommand({
      AlarmName: alarm,
      HistoryItemType: 'StateUpdate',
      ScanBy: 'TimestampDescending',
      MaxRecords: MOST_CHANGES,
    }),
  );
  return AlarmHistoryItems.flatMap(({ Timestamp, HistoryData = '' }) => {
    const newState = newStateOf(HistoryData);
    return Timestamp === undefined || newState === undefined ? [] : [{ at: Timestamp.getTime(), ...newState }];
  });
}

interface HistoryData {
  readonly newState?: {
    readonly stateValue?: string;
    readonly stateReason?: string;
    readonly stateReasonData?: { readonly recentDatapoints?: unknown; readonly threshold?: unknown };
  };
}

function newStateOf(text: string): Omit<AlarmChange, 'at'> | undefined {
  const { newState } = JSON.parse(text) as HistoryData;
  if (newState?.stateValue === undefined) return undefined;
  const { recentDatapoints, threshold } = newState.stateReasonData ?? {};
  return {
    state: newState.stateValue,
    reason: newState.stateReason ?? '',
    dataPoints: Array.isArray(recentDatapoints) ? recentDatapoints.filter((point) => typeof point === 'number') : [],
    threshold: typeof threshold === 'number' ? threshold : undefined,
  };
}
