import { Annotations, Duration, Size } from 'aws-cdk-lib';
import type { CfnEndpoint } from 'aws-cdk-lib/aws-sagemaker';
import { PRODUCTION_VARIANT, SHADOW_VARIANT } from '../../protocol/endpoint';
import { checkNumber, faultsOf } from '../core/checks';
import type { BackendCapabilities, ComponentModel, EndpointFront } from './api';
import { endpointAlarm, objectiveAlarms } from './endpoint-alarms';
import { EndpointScaling, type ScalingPlan } from './endpoint-scaling';
import {
  type HostingConfig,
  type HostingContext,
  type HostingLoad,
  type HostingTraits,
  type IEndpointHosting,
  type InstanceOptions,
  instanceFaults,
  instanceSettings,
  metricsConfigOf,
  startUpOf,
  typesOf,
} from './hosting';
import { memoryFaultOf } from './instance-types';
import type { ModelSource } from './model-source';
import { variantSubject } from './sagemaker-metric';
import { EndpointTarget, VARIANT_DIMENSION } from './scalable-target';

/** Properties of real-time hosting. */
export interface RealTimeHostingProps extends InstanceOptions {
  /**
   * How many instances there are.
   * @default EndpointScaling.fixed(1), or the profile's minimum where it is higher
   */
  readonly scaling?: EndpointScaling;
  /**
   * Size of the model's weights, which is checked against the memory of one instance.
   * @default not checked
   */
  readonly modelMemory?: Size;
  /**
   * A candidate that gets a share of the requests beside the production variant; its answers go nowhere but into a data capture.
   * @default none
   */
  readonly shadow?: ShadowVariantOptions;
}

/** A shadow variant. */
export interface ShadowVariantOptions {
  /** The candidate. */
  readonly model: ModelSource;
  /** Share of the requests that it gets too, in percent; 1 to 100. */
  readonly samplingPercent: number;
  /**
   * Type of its instances.
   * @default as the production variant
   */
  readonly instanceType?: string;
}

/** Instances that wait for requests. */
export class RealTimeHosting implements IEndpointHosting {
  readonly capabilities: BackendCapabilities = {
    // An invocation ends after 60 s (API reference, InvokeEndpoint).
    maxTimeout: Duration.seconds(60),
    maxInput: Size.mebibytes(6),
    keepsInstances: true,
    ownsEndpoint: true,
    blueGreen: true,
    trafficShifting: true,
    rolling: true,
    shadow: true,
  };
  /** @internal */
  readonly _traits: HostingTraits;
  private readonly scaling: EndpointScaling;

  constructor(private readonly props: RealTimeHostingProps) {
    this.scaling = props.scaling ?? EndpointScaling.fixed(1);
    const shadowType = props.shadow?.instanceType;
    this._traits = {
      instanceTypes: [...typesOf(props), ...(shadowType === undefined ? [] : [shadowType])],
      loadsPrefixes: true,
      hasNetwork: true,
      capturesData: true,
      hasComponents: false,
      hasShadow: props.shadow !== undefined,
      countsModelErrors: true,
      starts: startUpOf(props),
      subjects: (endpointName) => [
        { subject: variantSubject(endpointName, PRODUCTION_VARIANT), what: 'the production variant' },
      ],
      componentNames: () => [],
    };
  }

  /** @internal */
  _front(): EndpointFront {
    return {};
  }

  /** @internal */
  _faults({ minimumInstances, objectives }: HostingLoad): string[] {
    const { props, scaling } = this;
    const types = this._traits.instanceTypes;
    const plan = scaling._plan(minimumInstances, objectives);
    return faultsOf(
      ...instanceFaults(props, types),
      ...types.map((type) => memoryFaultOf(type, props.modelMemory)),
      ...burstableFaults(types, scaling),
      typeof plan === 'string' ? plan : undefined,
      checkNumber('shadow.samplingPercent', props.shadow?.samplingPercent, {
        min: 1,
        max: 100,
        integer: true,
        known: true,
        fix: 'state percent of the requests, or leave the shadow variant out',
      }),
    );
  }

  /** @internal */
  _configure(context: HostingContext): HostingConfig {
    const { props } = this;
    const { min } = this.plan(context);
    if (min < 2 && context.rollout.kind !== 'all-at-once') {
      Annotations.of(context.scope).addInfoV2(
        'slipway:rolloutOfOneInstance',
        `a part of one instance is the whole of it, so that ${context.rollout} shifts everything in its first step; keep two instances for more`,
      );
    }
    const production = {
      variantName: PRODUCTION_VARIANT,
      modelName: context.model.attrModelName,
      initialInstanceCount: min,
      initialVariantWeight: 1,
      ...instanceSettings(props),
    };
    return {
      production,
      shadow: this.shadowVariant(context),
      metricsConfig: metricsConfigOf(props),
      keepsCount: this.scaling._scales,
      rollsOut: true,
      shadowPercent: props.shadow?.samplingPercent,
    };
  }

  /** @internal */
  _complete(context: HostingContext, endpoint: CfnEndpoint): ComponentModel[] {
    this.scale(context, endpoint);
    return [];
  }

  private scale(context: HostingContext, endpoint: CfnEndpoint): void {
    const plan = this.plan(context);
    scaleVariant(context, endpoint, 'Scaling', PRODUCTION_VARIANT, plan);
    const { shadow } = this.props;
    if (shadow === undefined) return;
    scaleVariant(context, endpoint, 'ShadowScaling', SHADOW_VARIANT, shareOf(plan, shadow.samplingPercent));
    if (context.objectives === undefined) return;
    const watched = {
      subject: variantSubject(context.endpointName, SHADOW_VARIANT),
      purpose: 'shadow',
      what: 'the shadow variant',
      isAsynchronous: false,
      countsModelErrors: true,
    };
    for (const alarm of objectiveAlarms(context.objectives, watched)) {
      endpointAlarm(context.scope, context.endpointName, alarm, context.severityCeiling);
    }
  }

  /**
   * The share of requests is the ratio of the two weights: developer guide, "Shadow variants", whose example gives both weight 1
   * for all requests, and the ramp of shadow tests, which changes the shadow's weight.
   */
  private shadowVariant(context: HostingContext) {
    const { shadow, fallbackInstanceTypes, ...props } = this.props;
    if (shadow === undefined) return undefined;
    return {
      variantName: SHADOW_VARIANT,
      modelName: context.makeModel('ShadowModel', shadow.model).attrModelName,
      initialInstanceCount: shareOf(this.plan(context), shadow.samplingPercent).min,
      initialVariantWeight: shadow.samplingPercent / 100,
      ...instanceSettings({ ...props, instanceType: shadow.instanceType ?? props.instanceType }),
    };
  }

  private plan({ minimumInstances, objectives }: HostingLoad): ScalingPlan {
    const plan = this.scaling._plan(minimumInstances, objectives);
    if (typeof plan === 'string') throw new Error(plan);
    return plan;
  }
}

/** A shadow variant gets a share of the load, and needs that share of the instances. */
function shareOf(plan: ScalingPlan, percent: number): ScalingPlan {
  const part = (instances: number) => Math.max(1, Math.ceil((instances * percent) / 100));
  return { ...plan, min: part(plan.min), max: part(plan.max), schedules: [] };
}

function scaleVariant(
  { scope, endpointName }: HostingContext,
  endpoint: CfnEndpoint,
  id: string,
  variantName: string,
  { min, max, tracking, schedules }: ScalingPlan,
): void {
  if (tracking === undefined) return;
  const target = new EndpointTarget(scope, id, {
    resourceId: `endpoint/${endpointName}/variant/${variantName}`,
    dimension: VARIANT_DIMENSION,
    min,
    max,
    schedules,
    scaled: endpoint,
  });
  target.trackPredefined(tracking.metricType, tracking.target, tracking);
}

/** Developer guide, "Automatic scaling prerequisites". */
function burstableFaults(types: readonly string[], scaling: EndpointScaling): string[] {
  const burstable = types.find((type) => /^ml\.t\d/.test(type));
  if (burstable === undefined || !scaling._scales) return [];
  return [
    `instance type is ${burstable}, expected one that is not burstable; Application Auto Scaling does not take these, use EndpointScaling.fixed or another type`,
  ];
}
