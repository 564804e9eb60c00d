import { ApiError } from './api-error';

/** What goes wrong when an endpoint is next created or updated, or an inference component updated. */
export interface DeploymentFault {
  readonly kind: 'rollback' | 'model-fails' | 'no-capacity' | 'update-fails';
  /** Only this endpoint; any when absent. */
  readonly endpoint?: string;
  /** Of `rollback`: the inference component whose update is meant, and no endpoint's. */
  readonly component?: string;
  /** Of `rollback`: the alarm that fires while the new fleet is watched. */
  readonly alarm?: string;
  /** Of `model-fails`: only this model. */
  readonly model?: string;
}

/** What goes wrong when an endpoint is next invoked. */
export interface InvocationFault {
  readonly kind:
    | 'throttle'
    | 'model-error'
    | 'model-not-ready'
    | 'no-capacity-of-component'
    | 'service-unavailable'
    | 'internal-failure'
    | 'slow'
    | 'reset';
  readonly endpoint?: string;
  /** How many invocations. Default 1. */
  readonly times?: number;
  /** Of `slow`: how much later the container is asked. Default 1,000. */
  readonly delayMs?: number;
  /** Of `model-error`: what the container is said to have answered. */
  readonly status?: number;
  readonly message?: string;
}

export type Fault = DeploymentFault | InvocationFault;

/** What can only happen to an endpoint that was in service before. */
const OF_UPDATES = new Set<string>(['rollback', 'update-fails']);
const DEPLOYMENT = new Set<string>(['rollback', 'model-fails', 'no-capacity', 'update-fails']);
const INVOCATION = new Set<string>([
  'throttle',
  'model-error',
  'model-not-ready',
  'no-capacity-of-component',
  'service-unavailable',
  'internal-failure',
  'slow',
  'reset',
]);

/** Faults that wait for their moment, each used up by it. The one that was asked for first comes first. */
export class Faults {
  private deployment: DeploymentFault[] = [];
  private invocation: (InvocationFault & { readonly left: number })[] = [];

  add(fault: unknown): void {
    const { kind } = typeof fault === 'object' && fault !== null && 'kind' in fault ? fault : { kind: undefined };
    if (typeof kind === 'string' && DEPLOYMENT.has(kind)) this.deployment.push(fault as DeploymentFault);
    else if (typeof kind === 'string' && INVOCATION.has(kind)) {
      const asked = fault as InvocationFault;
      this.invocation.push({ ...asked, left: asked.times ?? 1 });
    } else {
      const known = [...DEPLOYMENT, ...INVOCATION].join(', ');
      throw new ApiError('UnknownFault', `fault "${kind}" is not known, expected one of ${known}`);
    }
  }

  /** The fault that a creation or an update of the endpoint meets. */
  takeDeployment(
    call: 'creation' | 'update',
    endpoint: string,
    models: readonly string[],
  ): DeploymentFault | undefined {
    const found = this.deployment.find(
      (fault) =>
        fault.component === undefined &&
        (call === 'update' || !OF_UPDATES.has(fault.kind)) &&
        (fault.endpoint ?? endpoint) === endpoint &&
        (fault.model === undefined || models.includes(fault.model)),
    );
    this.deployment = this.deployment.filter((fault) => fault !== found);
    return found;
  }

  /** The fault that an update of the inference component meets. */
  takeComponentUpdate(component: string): DeploymentFault | undefined {
    const found = this.deployment.find((fault) => fault.kind === 'rollback' && fault.component === component);
    this.deployment = this.deployment.filter((fault) => fault !== found);
    return found;
  }

  takeInvocation(endpoint: string): InvocationFault | undefined {
    const found = this.invocation.find((fault) => (fault.endpoint ?? endpoint) === endpoint);
    this.invocation = this.invocation
      .map((fault) => (fault === found ? { ...fault, left: fault.left - 1 } : fault))
      .filter(({ left }) => left > 0);
    return found;
  }

  pending(): Fault[] {
    return [...this.deployment, ...this.invocation.map(({ left, ...fault }) => ({ ...fault, times: left }))];
  }

  clear(): void {
    this.deployment = [];
    this.invocation = [];
  }
}
