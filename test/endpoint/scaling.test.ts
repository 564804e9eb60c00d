import { Duration, Size, Stack } from 'aws-cdk-lib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MEMORY_OVERHEAD, memoryFault } from '../../lib/endpoint/gpu-memory';
import {
  concurrencyTarget,
  instancesForRate,
  invocationsPerMinute,
  requestsInFlight,
} from '../../lib/endpoint/scaling-formulas';
import { EndpointHosting, EndpointScaling, type OfficeHoursOptions, ScalingSchedule } from '../../lib/index';
import { messageOf, newApp } from '../support';
import { endpointWith, OBJECTIVES, REGION, templateOf } from './endpoints';

describe('instances for a load', () => {
  it.each([
    // peak, of one instance, share used, instances
    [40, 20, 0.5, 4],
    [41, 20, 0.5, 5],
    [40, 40, 1, 1],
    [0.01, 100, 0.5, 1],
    // 1.1 / 0.1 is 11.000000000000002 to the machine, which is no twelfth instance.
    [0.3, 0.1, 1, 3],
    [0.6, 0.2, 1, 3],
    [0.7, 0.1, 1, 7],
    [1.1, 0.1, 1, 11],
  ])('%d a second, %d on one instance of which %d is used: %d', (peak, most, share, instances) => {
    expect(instancesForRate(peak, most, share)).toBe(instances);
  });

  it('are enough, and one less would not be', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 10_000, noNaN: true }),
        fc.double({ min: 0.1, max: 500, noNaN: true }),
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        (peak, most, share) => {
          const instances = instancesForRate(peak, most, share);
          expect(instances * most * share).toBeGreaterThanOrEqual(peak * (1 - 1e-6));
          if (instances > 1) expect((instances - 1) * most * share).toBeLessThan(peak * (1 + 1e-6));
        },
      ),
    );
  });

  it.each([
    [20, 0.5, 600],
    [0.1, 1, 6],
    [7, 0.3, 126],
  ])('are kept, at %d a second and %d of it, by a target of %d a minute', (most, share, target) => {
    expect(invocationsPerMinute(most, share)).toBe(target);
  });

  it('are kept by requests in flight: rate times time', () => {
    expect(requestsInFlight(40, 0.2)).toBe(8);
    expect(concurrencyTarget(8, 0.8)).toBe(6.4);
    expect(concurrencyTarget(0.7, 0.1)).toBe(0.07);
  });
});

function scaled(scaling: EndpointScaling, changes: { min?: number; objectives?: boolean } = {}) {
  return templateOf(
    endpointWith(new Stack(newApp(), 'endpoint', { env: REGION }), () => ({
      hosting: EndpointHosting.realTime({ instanceType: 'ml.m7i.large', scaling }),
      objectives: changes.objectives === false ? undefined : OBJECTIVES,
      minimumInstances: changes.min,
    })),
  );
}

const TARGET = {
  ServiceNamespace: 'sagemaker',
  ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
  ResourceId: 'endpoint/reranker/variant/AllTraffic',
  RoleARN:
    'arn:aws:iam::123456789012:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint',
};

describe('the scaling of an endpoint', () => {
  it('follows requests a minute, up to what the peak needs', () => {
    const template = scaled(EndpointScaling.onInvocations({ maxRequestsPerSecond: 20 }), { min: 2 });
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      ...TARGET,
      MinCapacity: 2,
      MaxCapacity: 4,
    });
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 600,
        PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
        ScaleInCooldown: 300,
        ScaleOutCooldown: 60,
      },
    });
  });

  it('follows requests in flight, every ten seconds', () => {
    const template = scaled(
      EndpointScaling.onConcurrency({ maxConcurrentRequests: 4, scaleInCooldown: Duration.minutes(20) }),
    );
    // 40 a second for 0.2 s are 8 in flight, 3.2 of which one instance is asked to take.
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 1, MaxCapacity: 3 });
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 3.2,
        PredefinedMetricSpecification: {
          PredefinedMetricType: 'SageMakerVariantConcurrentRequestsPerModelHighResolution',
        },
        ScaleInCooldown: 1200,
      },
    });
  });

  it('keeps more in office hours, and has room for them', () => {
    const schedules = [ScalingSchedule.officeHours({ minimumInstances: 6, timeZone: 'Europe/Berlin' })];
    const scheduled = EndpointScaling.onInvocations({ maxRequestsPerSecond: 20, schedules });
    scaled(scheduled, { min: 2 }).hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      MinCapacity: 2,
      MaxCapacity: 6,
      ScheduledActions: [
        {
          ScheduledActionName: 'office-hours-start',
          Schedule: 'cron(0 8 ? * MON-FRI *)',
          Timezone: 'Europe/Berlin',
          ScalableTargetAction: { MinCapacity: 6 },
        },
        {
          ScheduledActionName: 'office-hours-end',
          Schedule: 'cron(0 18 ? * MON-FRI *)',
          Timezone: 'Europe/Berlin',
          ScalableTargetAction: { MinCapacity: 2 },
        },
      ],
    });
  });

  it.each(['America/Port-au-Prince', 'America/Argentina/Buenos_Aires', 'Etc/GMT+1', 'UTC'])(
    'knows the zone %s',
    (timeZone) => {
      expect(ScalingSchedule.officeHours({ minimumInstances: 2, timeZone }).timeZone).toBe(timeZone);
    },
  );

  it('is deleted before the endpoint, and its count survives a deployment', () => {
    const template = scaled(EndpointScaling.onInvocations({ maxRequestsPerSecond: 20 }));
    const [[endpoint]] = Object.entries(template.findResources('AWS::SageMaker::Endpoint')) as [[string, object]];
    template.hasResource('AWS::ApplicationAutoScaling::ScalableTarget', { DependsOn: [endpoint] });
    template.hasResourceProperties('AWS::SageMaker::Endpoint', {
      RetainAllVariantProperties: true,
      ExcludeRetainedVariantProperties: [{ VariantPropertyType: 'DesiredWeight' }],
    });
  });

  it('is nothing where the number is fixed, which a deployment may then change', () => {
    const template = scaled(EndpointScaling.fixed(3));
    template.resourceCountIs('AWS::ApplicationAutoScaling::ScalableTarget', 0);
    template.hasResourceProperties('AWS::SageMaker::EndpointConfig', {
      ProductionVariants: [{ InitialInstanceCount: 3 }],
    });
    const [endpoint] = Object.values(template.findResources('AWS::SageMaker::Endpoint'));
    expect(endpoint?.Properties).not.toHaveProperty('RetainAllVariantProperties');
  });

  it('fails where nobody says how many instances there may be', () => {
    const scaling = EndpointScaling.onInvocations({ maxRequestsPerSecond: 20 });
    expect(messageOf(() => scaled(scaling, { objectives: false }))).toContain(
      'how many instances the peak needs is not known, expected objectives or maxInstances',
    );
    const bounded = EndpointScaling.onInvocations({ maxRequestsPerSecond: 20, maxInstances: 2 });
    expect(() => scaled(bounded, { objectives: false })).not.toThrow();
  });

  it('fails on burstable instances', () => {
    const stack = new Stack(newApp(), 'endpoint', { env: REGION });
    const scaling = EndpointScaling.onInvocations({ maxRequestsPerSecond: 2 });
    expect(
      messageOf(() =>
        endpointWith(stack, () => ({
          hosting: EndpointHosting.realTime({ instanceType: 'ml.t3.medium', scaling }),
          objectives: OBJECTIVES,
        })),
      ),
    ).toContain('instance type is ml.t3.medium, expected one that is not burstable');
  });

  it.each<[string, () => unknown, string]>([
    ['a rate of 0', () => EndpointScaling.onInvocations({ maxRequestsPerSecond: 0 }), 'maxRequestsPerSecond is 0'],
    [
      'a share of 2',
      () => EndpointScaling.onConcurrency({ maxConcurrentRequests: 4, safetyFactor: 2 }),
      'safetyFactor is 2, expected a number from 0.05 to 1',
    ],
    ['half an instance', () => EndpointScaling.fixed(0.5), 'maxInstances is 0.5, expected a whole number'],
    [
      'a cool-down of a day',
      () => EndpointScaling.onInvocations({ maxRequestsPerSecond: 1, scaleOutCooldown: Duration.days(1) }),
      'scaleOutCooldown is 86400000 ms',
    ],
  ])('fails with %s', (_, make, fault) => {
    expect(messageOf(make)).toContain(`ConfigError: EndpointScaling: ${fault}`);
  });

  it.each<[Partial<OfficeHoursOptions>, string]>([
    [{ timeZone: 'CET' }, 'timeZone is "CET", expected a name of the time zone database such as "Europe/Berlin"'],
    [{ timeZone: '+01:00' }, 'timeZone is "+01:00", expected a name of the time zone database'],
    [{ timeZone: 'Europe/Berln' }, 'timeZone is "Europe/Berln", expected a name of the time zone database'],
    [{ startHour: 18, endHour: 8 }, 'endHour is 8, expected one after startHour (18)'],
    [{ days: 'weekdays' }, 'days is "weekdays", expected days such as "MON-FRI"'],
    [{ minimumInstances: 0 }, 'minimumInstances is 0, expected a whole number from 1 to 1000'],
    [{ endHour: 24 }, 'endHour is 24'],
  ])('fails with a schedule of %j', (changes, fault) => {
    const make = () => ScalingSchedule.officeHours({ minimumInstances: 2, timeZone: 'UTC', ...changes });
    expect(messageOf(make)).toContain(`ConfigError: ScalingSchedule: ${fault}`);
  });
});

describe('the memory of an instance', () => {
  const gib = (size: number) => Size.gibibytes(size).toMebibytes();

  it.each<[string, number, boolean]>([
    // 7 billion parameters of 2 bytes on 24 GB.
    ['ml.g5.xlarge', gib(14), true],
    ['ml.g5.xlarge', gib(19), false],
    // Four GPUs, over which the model is split.
    ['ml.g5.12xlarge', gib(70), true],
    ['ml.g5.12xlarge', gib(76), false],
    ['ml.p4d.24xlarge', gib(260), true],
    ['ml.p4d.24xlarge', gib(270), false],
    // Without a GPU it lies in the instance's memory.
    ['ml.m5.large', gib(6), true],
    ['ml.m5.large', gib(7), false],
    // The memory of other accelerators and of unknown types is not known: no false refusal.
    ['ml.inf2.xlarge', gib(500), true],
    ['ml.g99.huge', gib(500), true],
  ])('of %s holds %d MiB: %s', (type, size, fits) => {
    expect(memoryFault(type, size) === undefined).toBe(fits);
  });

  it('is the limit to the megabyte', () => {
    const most = Math.floor(22_888 / MEMORY_OVERHEAD);
    expect(memoryFault('ml.g5.xlarge', most)).toBeUndefined();
    expect(memoryFault('ml.g5.xlarge', most + 1)).toBe(
      'modelMemory is 19074 MiB, which needs 22889 MiB with 1.2 x for cache and runtime, expected at most the 1 x 22888 MiB of GPU memory of one ml.g5.xlarge; take a larger instance, or quantize the model',
    );
  });
});
