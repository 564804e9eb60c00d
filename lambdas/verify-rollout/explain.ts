import type { AlarmChange, Rollouts } from './ports';

/** Where it is not known when the rollout began, as of inference components, whose configuration stays: longer than any rollout that a profile allows. */
const LOOK_BACK_MS = 6 * 3_600_000;
/** CloudFormation shows 4 KB: so many alarms with so long a reason fit beside the names. */
const MOST_ALARMS = 5;
const MOST_REASON = 400;
const MOST_POINTS = 10;

/** Which alarms were in ALARM since the rollout began, with their data points. Numbers and names only. */
export async function explainRollback(
  rollouts: Rollouts,
  alarms: readonly string[],
  began: number | undefined,
  now: number,
): Promise<string> {
  if (alarms.length === 0) {
    return 'it has no rollback alarms, so that the new instances did not pass their health checks; its log group says why';
  }
  const since = began ?? now - LOOK_BACK_MS;
  const texts: string[] = [];
  for (const alarm of alarms) {
    const fired = firedSince(await rollouts.changes(alarm), since);
    if (fired !== undefined) texts.push(`alarm ${alarm} ${alarmText(fired, since)}`);
  }
  if (texts.length === 0) {
    return `none of its rollback alarms (${alarms.join(', ')}) fired since ${isoOf(since)}: the new instances did not pass their health checks; its log group says why`;
  }
  const more = texts.length > MOST_ALARMS ? `; and ${texts.length - MOST_ALARMS} more alarms` : '';
  return `${texts.slice(0, MOST_ALARMS).join('; ')}${more}`;
}

/** The first alarm of the rollout, or one that had fired before and had not ended when it began. */
function firedSince(changes: readonly AlarmChange[], since: number): AlarmChange | undefined {
  const during = changes.findLast(({ at, state }) => at >= since && state === 'ALARM');
  if (during !== undefined) return during;
  const before = changes.find(({ at }) => at < since);
  return before?.state === 'ALARM' ? before : undefined;
}

function alarmText({ at, reason, dataPoints, threshold }: AlarmChange, since: number): string {
  const when = at < since ? `was in ALARM already, since ${isoOf(at)}` : `went into ALARM at ${isoOf(at)}`;
  const limit = threshold === undefined ? '' : ` against ${threshold}`;
  const points = dataPoints.length === 0 ? '' : `; data points ${dataPoints.slice(-MOST_POINTS).join(', ')}${limit}`;
  return `${when}: ${reason.slice(0, MOST_REASON)}${points}`;
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
