import type { Endpoint } from '../endpoint/endpoint-model';
import type { Rule, Subject, Violation } from '../rule';
import { sageMakerApi } from '../sources';
import type { Field } from '../template/field';
import { deploymentsOf, fixedInstanceCount } from './deployments';

const LARGEST_CANARY = 50;
const LINEAR_STEP = { min: 10, max: 50 };
const BATCH = { min: 5, max: 50 };

export const rolloutSizeRules: readonly Rule[] = [
  {
    id: 'rollout-canary-size',
    severity: 'error',
    what: 'A canary takes too large a share of the traffic',
    limit: `At most ${LARGEST_CANARY} % of the instances of the variant`,
    source: sageMakerApi('TrafficRoutingConfig'),
    fix: `Set a canary of ${LARGEST_CANARY} % or less; 10 % shows most faults`,
    *check(subject) {
      for (const [routing, endpoint] of routings(subject, 'CANARY')) {
        yield* outside(routing.at('CanarySize'), { min: 0, max: LARGEST_CANARY }, 'a canary', subject, endpoint);
      }
    },
  },
  {
    id: 'rollout-linear-size',
    severity: 'error',
    what: 'A linear rollout shifts the traffic in steps that are too small or too large',
    limit: `${LINEAR_STEP.min} to ${LINEAR_STEP.max} % of the instances of the variant`,
    source: sageMakerApi('TrafficRoutingConfig'),
    fix: `Set a step from ${LINEAR_STEP.min} to ${LINEAR_STEP.max} %`,
    *check(subject) {
      for (const [routing, endpoint] of routings(subject, 'LINEAR')) {
        yield* outside(routing.at('LinearStepSize'), LINEAR_STEP, 'a linear step', subject, endpoint);
      }
    },
  },
  {
    id: 'rollout-size-missing',
    severity: 'error',
    what: 'A canary or a linear rollout does not say how large its steps are',
    limit: '`CanarySize` with `CANARY`, `LinearStepSize` with `LINEAR`',
    source: sageMakerApi('TrafficRoutingConfig'),
    fix: 'Give the size of the step',
    *check(subject) {
      for (const [type, size] of [
        ['CANARY', 'CanarySize'],
        ['LINEAR', 'LinearStepSize'],
      ] as const) {
        for (const [routing] of routings(subject, type)) {
          if (routing.at(size).isMissing) yield { at: routing.at(size), message: `${type} has no ${size}` };
        }
      }
    },
  },
  {
    id: 'rollout-batch-size',
    severity: 'error',
    what: 'A rolling update replaces too few or too many instances or copies at a time',
    limit: `${BATCH.min} to ${BATCH.max} % of the instances, or of the copies of an inference component`,
    source: sageMakerApi('RollingUpdatePolicy'),
    fix: `Set a batch from ${BATCH.min} to ${BATCH.max} %`,
    *check(subject) {
      for (const { config, endpoint } of deploymentsOf(subject)) {
        const size = config.at('RollingUpdatePolicy', 'MaximumBatchSize');
        yield* outside(size, BATCH, 'a batch', subject, endpoint);
      }
    },
  },
];

function* routings(subject: Subject, type: string): Iterable<[Field, Endpoint | undefined]> {
  for (const { config, endpoint } of deploymentsOf(subject)) {
    const routing = config.at('BlueGreenUpdatePolicy', 'TrafficRoutingConfiguration');
    if (routing.at('Type').text === type) yield [routing, endpoint];
  }
}

function* outside(
  size: Field,
  { min, max }: { readonly min: number; readonly max: number },
  what: string,
  subject: Subject,
  endpoint: Endpoint | undefined,
): Iterable<Violation> {
  const value = size.at('Value');
  const percent = percentOf(size, subject, endpoint);
  if (percent === undefined || (percent >= min && percent <= max)) return;
  yield { at: value, message: `${what} is ${Math.round(percent)} %` };
}

/** The share that a size is; undefined where it is not known. */
function percentOf(size: Field, subject: Subject, endpoint: Endpoint | undefined): number | undefined {
  const value = size.at('Value').number;
  const type = size.at('Type').text;
  if (value === undefined || type === 'CAPACITY_PERCENT') return value;
  if (type !== 'INSTANCE_COUNT' || endpoint === undefined) return undefined;
  const instances = fixedInstanceCount(subject, endpoint);
  // Of one instance no share is small enough, and it is updated all the same.
  return instances === undefined || instances < 2 ? undefined : (value / instances) * 100;
}
