import type {
  CreateInferenceComponentInput,
  InferenceComponentSpecification,
  UpdateInferenceComponentInput,
  UpdateInferenceComponentRuntimeConfigInput,
} from '@aws-sdk/client-sagemaker';
import type { Account } from '../account';
import { validationError, validationException } from '../api-error';
import type { ConnectedAws } from '../aws';
import type { Faults } from '../faults';
import { componentModel, hostedModel } from '../hosting/hosted-model';
import { HostingFault } from '../hosting/hosting-fault';
import type { ModelHost, RunningModel } from '../hosting/model-host';
import type { Metrics } from '../metrics';
import { Named } from '../named';
import type { Background, Timings } from '../timings';
import { Component, specificationOf } from './component';
import type { Endpoint } from './endpoint';
import type { Models } from './models';
import { raiseAlarm } from './rollout';
import type { Tags } from './tags';

export interface ComponentServices {
  readonly account: Account;
  readonly tags: Tags;
  readonly models: Models;
  readonly host: ModelHost;
  readonly faults: Faults;
  readonly aws: () => ConnectedAws | undefined;
  readonly timings: Timings;
  readonly background: Background;
  readonly metrics: Metrics;
  readonly endpoint: (name: string | undefined) => Endpoint;
  /** Whether a step policy waits for a component's failures for want of capacity. */
  readonly hasStepPolicy: (component: string) => boolean;
}

type ByName = { readonly InferenceComponentName?: string };

export class InferenceComponents {
  private readonly components: Named<Component>;

  constructor(private readonly services: ComponentServices) {
    this.components = new Named(services.account, 'inference-component');
  }

  create(input: CreateInferenceComponentInput) {
    const { account, tags, timings, background } = this.services;
    const { InferenceComponentName, EndpointName, RuntimeConfig } = input;
    this.components.refuseTaken(InferenceComponentName);
    const endpoint = this.services.endpoint(EndpointName);
    const [first] = endpoint.config.input.ProductionVariants ?? [];
    const variantName = input.VariantName ?? first?.VariantName ?? '';
    if (endpoint.status !== 'InService' || endpoint.fleet?.member(variantName) === undefined) {
      throw validationException(`Variant ${variantName} of endpoint "${endpoint.arn}" is not in service.`);
    }
    if (!endpoint.takesComponents) {
      throw validationException(`Endpoint "${endpoint.arn}" has a model of its own and takes no inference components.`);
    }
    if ((RuntimeConfig?.CopyCount ?? 1) < 1) {
      throw validationException('CopyCount must be at least 1 when an inference component is created.');
    }
    const arn = account.arn('inference-component', InferenceComponentName);
    const component = new Component(InferenceComponentName, arn, endpoint, variantName, input);
    this.start(component.specification, component, async (start) => {
      await background.pause(timings.creating);
      const started = await start();
      if (typeof started === 'string') return component.set('Failed', started);
      component.running = started;
      component.currentCopies = component.desiredCopies;
      component.set('InService');
    });
    this.components.add(InferenceComponentName, component);
    tags.set(arn, input.Tags);
    return { InferenceComponentArn: arn };
  }

  describe({ InferenceComponentName }: ByName) {
    return this.components.get(InferenceComponentName).describe();
  }

  list({ EndpointNameEquals }: { readonly EndpointNameEquals?: string }) {
    return {
      InferenceComponents: this.components
        .all()
        .filter(({ endpoint }) => (EndpointNameEquals ?? endpoint.name) === endpoint.name)
        .map((component) => component.summary()),
    };
  }

  /**
   * A specification that cannot be started leaves the copies of the old one. Of a rollback for an alarm the component keeps no
   * trace but its specification, and it is `Updating` until then: it has no status of its own.
   */
  update(input: UpdateInferenceComponentInput) {
    const { background, timings, faults, aws } = this.services;
    const component = this.components.get(input.InferenceComponentName);
    component.refuseInProgress();
    const copies = input.RuntimeConfig?.CopyCount ?? component.desiredCopies;
    if (input.Specification === undefined && input.Specifications === undefined) {
      this.setCopies(component, copies);
      return { InferenceComponentArn: component.arn };
    }
    const specification = specificationOf(input);
    component.set('Updating');
    this.start(specification, component, async (start) => {
      await background.pause(timings.updating);
      const fault = faults.takeComponentUpdate(component.name);
      const started = copies === 0 ? undefined : await start();
      if (typeof started === 'string') return component.set('InService', started);
      if (fault !== undefined) {
        await raiseAlarm(fault, aws());
        await background.pause(timings.baking / 2);
        await started?.stop();
        await background.pause(timings.rollingBack);
        return component.set('InService');
      }
      const old = component.running;
      component.running = started;
      component.specification = specification;
      component.desiredCopies = copies;
      component.currentCopies = copies;
      component.set('InService');
      await old?.stop();
    });
    return { InferenceComponentArn: component.arn };
  }

  updateRuntimeConfig(input: UpdateInferenceComponentRuntimeConfigInput) {
    const component = this.components.get(input.InferenceComponentName);
    component.refuseInProgress();
    this.setCopies(component, input.DesiredRuntimeConfig?.CopyCount ?? component.desiredCopies);
    return { InferenceComponentArn: component.arn };
  }

  delete({ InferenceComponentName }: ByName) {
    const { background, timings, tags } = this.services;
    const component = this.components.get(InferenceComponentName);
    component.refuseInProgress();
    component.set('Deleting');
    background.start(async () => {
      await background.pause(timings.deleting);
      await component.running?.stop();
      this.components.remove(component.name);
      tags.forget(component.arn);
    });
    return {};
  }

  /** The component that a request of the runtime names, which may have no copy. */
  onEndpoint(endpoint: Endpoint, name: string | undefined): Component {
    if (name === undefined) {
      throw validationError(
        'Inference Component Name header is required for endpoints to which you plan to deploy inference components. Please include Inference Component Name header or consider using SageMaker models.',
      );
    }
    const component = this.components.find(name);
    if (component === undefined || component.endpoint.name !== endpoint.name) {
      throw validationError(`Inference Component ${name} of endpoint ${endpoint.name} not found.`);
    }
    return component;
  }

  /** A request met no copy: counted, and a copy is started if a step policy waits for that. */
  missedCapacity(component: Component): void {
    const { metrics, background, timings, hasStepPolicy } = this.services;
    metrics.noCapacity(component.name);
    if (component.waking || component.status !== 'InService' || !hasStepPolicy(component.name)) return;
    component.waking = true;
    background.start(async () => {
      try {
        await background.pause(timings.waking);
        if (component.status === 'InService' && component.desiredCopies === 0) this.setCopies(component, 1);
      } finally {
        component.waking = false;
      }
    });
  }

  namesOn(endpoint: string): string[] {
    return this.components.all().flatMap((component) => (component.endpoint.name === endpoint ? [component.name] : []));
  }

  /** The servers of an endpoint that is deleted end; its components stay, without capacity. */
  async endpointDeleted(endpoint: string): Promise<void> {
    for (const component of this.components.all().filter((one) => one.endpoint.name === endpoint)) {
      component.currentCopies = 0;
      await component.running?.stop();
      component.running = undefined;
    }
  }

  private setCopies(component: Component, copies: number): void {
    component.desiredCopies = copies;
    component.set('Updating');
    this.start(component.specification, component, async (start) => {
      await this.services.background.pause(this.services.timings.updating);
      if (copies === 0) {
        const old = component.running;
        component.running = undefined;
        component.currentCopies = 0;
        component.set('InService');
        await old?.stop();
        return;
      }
      const started = component.running ?? (await start());
      if (typeof started === 'string') return component.set('InService', started);
      component.running = started;
      component.currentCopies = copies;
      component.set('InService');
    });
  }

  /** Does work behind the call that can start a server; the model is looked up now, when a refusal still reaches the caller. */
  private start(
    specification: InferenceComponentSpecification,
    component: Component,
    work: (start: () => Promise<RunningModel | string>) => Promise<void>,
  ): void {
    const { models, host, background } = this.services;
    const { ModelName, Container = {} } = specification;
    const named = ModelName === undefined ? undefined : hostedModel(models.get(ModelName));
    const model = componentModel(Container, named);
    const start = async () => {
      try {
        return await host.start(model, `The container for inference component ${component.name}`);
      } catch (error) {
        if (error instanceof HostingFault) return error.message;
        throw error;
      }
    };
    background.start(async () => {
      try {
        await work(start);
      } catch (error) {
        component.set('Failed', 'Request to service failed.');
        throw error;
      }
    });
  }
}
