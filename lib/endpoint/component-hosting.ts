import { Duration, Size, Stack, Token } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { type CfnEndpoint, CfnInferenceComponent, type CfnModel } from 'aws-cdk-lib/aws-sagemaker';
import type { Construct } from 'constructs';
import { componentName, PRODUCTION_VARIANT } from '../../protocol/endpoint';
import { checkNumber, checkText, faultsOf, show } from '../core/checks';
import { ConfigError } from '../core/config-error';
import type { BackendCapabilities, ComponentModel, EndpointFront, Rollout } from './api';
import {
  COUNT,
  type ComponentOptions,
  componentFaults,
  type FleetComponent,
  mostCopies,
  type PlannedComponent,
} from './component-options';
import { AT_ONCE, endpointAlarm, MINUTE } from './endpoint-alarms';
import { acceleratorsOf } from './gpu-memory';
import {
  type FrontOptions,
  type HostingConfig,
  type HostingContext,
  type HostingLoad,
  type HostingTraits,
  type IEndpointHosting,
  type InstanceOptions,
  instanceFaults,
  instanceSettings,
  metricsConfigOf,
  startSettings,
  startUpOf,
  typesOf,
} from './hosting';
import { componentDeployment } from './rollout-plan';
import { componentSubject, sageMakerMetric } from './sagemaker-metric';
import { COMPONENT_DIMENSION, EndpointTarget } from './scalable-target';
import { concurrencyTarget } from './scaling-formulas';
import { wakeAction } from './wake-action';

/** Properties of a fleet that goes to zero. */
export interface ScaleToZeroHostingProps extends InstanceOptions, ComponentOptions {
  /**
   * The most instances of the fleet.
   * @default as many as all copies need, one each, and those of the batches of a rolling rollout
   */
  readonly maxInstances?: number;
  /**
   * Further models on the same fleet, which are invoked by the names of their inference components.
   * @default none
   */
  readonly components?: FleetComponent[];
  /**
   * Whether to trust that the stack's region has inference components although that is not known here.
   * @default false
   */
  readonly assumeRegion?: boolean;
}

/**
 * Regions in which inference components are known to work. Source: `INFERENCE_COMPONENT_SUPPORTED_REGIONS` of the SageMaker
 * Python SDK's integration tests; a region that is not here may have been added since.
 */
const REGIONS = [
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-southeast-3',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'me-central-1',
  'sa-east-1',
  'us-east-1',
  'us-east-2',
  'us-west-2',
];

const MEMORY_MIB = 1024;
const CONCURRENT_REQUESTS = 4;
const SAFETY = 0.8;
const SCALE_IN = Duration.minutes(5);
const SCALE_OUT = Duration.minutes(1);

/** Inference components on a fleet whose instances come with the first copy and go with the last. */
export class ComponentHosting implements IEndpointHosting {
  readonly capabilities: BackendCapabilities = {
    maxTimeout: Duration.seconds(60),
    maxInput: Size.mebibytes(6),
    keepsInstances: true,
    ownsEndpoint: true,
    scalesToZero: true,
    rolling: true,
  };
  /** @internal */
  readonly _traits: HostingTraits;
  private readonly further: readonly FleetComponent[];

  constructor(private readonly props: ScaleToZeroHostingProps) {
    this.further = props.components ?? [];
    const names = (endpointName: string) => [
      componentName(endpointName),
      ...this.further.map(({ name }) => `${endpointName}-${name}`),
    ];
    this._traits = {
      instanceTypes: typesOf(props),
      loadsPrefixes: true,
      hasNetwork: true,
      capturesData: true,
      hasComponents: true,
      hasShadow: false,
      countsModelErrors: true,
      starts: startUpOf(props),
      subjects: (endpointName) =>
        names(endpointName).map((name, index) => ({
          subject: componentSubject(name),
          of: index === 0 ? undefined : this.further[index - 1]?.name,
          what: `the inference component ${name}`,
        })),
      componentNames: names,
    };
  }

  /** @internal */
  _front(_scope: Construct, { minimumInstances }: FrontOptions): EndpointFront {
    return { mayBeAsleep: minimumInstances === 0 };
  }

  /** @internal */
  _faults({ minimumInstances }: HostingLoad): string[] {
    const { props } = this;
    const types = this._traits.instanceTypes;
    const names = this.further.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    return faultsOf(
      ...instanceFaults(props, types),
      ...this.planned(minimumInstances).flatMap((component) => componentFaults(component, types)),
      ...names.map((name, index) =>
        checkText(`components[${index}].name`, name, {
          pattern: /^(?!model$)[a-z0-9](?:-?[a-z0-9]){0,15}$/,
          expected: '1 to 16 lower case letters, digits and hyphens, and not "model"',
          known: true,
          fix: 'it becomes part of the name of the inference component',
        }),
      ),
      twice === undefined
        ? undefined
        : `two components are called ${show(twice)}, expected different names; rename one`,
      checkNumber('maxInstances', props.maxInstances, COUNT),
    );
  }

  /** @internal */
  _configure(context: HostingContext): HostingConfig {
    const { props } = this;
    const { region } = Stack.of(context.scope);
    const faults = props.assumeRegion ? [] : regionFaults(region);
    if (faults.length > 0) throw new ConfigError(context.scope, faults);
    const planned = this.planned(context.minimumInstances);
    const copies = planned.map(mostCopies);
    return {
      production: {
        variantName: PRODUCTION_VARIANT,
        // No model: the components bring theirs.
        initialInstanceCount: 1,
        managedInstanceScaling: {
          status: 'ENABLED',
          minInstanceCount: 0,
          maxInstanceCount: props.maxInstances ?? instancesFor(copies, context.rollout),
        },
        ...instanceSettings(props),
      },
      metricsConfig: metricsConfigOf(props),
      keepsCount: true,
      rollsOut: false,
    };
  }

  /** @internal */
  _complete(context: HostingContext, endpoint: CfnEndpoint): ComponentModel[] {
    const names = this._traits.componentNames(context.endpointName);
    return this.planned(context.minimumInstances).map((component, index) => {
      const further = this.further[index - 1];
      const model = further === undefined ? context.model : context.makeModel(`Model-${further.name}`, further.model);
      const name = names[index] ?? '';
      this.component(context, endpoint, component, name, model);
      return { componentName: name, modelName: model.attrModelName };
    });
  }

  private planned(minimum: number): PlannedComponent[] {
    return [
      { ...this.props, min: minimum },
      ...this.further.map((component) => ({ ...component, of: component.name, min: component.minCopies ?? 0 })),
    ];
  }

  private component(
    context: HostingContext,
    endpoint: CfnEndpoint,
    component: PlannedComponent,
    name: string,
    model: CfnModel,
  ): void {
    const { scope, endpointName, rollout, rollbackAlarms, severityCeiling } = context;
    const alarms = rollbackAlarms.filter(({ of, isForAll }) => isForAll || of === component.of);
    const suffix = component.of === undefined ? '' : `-${component.of}`;
    const resource = new CfnInferenceComponent(scope, `Component${suffix}`, {
      inferenceComponentName: name,
      endpointName,
      variantName: PRODUCTION_VARIANT,
      ...this.specification(component, model),
      // One at least when it is created; scaling takes it away. The same in every deployment, so that none changes it.
      runtimeConfig: { copyCount: Math.max(1, component.min) },
      deploymentConfig: componentDeployment(
        rollout,
        alarms.map((alarm) => alarm.name),
        this._traits.starts,
      ),
    });
    // Deleted before the endpoint: a component outlives it otherwise, and keeps its name.
    resource.addResourceDependency(endpoint);

    const target = new EndpointTarget(scope, `Scaling${suffix}`, {
      resourceId: `inference-component/${name}`,
      dimension: COMPONENT_DIMENSION,
      min: component.min,
      max: mostCopies(component),
      schedules: component.schedules ?? [],
      scaled: resource,
    });
    target.trackPredefined(
      'SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution',
      concurrencyTarget(component.maxConcurrentRequests ?? CONCURRENT_REQUESTS, component.safetyFactor ?? SAFETY),
      { scaleInCooldown: component.scaleInCooldown ?? SCALE_IN, scaleOutCooldown: SCALE_OUT },
    );
    if (component.min > 0) return;
    // Tracking divides by the copies that there are: it never leaves zero.
    endpointAlarm(
      scope,
      endpointName,
      {
        ...AT_ONCE,
        id: 'wake-no-capacity',
        of: component.of,
        metric: sageMakerMetric(componentSubject(name), 'NoCapacityInvocationFailures', {
          statistic: Stats.SUM,
          period: MINUTE,
        }),
        what: `a request found no copy of the inference component ${name}; this starts one`,
        actions: [wakeAction(target.stepUp(Duration.minutes(1)))],
      },
      severityCeiling,
    );
  }

  /** One specification, or one for each type of a fleet of several: the service wants two at least. */
  private specification(component: PlannedComponent, model: CfnModel) {
    const types = this._traits.instanceTypes;
    const of = (type: string): CfnInferenceComponent.InferenceComponentSpecificationProperty => {
      const accelerators = component.accelerators ?? acceleratorsOf(type);
      return {
        modelName: model.attrModelName,
        startupParameters: startSettings(this._traits.starts),
        computeResourceRequirements: {
          numberOfAcceleratorDevicesRequired: accelerators > 0 ? accelerators : undefined,
          numberOfCpuCoresRequired: component.cpuCores ?? (accelerators > 0 ? undefined : 1),
          minMemoryRequiredInMb: (component.memory ?? Size.mebibytes(MEMORY_MIB)).toMebibytes(),
        },
      };
    };
    if (types.length === 1) return { specification: of(this.props.instanceType) };
    return { specifications: types.map((type) => ({ instanceType: type, ...of(type) })) };
  }
}

/** New copies start before old ones go (API reference, `InferenceComponentRollingUpdatePolicy`): a full fleet has no room for them. */
function instancesFor(copies: readonly number[], { kind, percent }: Rollout): number {
  const batches = copies.map((count) => (kind === 'rolling' ? Math.ceil((count * percent) / 100) : 0));
  return [...copies, ...batches].reduce((sum, count) => sum + count, 0);
}

/** Why nothing can scale to zero in this region, as far as is known, or nothing. */
function regionFaults(region: string): string[] {
  if (Token.isUnresolved(region) || REGIONS.includes(region)) return [];
  return [
    `the region is ${region}, expected one that is known to have inference components (${REGIONS.join(', ')}); only they scale to zero, use another hosting, or assumeRegion if it has them by now`,
  ];
}
