import { Duration } from 'aws-cdk-lib';
import { checkDuration, checkNumber, faultsOf } from '../core/checks';
import { ConfigError } from '../core/config-error';
import type { EndpointObjectives } from './api';
import { concurrencyTarget, instancesForRate, invocationsPerMinute, requestsInFlight } from './scaling-formulas';
import type { ScalingSchedule } from './scaling-schedule';

/** What all scaling has. */
export interface ScalingOptions {
  /**
   * The most instances.
   * @default what the peak needs, computed from what one instance takes; known only with objectives
   */
  readonly maxInstances?: number;
  /**
   * How long after removing an instance the next one stays.
   * @default 5 minutes
   */
  readonly scaleInCooldown?: Duration;
  /**
   * How long after adding instances none are added.
   * @default 1 minute
   */
  readonly scaleOutCooldown?: Duration;
  /**
   * Times at which more instances are kept.
   * @default none
   */
  readonly schedules?: ScalingSchedule[];
}

/** By the number of requests. */
export interface InvocationScalingOptions extends ScalingOptions {
  /** Requests a second that one instance answers within the objective, measured by a load test. */
  readonly maxRequestsPerSecond: number;
  /**
   * The share of it that is used, above 0 and at most 1: new instances take minutes, and the load goes on rising meanwhile.
   * @default 0.5, which the developer guide advises to start with
   */
  readonly safetyFactor?: number;
}

/** By the number of requests in flight; for requests that differ much in length, such as those of language models. */
export interface ConcurrencyScalingOptions extends ScalingOptions {
  /** Requests that one instance works on at the same time within the objective, measured by a load test. */
  readonly maxConcurrentRequests: number;
  /**
   * The share of it that is used, above 0 and at most 1.
   * @default 0.8: the metric comes every ten seconds
   */
  readonly safetyFactor?: number;
}

/** @internal */
export interface ScalingPlan {
  readonly min: number;
  readonly max: number;
  /** Absent where the number of instances is fixed. */
  readonly tracking?: TrackedMetric;
  readonly schedules: readonly ScalingSchedule[];
}

/** @internal */
export interface TrackedMetric {
  /** Predefined by Application Auto Scaling. */
  readonly metricType: string;
  readonly target: number;
  readonly scaleInCooldown: Duration;
  readonly scaleOutCooldown: Duration;
}

const SCALE_IN = Duration.minutes(5);
const SCALE_OUT = Duration.minutes(1);

/** How many instances an endpoint has. */
export class EndpointScaling {
  /** Always the same number, or the profile's minimum where it is higher. */
  static fixed(instances: number): EndpointScaling {
    return new EndpointScaling({ maxInstances: instances }, undefined);
  }

  /** Follows the requests a minute that an instance gets. */
  static onInvocations(options: InvocationScalingOptions): EndpointScaling {
    const { maxRequestsPerSecond: most, safetyFactor = 0.5 } = options;
    return new EndpointScaling(options, {
      metricType: 'SageMakerVariantInvocationsPerInstance',
      takes: ['maxRequestsPerSecond', most],
      safetyFactor,
      target: invocationsPerMinute(most, safetyFactor),
      load: ({ peakRequestsPerSecond }) => peakRequestsPerSecond,
    });
  }

  /** Follows the requests that an instance works on at the same time, measured every ten seconds. */
  static onConcurrency(options: ConcurrencyScalingOptions): EndpointScaling {
    const { maxConcurrentRequests: most, safetyFactor = 0.8 } = options;
    return new EndpointScaling(options, {
      metricType: 'SageMakerVariantConcurrentRequestsPerModelHighResolution',
      takes: ['maxConcurrentRequests', most],
      safetyFactor,
      target: concurrencyTarget(most, safetyFactor),
      load: ({ peakRequestsPerSecond, latencyP95 }) =>
        requestsInFlight(peakRequestsPerSecond, latencyP95.toSeconds({ integral: false })),
    });
  }

  private constructor(
    private readonly options: ScalingOptions,
    private readonly measure: Measure | undefined,
  ) {
    const faults = faultsOf(
      checkNumber('maxInstances', options.maxInstances, {
        min: 1,
        max: 1000,
        integer: true,
        known: true,
        fix: 'state how many instances there may be',
      }),
      checkNumber(measure?.takes[0] ?? '', measure?.takes[1], {
        min: 0.001,
        max: 100_000,
        known: true,
        fix: 'measure one instance under load',
      }),
      checkNumber('safetyFactor', measure?.safetyFactor, {
        min: 0.05,
        max: 1,
        known: true,
        fix: 'state which share of an instance is used',
      }),
      cooldown('scaleInCooldown', options.scaleInCooldown),
      cooldown('scaleOutCooldown', options.scaleOutCooldown),
    );
    if (faults.length > 0) throw new ConfigError('EndpointScaling', faults);
  }

  /**
   * Whether instances come and go.
   *
   * @internal
   */
  get _scales(): boolean {
    return this.measure !== undefined;
  }

  /**
   * Smallest and largest number, and what is tracked between them; a text where the largest cannot be known.
   *
   * @internal
   */
  _plan(minimum: number, objectives: EndpointObjectives | undefined): ScalingPlan | string {
    const { measure, options } = this;
    const min = Math.max(1, minimum);
    if (measure === undefined) {
      const instances = Math.max(min, options.maxInstances ?? 1);
      return { min: instances, max: instances, schedules: [] };
    }
    const computed =
      objectives === undefined
        ? undefined
        : instancesForRate(measure.load(objectives), measure.takes[1], measure.safetyFactor);
    const most = options.maxInstances ?? computed;
    if (most === undefined) {
      return 'how many instances the peak needs is not known, expected objectives or maxInstances of the scaling; give one of them';
    }
    return {
      min,
      max: Math.max(min, most, ...(options.schedules ?? []).map(({ minimumInstances }) => minimumInstances)),
      tracking: {
        metricType: measure.metricType,
        target: measure.target,
        scaleInCooldown: options.scaleInCooldown ?? SCALE_IN,
        scaleOutCooldown: options.scaleOutCooldown ?? SCALE_OUT,
      },
      schedules: options.schedules ?? [],
    };
  }
}

interface Measure {
  readonly metricType: string;
  /** What one instance takes: name of the property and its value. */
  readonly takes: readonly [string, number];
  readonly safetyFactor: number;
  readonly target: number;
  readonly load: (objectives: EndpointObjectives) => number;
}

function cooldown(name: string, value: Duration | undefined): string | undefined {
  return checkDuration(name, value, {
    minMs: 0,
    maxMs: 3_600_000,
    known: true,
    wholeSeconds: true,
    fix: 'more than an hour would follow no load',
  });
}
