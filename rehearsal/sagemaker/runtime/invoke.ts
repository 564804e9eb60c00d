import type { Account } from '../account';
import { ApiError, validationError } from '../api-error';
import type { Endpoint } from '../control/endpoint';
import type { Endpoints } from '../control/endpoints';
import type { Fleet, FleetMember } from '../control/fleet';
import type { InferenceComponents } from '../control/inference-components';
import type { Faults, InvocationFault } from '../faults';
import type { ContainerReply } from '../hosting/container';
import type { RunningModel } from '../hosting/model-host';
import type { Metrics } from '../metrics';
import type { Background, Timings } from '../timings';
import { modelError } from './model-error';
import { ConnectionReset, HEADER, headerOf, present, type RuntimeReply, type RuntimeRequest } from './runtime-request';

export interface RuntimeServices {
  readonly account: Account;
  readonly endpoints: Endpoints;
  readonly components: InferenceComponents;
  readonly faults: Faults;
  readonly metrics: Metrics;
  readonly timings: Timings;
  readonly background: Background;
}

interface Target {
  readonly variant: string;
  readonly component?: string;
  readonly running: RunningModel;
}

const NO_CAPACITY =
  'Inference Component has no capacity to process this request. ApplicationAutoScaling may be in-progress (if configured) or try to increase the capacity by invoking UpdateInferenceComponentRuntimeConfig API.';

/** `InvokeEndpoint`. */
export class Invoke {
  constructor(private readonly services: RuntimeServices) {}

  async invoke(request: RuntimeRequest): Promise<RuntimeReply> {
    const started = performance.now();
    const { account, endpoints, faults } = this.services;
    const { endpoint, fleet } = endpoints.serving(request.endpoint);
    if (endpoint.config.input.AsyncInferenceConfig !== undefined) {
      throw validationError(`Endpoint ${endpoint.name} is asynchronous and is invoked with InvokeEndpointAsync only.`);
    }
    const fault = faults.takeInvocation(endpoint.name);
    refuseByFault(fault);
    const target = this.target(endpoint, fleet, request, fault);
    const asked = performance.now();
    const reply = await this.ask(target.running, request, fault);
    this.measure(endpoint, target, reply, { started, asked, answered: performance.now() });
    if (target.component === undefined) this.mirror(endpoint, fleet, target, request);
    if (!isSuccess(reply)) throw modelError(account, endpoint.name, reply);
    return {
      status: 200,
      headers: present({
        [HEADER.contentType]: reply.headers.get(HEADER.contentType) ?? undefined,
        [HEADER.invokedVariant]: target.variant,
        [HEADER.customAttributes]: reply.headers.get(HEADER.customAttributes) ?? undefined,
      }),
      body: reply.body,
    };
  }

  private target(
    endpoint: Endpoint,
    fleet: Fleet,
    request: RuntimeRequest,
    fault: InvocationFault | undefined,
  ): Target {
    const { components } = this.services;
    const named = headerOf(request.headers, HEADER.component);
    if (endpoint.takesComponents) {
      const component = components.onEndpoint(endpoint, named);
      const { running } = component;
      if (running === undefined || fault?.kind === 'no-capacity-of-component') {
        components.missedCapacity(component);
        throw validationError(NO_CAPACITY);
      }
      return { variant: component.variantName, component: component.name, running };
    }
    if (named !== undefined) {
      throw validationError(`Endpoint ${endpoint.name} has no inference components, and one was named.`);
    }
    return targetOf(fleet.choose(headerOf(request.headers, HEADER.targetVariant)));
  }

  private async ask(
    running: RunningModel,
    request: RuntimeRequest,
    fault: InvocationFault | undefined,
  ): Promise<ContainerReply> {
    const { background, timings } = this.services;
    if (fault?.kind === 'model-error') {
      const body = Buffer.from(fault.message ?? 'fault of the rehearsal');
      return { status: fault.status ?? 500, headers: new Headers(), body };
    }
    if (fault?.kind === 'slow') await background.pause(fault.delayMs ?? 1_000);
    const headers = present({
      [HEADER.contentType]: headerOf(request.headers, HEADER.contentType),
      [HEADER.accept]: headerOf(request.headers, HEADER.accept),
      [HEADER.customAttributes]: headerOf(request.headers, HEADER.customAttributes),
      [HEADER.inferenceId]: headerOf(request.headers, HEADER.inferenceId),
    });
    return running.invoke({ body: request.body, headers }, timings.invocation);
  }

  /** A shadow variant is asked the same, in its share of the cases; nobody waits for it or hears of it. */
  private mirror(endpoint: Endpoint, fleet: Fleet, target: Target, request: RuntimeRequest): void {
    const { shadow } = fleet;
    const production = fleet.member(target.variant);
    if (shadow?.running === undefined || production === undefined) return;
    if (Math.random() * production.weight >= shadow.weight) return;
    const shadowed = targetOf(shadow);
    this.services.background.start(async () => {
      const started = performance.now();
      const reply = await this.ask(shadowed.running, request, undefined);
      this.measure(endpoint, shadowed, reply, { started, asked: started, answered: performance.now() });
    });
  }

  private measure(
    { name }: Endpoint,
    { variant, component }: Target,
    reply: ContainerReply,
    { started, asked, answered }: { readonly started: number; readonly asked: number; readonly answered: number },
  ): void {
    this.services.metrics.invocation({
      endpoint: name,
      variant,
      component,
      status: reply.status,
      modelError: !isSuccess(reply),
      modelLatencyUs: (answered - asked) * 1_000,
      overheadLatencyUs: (asked - started) * 1_000,
    });
  }
}

export function isSuccess({ status }: ContainerReply): boolean {
  return status >= 200 && status < 300;
}

function targetOf({ variant, running }: FleetMember): Target {
  if (running === undefined) throw new ApiError('InternalFailure', 'the variant has no server', 500);
  return { variant: variant.VariantName, running };
}

/** The faults that a caller meets before any container does. */
export function refuseByFault(fault: InvocationFault | undefined): void {
  switch (fault?.kind) {
    case 'throttle':
      throw new ApiError('ThrottlingException', fault.message ?? 'Rate exceeded');
    case 'model-not-ready':
      throw new ApiError('ModelNotReadyException', fault.message ?? 'Model is not ready for inference.', 429);
    case 'service-unavailable':
      throw new ApiError('ServiceUnavailable', fault.message ?? 'The service is currently unavailable.', 503);
    case 'internal-failure':
      throw new ApiError('InternalFailure', fault.message ?? 'An internal failure occurred.', 500);
    case 'reset':
      throw new ConnectionReset();
  }
}
