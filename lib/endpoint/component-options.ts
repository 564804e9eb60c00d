import { type Duration, type Size, SizeRoundingBehavior } from 'aws-cdk-lib';
import { checkDuration, checkNumber } from '../core/checks';
import { acceleratorsOf } from './gpu-memory';
import { memoryFaultOf } from './instance-types';
import type { ModelSource } from './model-source';
import type { ScalingSchedule } from './scaling-schedule';

/** How the copies of one model share the instances of a fleet, and how many there are. */
export interface ComponentOptions {
  /**
   * The most copies.
   * @default 1, or the profile's minimum or that of a schedule where it is higher
   */
  readonly maxCopies?: number;
  /**
   * GPUs or other accelerators of one copy.
   * @default all of an instance
   */
  readonly accelerators?: number;
  /**
   * Processors of one copy.
   * @default 1 where a copy has no accelerator; otherwise not reserved
   */
  readonly cpuCores?: number;
  /**
   * Memory that is reserved for one copy: far below that of the instance, of which SageMaker keeps a part.
   * @default 1,024 MiB
   */
  readonly memory?: Size;
  /**
   * Requests that one copy works on at the same time within the objective.
   * @default 4
   */
  readonly maxConcurrentRequests?: number;
  /**
   * The share of it that is used, above 0 and at most 1.
   * @default 0.8
   */
  readonly safetyFactor?: number;
  /**
   * How long after removing a copy the next one stays. The instance goes after its last copy, some twelve minutes later.
   * @default 5 minutes
   */
  readonly scaleInCooldown?: Duration;
  /**
   * Times at which copies are kept, so that the first users of the day do not wait for the fleet.
   * @default none
   */
  readonly schedules?: ScalingSchedule[];
  /**
   * Size of the model's weights, which is checked against the memory of one instance.
   * @default not checked
   */
  readonly modelMemory?: Size;
}

/** A further model on the fleet. */
export interface FleetComponent extends ComponentOptions {
  /** Part of its name, `<endpoint>-<name>`; lower case letters, digits and hyphens. */
  readonly name: string;
  /** The model. */
  readonly model: ModelSource;
  /**
   * The fewest copies.
   * @default 0
   */
  readonly minCopies?: number;
}

/** A component with what the stage or the user keeps of it. */
export interface PlannedComponent extends ComponentOptions {
  /** Part of construct ids and alarm names; absent for the model that answers predictions. */
  readonly of?: string;
  readonly min: number;
}

/** The most copies that there ever are: stated, kept always, or kept by a schedule. */
export function mostCopies({ min, maxCopies = 1, schedules = [] }: PlannedComponent): number {
  return Math.max(1, min, maxCopies, ...schedules.map(({ minimumInstances }) => minimumInstances));
}

/** A fraction is shown in the fault instead of failing on its own. */
const EXACT = { rounding: SizeRoundingBehavior.NONE };
export const COUNT = { min: 1, max: 1000, integer: true, known: true, fix: 'state a number' };

/** All faults of one component on instances of these types. */
export function componentFaults(component: PlannedComponent, types: readonly string[]): (string | undefined)[] {
  const named = (name: string) => (component.of === undefined ? name : `${name} of component "${component.of}"`);
  const most = Math.min(...types.map(acceleratorsOf).filter((count) => count > 0));
  return [
    ...types.map((type) => memoryFaultOf(type, component.modelMemory)),
    checkNumber(named('maxCopies'), component.maxCopies, COUNT),
    checkNumber(named('minCopies'), component.min, { ...COUNT, min: 0 }),
    checkNumber(named('accelerators'), component.accelerators, {
      ...COUNT,
      max: Number.isFinite(most) ? most : COUNT.max,
      fix: `a copy lies on one instance of ${types.join(' or ')}`,
    }),
    checkNumber(named('cpuCores'), component.cpuCores, { ...COUNT, integer: false, min: 0.25 }),
    checkNumber(named('memory'), component.memory?.toMebibytes(EXACT), {
      min: 128,
      max: 4_194_304,
      integer: true,
      fix: 'state what one copy reserves',
    }),
    checkNumber(named('maxConcurrentRequests'), component.maxConcurrentRequests, {
      ...COUNT,
      integer: false,
      min: 0.1,
    }),
    checkNumber(named('safetyFactor'), component.safetyFactor, {
      min: 0.05,
      max: 1,
      known: true,
      fix: 'state which share of a copy is used',
    }),
    checkDuration(named('scaleInCooldown'), component.scaleInCooldown, {
      minMs: 0,
      maxMs: 3_600_000,
      known: true,
      wholeSeconds: true,
      fix: 'more than an hour would follow no load',
    }),
  ];
}
