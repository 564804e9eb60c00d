import type {
  EndpointDescription,
  Holding,
  Lease,
  LeasedMove,
  LeasedOutcome,
  Restore,
  ServedComponent,
  StackDescription,
  UpdateOutcome,
  World,
} from '../../lambdas/endpoint-controller/ports';
import { runStep, type StepEvent } from '../../lambdas/endpoint-controller/steps';
import type { DeployedComponent } from '../../lambdas/shared/deployed-component';
import { controllerDefinition } from '../../lib/endpoint/endpoint-controller-definition';
import { type ControlRequest, type EndpointParameters, INITIAL_PARAMETERS } from '../../protocol/endpoint-control';
import {
  artifactPrefix,
  type DesiredState,
  type ModelVersion,
  type PointerChange,
  type Pointers,
} from '../../protocol/model-version';
import { Aborted, type Ended, execute } from './machine';

const START = Date.UTC(2026, 10, 25);
const UPDATE_MS = 5 * 60_000;

export const DEFINITION = controllerDefinition('arn:handler', 86_400);

function versionOf(version: string): ModelVersion {
  return {
    model: 'demo',
    version,
    contentHash: version,
    artifact: { bucket: 'artifacts', prefix: artifactPrefix('demo', version), files: [] },
    parents: [],
    metrics: {},
    registeredBy: 'arn:ada',
    registeredAt: '2026-11-25T00:00:00.000Z',
  };
}

export function projected(version: string): string {
  return `${version},s3://artifacts/models/demo/${version}/,none`;
}

/** Called before and after each call of a port; it may throw, as a network or a killed process does. */
export type Hook = (call: string, when: 'before' | 'after') => void;

/** AWS as far as the controller sees it, in memory, with a clock of its own. */
export class Cloud {
  time = START;
  readonly versions = new Map(['v1', 'v2', 'v3'].map((version) => [version, versionOf(version)]));
  lease: Lease = { holding: undefined, restore: undefined };
  pointers: Pointers | undefined;
  readonly changes: PointerChange[] = [];
  parameters: EndpointParameters | undefined = INITIAL_PARAMETERS;
  /** What the stack was last updated to. */
  resolved: EndpointParameters = INITIAL_PARAMETERS;
  status: string | undefined = 'CREATE_COMPLETE';
  endpoint: EndpointDescription | undefined;
  /** Versions with which an update of the stack is rolled back. */
  readonly bad = new Set<string>();
  /** Statuses that an update ends with instead of the usual ones. */
  rollbackEnd = 'UPDATE_ROLLBACK_COMPLETE';
  /** Set where an endpoint ends otherwise than its stack says. */
  endpointAfter: (planned: EndpointDescription | undefined) => EndpointDescription | undefined = (planned) => planned;
  /** Inference components of the endpoint, by name; each version is a model of its own for all of them. */
  componentNames: readonly string[] = [];
  readonly components = new Map<string, DeployedComponent>();
  /** Set where a component ends otherwise than its stack says. */
  componentAfter: (planned: DeployedComponent) => DeployedComponent = (planned) => planned;
  warmUpAnswers: string[] = [];
  updates = 0;
  updateMs = UPDATE_MS;
  /** How long an update that is rolled back is on its way back, after all of `updateMs`. */
  rollbackMs = 0;
  limits: World['limits'] = { stackWaitMs: 30 * 60_000, updateMs: 60 * 60_000, settleMs: 10 * 60_000 };
  readonly ends = new Map<string, number | 'running'>();
  hook: Hook = () => {};
  private update: { readonly to: EndpointParameters; readonly endsAt: number; readonly back?: boolean } | undefined;
  private executions = 0;

  /** The ports of the controller; each call passes the hook. */
  world(): World {
    return {
      model: 'demo',
      ledger: this.hooked('ledger', {
        lease: async () => structuredClone(this.lease),
        take: async (holding: Holding, seen: Holding | undefined) => {
          const now = this.lease.holding;
          if (now?.holder !== seen?.holder || now?.expiresAt !== seen?.expiresAt) return false;
          this.lease = { ...this.lease, holding };
          return true;
        },
        renew: async (holder: string, expiresAt: number) =>
          this.held(holder, (holding) => ({ ...this.lease, holding: { ...holding, expiresAt } })),
        remember: async (holder: string, restore: Restore) =>
          this.held(holder, (holding) => ({ holding, restore: this.lease.restore ?? restore })),
        forget: async (holder: string) => this.held(holder, (holding) => ({ holding, restore: undefined })),
        release: async (holder: string) => {
          this.held(holder, () => ({ ...this.lease, holding: undefined }));
        },
        pointers: async () => this.pointers,
        version: async (version: string) => this.versions.get(version),
        changes: async () => this.changes,
        move: async (holder: string, move: LeasedMove) => this.move(holder, move),
      }),
      parameters: this.hooked('parameters', {
        read: async () => this.parameters,
        writeVersion: async (version: string) => this.write({ version }),
        writeState: async (state: DesiredState) => this.write({ state }),
      }),
      stack: {
        name: 'demo-pilot-endpoint',
        ...this.hooked('stack', {
          describe: async () => this.describeStack(),
          update: async (_token: string) => this.updateStack(),
          failure: async () => 'Rollout: alarm demo-pilot-rollout-errors was in ALARM',
        }),
      },
      endpoint: {
        name: 'demo-pilot',
        ...this.hooked('endpoint', {
          describe: async () => {
            this.progress();
            return this.endpoint;
          },
          component: async (name: string) => this.components.get(name),
          warmUp: async () => this.warmUpAnswers.shift() ?? 'answered',
        }),
      },
      executions: this.hooked('executions', {
        endOf: async (execution: string) => this.ends.get(execution) ?? 'unknown',
      }),
      limits: this.limits,
      now: () => this.time,
    };
  }

  /** Runs the state machine with the handler's steps. An execution that is aborted gives undefined. */
  async run(request: ControlRequest | object): Promise<Ended | undefined> {
    this.executions += 1;
    const execution = `arn:execution:${this.executions}`;
    this.ends.set(execution, 'running');
    const world = this.world();
    try {
      return await execute(DEFINITION, {
        execution,
        startedAt: new Date(this.time).toISOString(),
        input: request,
        invoke: (payload) => runStep(world, payload as StepEvent),
        pass: async (seconds) => {
          this.time += seconds * 1000;
          this.progress();
          // Others may come in between.
          await new Promise((resolve) => setImmediate(resolve));
        },
      });
    } catch (error) {
      if (error instanceof Aborted) return undefined;
      throw error;
    } finally {
      this.ends.set(execution, this.time);
    }
  }

  /** Asks for what must succeed. */
  async succeed(request: ControlRequest): Promise<Ended> {
    const ended = await this.run(request);
    if (ended?.status !== 'SUCCEEDED') throw new Error(`${request.action} did not succeed: ${JSON.stringify(ended)}`);
    return ended;
  }

  /** A `cdk deploy` of the same template: the parameters are read again. */
  deploy(): void {
    this.updateStack();
    this.finish();
  }

  /** Ends what the stack is at. */
  finish(): void {
    this.time += this.updateMs;
    this.progress();
  }

  private hooked<Port extends object>(name: string, port: Port): Port {
    const entries = Object.entries(port).map(([method, run]: [string, (...args: unknown[]) => Promise<unknown>]) => [
      method,
      async (...args: unknown[]) => {
        this.hook(`${name}.${method}`, 'before');
        const result = await run(...args);
        this.hook(`${name}.${method}`, 'after');
        return result;
      },
    ]);
    return Object.fromEntries(entries);
  }

  private held(holder: string, change: (holding: Holding) => Lease): boolean {
    const { holding } = this.lease;
    if (holding?.holder !== holder) return false;
    this.lease = change(holding);
    return true;
  }

  private move(holder: string, { expected, pointers, change, forget }: LeasedMove): LeasedOutcome {
    if (this.lease.holding?.holder !== holder) return 'lost';
    if (this.pointers?.revision !== expected?.revision) return 'changed';
    this.pointers = JSON.parse(JSON.stringify(pointers));
    this.changes.push(JSON.parse(JSON.stringify(change)));
    if (forget) this.lease = { ...this.lease, restore: undefined };
    return 'done';
  }

  private write(change: Partial<EndpointParameters>): void {
    this.parameters = { ...(this.parameters ?? INITIAL_PARAMETERS), ...change };
  }

  private describeStack(): StackDescription | undefined {
    this.progress();
    if (this.status === undefined) return undefined;
    const served = this.running(this.resolved) ? configOf(this.resolved) : undefined;
    const servedComponents = served === undefined ? [] : this.plannedComponents(this.resolved);
    return { status: this.status, reason: undefined, servedConfig: served, servedComponents };
  }

  private updateStack(): UpdateOutcome {
    this.progress();
    if (this.status === undefined || !/^(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/.test(this.status)) return 'busy';
    const to = this.parameters ?? INITIAL_PARAMETERS;
    if (to.version === this.resolved.version && to.state === this.resolved.state) return 'unchanged';
    this.updates += 1;
    this.status = 'UPDATE_IN_PROGRESS';
    this.update = { to, endsAt: this.time + this.updateMs };
    return 'updating';
  }

  private progress(): void {
    if (this.update === undefined || this.time < this.update.endsAt) return;
    const { to, endsAt, back = false } = this.update;
    const [version = ''] = to.version.split(',');
    const isBad = this.running(to) && this.bad.has(version);
    if (isBad && !back && this.time < endsAt + this.rollbackMs) {
      this.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
      this.update = { to, endsAt: endsAt + this.rollbackMs, back: true };
      return;
    }
    this.update = undefined;
    if (isBad) {
      this.status = this.rollbackEnd;
      return;
    }
    this.status = 'UPDATE_COMPLETE';
    this.resolved = to;
    const planned = this.running(to)
      ? { status: 'InService', configName: configOf(to), failureReason: undefined }
      : undefined;
    this.endpoint = this.endpointAfter(planned);
    for (const { name, model } of this.plannedComponents(to)) {
      this.components.set(
        name,
        this.componentAfter({ status: 'InService', models: [model], failureReason: undefined }),
      );
    }
  }

  private plannedComponents(parameters: EndpointParameters): ServedComponent[] {
    return this.componentNames.map((name) => ({ name, model: modelOf(parameters) }));
  }

  private running({ version, state }: EndpointParameters): boolean {
    return !version.startsWith('none') && state === 'running';
  }
}

export function configOf({ version }: EndpointParameters): string {
  return `config-${version.split(',', 1)[0]}`;
}

function modelOf({ version }: EndpointParameters): string {
  return `model-${version.split(',', 1)[0]}`;
}

export const use = (version: string): ControlRequest => ({ action: 'use', version, requestedBy: 'arn:ada' });
export const stop: ControlRequest = { action: 'stop', reason: 'the day is over', requestedBy: 'schedule' };
export const start: ControlRequest = { action: 'start', reason: 'the day begins', requestedBy: 'schedule' };
export const rollback: ControlRequest = { action: 'rollback', requestedBy: 'arn:ada' };

/** An endpoint that serves a version. */
export async function serving(...versions: string[]): Promise<Cloud> {
  const cloud = new Cloud();
  for (const version of versions) await cloud.succeed(use(version));
  return cloud;
}
