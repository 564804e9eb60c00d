import type {
  CreateEndpointInput,
  DeploymentConfig,
  DesiredWeightAndCapacity,
  UpdateEndpointInput,
  UpdateEndpointWeightsAndCapacitiesInput,
  VariantPropertyType,
} from '@aws-sdk/client-sagemaker';
import type { Account } from '../account';
import { validationError, validationException } from '../api-error';
import type { ConnectedAws } from '../aws';
import { Named } from '../named';
import { epochSeconds } from '../wire';
import { Endpoint } from './endpoint';
import type { EndpointConfigs } from './endpoint-configs';
import { type Fleet, type PlannedVariant, planFleet } from './fleet';
import type { Models } from './models';
import { refuseDeployment } from './refuse-deployment';
import type { Rollout } from './rollout';
import type { Tags } from './tags';

/** What endpoints ask of Application Auto Scaling. */
export interface ScaledVariants {
  isScaled(endpoint: string, variant: string): boolean;
  /** The service deregisters the variants of an endpoint that is deleted. */
  forgetEndpoint(endpoint: string): void;
}

export interface EndpointServices {
  readonly account: Account;
  readonly tags: Tags;
  readonly models: Models;
  readonly configs: EndpointConfigs;
  readonly rollout: Rollout;
  readonly scaled: ScaledVariants;
  readonly aws: () => ConnectedAws | undefined;
  readonly components: () => EndpointComponents;
}

/** What endpoints ask of their inference components. */
export interface EndpointComponents {
  namesOn(endpoint: string): readonly string[];
  endpointDeleted(endpoint: string): Promise<void>;
}

export class Endpoints {
  private readonly endpoints: Named<Endpoint>;

  constructor(private readonly services: EndpointServices) {
    this.endpoints = new Named(services.account, 'endpoint');
  }

  async create(input: CreateEndpointInput) {
    const { account, tags, models, configs, rollout, components } = this.services;
    const { EndpointName, EndpointConfigName, DeploymentConfig } = input;
    this.endpoints.refuseTaken(EndpointName);
    const left = components().namesOn(EndpointName);
    if (left.length > 0) {
      throw validationException(`Cannot create endpoint "${EndpointName}": it has inference components ${left}.`);
    }
    const config = configs.get(EndpointConfigName);
    const plan = planFleet(config, models);
    await this.refuseRollout(DeploymentConfig, plan);
    // Again: the alarms were asked for in between.
    this.endpoints.refuseTaken(EndpointName);
    const arn = account.arn('endpoint', EndpointName);
    const endpoint = new Endpoint(EndpointName, arn, config);
    endpoint.deploymentConfig = DeploymentConfig;
    this.endpoints.add(EndpointName, endpoint);
    tags.set(arn, input.Tags);
    rollout.create(endpoint, plan);
    return { EndpointArn: arn };
  }

  async update(input: UpdateEndpointInput) {
    const { models, configs, rollout } = this.services;
    const endpoint = this.endpoints.get(input.EndpointName);
    endpoint.refuseInProgress();
    endpoint.refuseFailed();
    // Also of the one that is served: after it was deleted in use, the endpoint can be updated no more.
    configs.get(endpoint.config.input.EndpointConfigName);
    const config = configs.get(input.EndpointConfigName);
    const plan = planFleet(config, models);
    const deployment = input.DeploymentConfig ?? (input.RetainDeploymentConfig ? endpoint.deploymentConfig : undefined);
    await this.refuseRollout(deployment, plan);
    this.refuseScaled(endpoint, plan);
    endpoint.refuseInProgress();
    endpoint.deploymentConfig = deployment;
    endpoint.pending = { config, since: epochSeconds() };
    endpoint.set('Updating');
    rollout.update(endpoint, config, retained(plan, endpoint.fleet, input));
    return { EndpointArn: endpoint.arn };
  }

  updateWeightsAndCapacities(input: UpdateEndpointWeightsAndCapacitiesInput) {
    const endpoint = this.endpoints.get(input.EndpointName);
    endpoint.refuseInProgress();
    endpoint.refuseFailed();
    const desired = input.DesiredWeightsAndCapacities ?? [];
    for (const one of desired) refuseCapacity(endpoint, one);
    endpoint.set('Updating');
    this.services.rollout.scale(endpoint, () => {
      for (const { VariantName = '', DesiredWeight, DesiredInstanceCount } of desired) {
        const member = endpoint.fleet?.member(VariantName);
        if (member === undefined) continue;
        member.weight = DesiredWeight ?? member.weight;
        member.instances = DesiredInstanceCount ?? member.instances;
      }
    });
    return { EndpointArn: endpoint.arn };
  }

  describe({ EndpointName }: { readonly EndpointName?: string }) {
    return this.endpoints.get(EndpointName).describe();
  }

  delete({ EndpointName }: { readonly EndpointName?: string }) {
    const endpoint = this.endpoints.get(EndpointName);
    endpoint.refuseInProgress();
    this.services.rollout.delete(endpoint, async () => {
      await this.services.components().endpointDeleted(endpoint.name);
      this.endpoints.remove(endpoint.name);
      this.services.tags.forget(endpoint.arn);
      this.services.scaled.forgetEndpoint(endpoint.name);
    });
    return {};
  }

  list({ NameContains = '', StatusEquals }: { readonly NameContains?: string; readonly StatusEquals?: string }) {
    return {
      Endpoints: this.endpoints
        .all()
        .filter(({ name, status }) => name.includes(NameContains) && (StatusEquals ?? status) === status)
        .map((endpoint) => endpoint.summary()),
    };
  }

  get(name: string | undefined): Endpoint {
    return this.endpoints.get(name);
  }

  find(name: string): Endpoint | undefined {
    return this.endpoints.find(name);
  }

  /** The endpoint that a request of the runtime names, with what answers for it. */
  serving(name: string): { readonly endpoint: Endpoint; readonly fleet: Fleet } {
    const endpoint = this.endpoints.find(name);
    if (endpoint?.fleet === undefined || !endpoint.isServing) {
      throw validationError(`Endpoint ${name} of account ${this.services.account.id} not found.`);
    }
    return { endpoint, fleet: endpoint.fleet };
  }

  private async refuseRollout(deployment: DeploymentConfig | undefined, plan: readonly PlannedVariant[]) {
    refuseDeployment(deployment, plan);
    const names = (deployment?.AutoRollbackConfiguration?.Alarms ?? []).map(({ AlarmName = '' }) => AlarmName);
    const states = names.length === 0 ? undefined : await this.services.aws()?.alarmStates(names);
    const missing = states === undefined ? [] : names.filter((name) => !states.has(name));
    if (missing.length > 0) throw validationException(`Alarms of AutoRollbackConfiguration do not exist: ${missing}.`);
  }

  /** What is scaled must stay, on its instance type. */
  private refuseScaled(endpoint: Endpoint, plan: readonly PlannedVariant[]): void {
    for (const { variant } of endpoint.fleet?.members ?? []) {
      if (!this.services.scaled.isScaled(endpoint.name, variant.VariantName)) continue;
      const after = plan.find((planned) => planned.variant.VariantName === variant.VariantName);
      if (after?.variant.InstanceType !== variant.InstanceType || after === undefined) {
        throw validationException(
          `Variant ${variant.VariantName} of endpoint "${endpoint.arn}" is registered as a scalable target: its instance type cannot be changed and it cannot be removed. Deregister it first.`,
        );
      }
    }
  }
}

/** The plan with the counts and weights of the variants that go on under their names, where that was asked for. */
function retained(
  plan: readonly PlannedVariant[],
  fleet: Fleet | undefined,
  { RetainAllVariantProperties, ExcludeRetainedVariantProperties = [] }: UpdateEndpointInput,
): PlannedVariant[] {
  const keeps = (property: VariantPropertyType) =>
    RetainAllVariantProperties === true &&
    !ExcludeRetainedVariantProperties.some(({ VariantPropertyType }) => VariantPropertyType === property);
  return plan.map((planned) => {
    const before = fleet?.member(planned.variant.VariantName);
    return {
      ...planned,
      weight: keeps('DesiredWeight') ? (before?.weight ?? planned.weight) : planned.weight,
      instances: keeps('DesiredInstanceCount') ? (before?.instances ?? planned.instances) : planned.instances,
    };
  });
}

function refuseCapacity(
  endpoint: Endpoint,
  { VariantName = '', DesiredInstanceCount }: DesiredWeightAndCapacity,
): void {
  if (endpoint.fleet?.member(VariantName) === undefined) {
    throw validationException(`The variant name(s) "${VariantName}" is/are not present within endpoint configuration.`);
  }
  const isAsync = endpoint.config.input.AsyncInferenceConfig !== undefined;
  if (DesiredInstanceCount === 0 && !isAsync) {
    throw validationException(`DesiredInstanceCount of variant ${VariantName} must be at least 1.`);
  }
}
