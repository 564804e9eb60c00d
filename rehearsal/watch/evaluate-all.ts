import type { AlarmDeclaration, CompositeAlarmDeclaration } from './alarm-declaration';
import { type AlarmResult, type EvaluationOptions, evaluateAlarm } from './alarm-evaluator';
import { evaluateComposites } from './composite';
import type { MetricStore } from './metric-store';
import type { AlarmState } from './missing-data';

/**
 * Evaluates every alarm of a stage once: first the metric alarms, then the composite alarms over their new states.
 *
 * @param now milliseconds since the epoch
 * @param previous states by alarm name, as the last evaluation left them
 * @returns results by alarm name, metric alarms first, in the order of their declaration
 * @throws RangeError for an alarm without a name, or two of one name: one result would hide the other
 */
export function evaluateAll(
  alarms: readonly AlarmDeclaration[],
  composites: readonly CompositeAlarmDeclaration[],
  store: MetricStore,
  now: number,
  previous: ReadonlyMap<string, AlarmState>,
  options: EvaluationOptions = {},
): ReadonlyMap<string, AlarmResult> {
  const alarmsByName = byName(alarms);
  const compositesByName = byName(composites);
  for (const name of compositesByName.keys()) if (alarmsByName.has(name)) throw twoOf(name);

  const results = new Map<string, AlarmResult>();
  for (const [name, alarm] of alarmsByName) {
    results.set(name, evaluateAlarm(alarm, store, now, previous.get(name), options));
  }
  return new Map([...results, ...evaluateComposites(compositesByName, results)]);
}

function byName<T extends { readonly AlarmName?: string | undefined }>(declared: readonly T[]): ReadonlyMap<string, T> {
  const named = new Map<string, T>();
  for (const alarm of declared) {
    const { AlarmName } = alarm;
    if (!AlarmName) throw new RangeError('alarm has no AlarmName; give each declaration the name it is deployed with');
    if (named.has(AlarmName)) throw twoOf(AlarmName);
    named.set(AlarmName, alarm);
  }
  return named;
}

function twoOf(name: string): RangeError {
  return new RangeError(`two alarms are named "${name}"; names are unique within a region`);
}
