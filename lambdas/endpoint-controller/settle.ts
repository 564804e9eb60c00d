import { CONTROL_ERROR } from '../../protocol/endpoint-control';
import type { Pointers } from '../../protocol/model-version';
import { componentState, type EndpointState, isNotYetWarm, servingState, stoppedState } from './endpoint-state';
import { lost, lostLease } from './held';
import type { World } from './ports';
import { done, failed, type Run, wait } from './run';

/** Verifies that the endpoint is what was asked for, warms it up, and writes which version is live. */
export async function settle(world: World, execution: string, run: Run): Promise<Run> {
  const gone = await lostLease(world, execution, run);
  if (gone !== undefined) return gone;
  const pointers = await world.ledger.pointers();
  if (pointers === undefined) throw new Error('the pointers are gone, although this execution wrote them');
  return pointers.desiredState === 'stopped'
    ? settleStopped(world, execution, run, pointers)
    : settleRunning(world, execution, run, pointers);
}

async function settleStopped(world: World, execution: string, run: Run, pointers: Pointers): Promise<Run> {
  const state = stoppedState(world.endpoint.name, await world.endpoint.describe());
  if (state.kind === 'changing' && !isLate(world, run)) return wait(run);
  // It stays stopped either way: started again, CloudFormation would meet the endpoint that it lost sight of.
  if (!(await world.ledger.forget(execution))) return lost(run);
  if (state.kind !== 'as-wanted') return failed(run, CONTROL_ERROR.notStopped, textOf(world, run, state));
  const waiting = run.request.action === 'use' || run.request.action === 'rollback';
  const text = waiting
    ? `${pointers.desired} is desired; the endpoint is stopped, and serves it when it is started`
    : `the endpoint is stopped and costs nothing; ${pointers.desired} serves when it is started`;
  return done(run, { version: pointers.desired, desiredState: 'stopped', warmUp: 'none', text });
}

async function settleRunning(world: World, execution: string, run: Run, pointers: Pointers): Promise<Run> {
  const state = await runningState(world);
  if (state.kind === 'changing' && !isLate(world, run)) return wait(run);
  if (state.kind !== 'as-wanted') return failed(run, CONTROL_ERROR.notVerified, textOf(world, run, state));
  const warmUp = await world.endpoint.warmUp();
  // What the model says to a made-up request is its own business; that it cannot be reached yet is ours.
  if (isNotYetWarm(warmUp) && !isLate(world, run)) return wait(run);
  const outcome = await writeLive(world, execution, run, pointers);
  if (outcome === 'lost') return lost(run);
  if (outcome === 'changed') return wait(run);
  const text = `${pointers.desired} serves`;
  return done(run, { version: pointers.desired, desiredState: 'running', warmUp, text });
}

/** The endpoint first; then the first of its inference components that does not serve what it should. */
async function runningState({ stack, endpoint }: World): Promise<EndpointState> {
  const { servedConfig, servedComponents = [] } = (await stack.describe()) ?? {};
  const state = servingState(endpoint.name, await endpoint.describe(), servedConfig);
  if (state.kind !== 'as-wanted') return state;
  for (const served of servedComponents) {
    const component = componentState(served, await endpoint.component(served.name));
    if (component.kind !== 'as-wanted') return component;
  }
  return state;
}

/** Forgets what was to be restored in the same transaction: from here on there is nothing to take back. */
async function writeLive(world: World, execution: string, run: Run, expected: Pointers) {
  const { desired, desiredState } = expected;
  const from = expected.routing.live;
  if (from === desired) return (await world.ledger.forget(execution)) ? 'done' : 'lost';
  const { requestedBy, reason } = run.request;
  const changed = { changedBy: requestedBy, changedAt: new Date(world.now()).toISOString() };
  const revision = expected.revision + 1;
  return world.ledger.move(execution, {
    expected,
    pointers: { ...expected, revision, routing: { ...expected.routing, live: desired }, ...changed },
    change: {
      model: world.model,
      revision,
      from,
      to: desired,
      ...changed,
      kind: 'served',
      desiredState,
      reason,
      execution,
    },
    forget: true,
  });
}

function isLate(world: World, run: Run): boolean {
  return world.now() - run.since >= world.limits.settleMs;
}

function textOf(world: World, run: Run, state: EndpointState): string {
  if (state.kind === 'wrong') return state.text;
  const minutes = Math.round((world.now() - run.since) / 60_000);
  return `endpoint ${world.endpoint.name} was still changing ${minutes} minutes after its stack was updated`;
}
