import { CONTROL_ERROR, CONTROL_OUTCOME, type EndpointParameters } from '../../protocol/endpoint-control';
import type { PointerChange, Pointers } from '../../protocol/model-version';
import { lost, lostLease } from './held';
import type { LeasedOutcome, Restore, World } from './ports';
import { done, failed, next, type Run, wait } from './run';
import { targetOf, transition, type Wanted } from './transition';
import { updateToken } from './update-token';

/**
 * Decides what the request comes to, writes down what to restore, moves pointers and parameters, and tells CloudFormation.
 * Every part of it can be repeated: a step whose answer was lost is asked again.
 */
export async function apply(world: World, execution: string, run: Run): Promise<Run> {
  const gone = await lostLease(world, execution, run);
  if (gone !== undefined) return gone;

  const pointers = await world.ledger.pointers();
  const target = targetOf(run.request, pointers, await changesFor(world, run));
  if ('refused' in target) return failed(run, CONTROL_ERROR.refused, target.refused);
  if ('nothing' in target) return nothing(run, pointers, target.nothing);
  const version = await world.ledger.version(target.version);
  const asked = transition(run.request, pointers, version, target.version);
  if ('refused' in asked) return failed(run, CONTROL_ERROR.refused, asked.refused);
  const parameters = await world.parameters.read();
  if (parameters === undefined) {
    const text = 'the parameters of the desired version and state are missing; deploy the stack of state';
    return failed(run, CONTROL_ERROR.refused, text);
  }

  const restore = restoreOf(world, execution, pointers, parameters);
  if (!(await world.ledger.remember(execution, restore))) return lost(run);
  const moved = await movePointers(world, execution, run, pointers, asked.wanted);
  if (moved === 'lost') return lost(run);
  // Somebody moved them past the controller: look again, and decide by what they are now.
  if (moved === 'changed') return wait(run);
  await writeParameters(world, parameters, asked.wanted.parameters);
  return tellCloudFormation(world, execution, run);
}

async function changesFor(world: World, run: Run): Promise<readonly PointerChange[]> {
  return run.request.action === 'rollback' ? world.ledger.changes() : [];
}

function nothing(run: Run, pointers: Pointers | undefined, text: string): Run {
  const desiredState = pointers?.desiredState ?? 'running';
  return done(run, { version: pointers?.desired ?? null, desiredState, warmUp: 'none', text });
}

function restoreOf(
  world: World,
  execution: string,
  pointers: Pointers | undefined,
  parameters: EndpointParameters,
): Restore {
  return {
    parameters,
    desired: pointers?.desired ?? null,
    desiredState: pointers?.desiredState ?? 'running',
    by: execution,
    at: new Date(world.now()).toISOString(),
  };
}

async function movePointers(
  world: World,
  execution: string,
  run: Run,
  expected: Pointers | undefined,
  { desired, desiredState }: Wanted,
): Promise<LeasedOutcome> {
  if (expected?.desired === desired && expected.desiredState === desiredState) return 'done';
  const { requestedBy, reason } = run.request;
  const changed = { changedBy: requestedBy, changedAt: new Date(world.now()).toISOString() };
  const revision = (expected?.revision ?? 0) + 1;
  const routing = expected?.routing ?? { live: null, canary: null, shadow: null };
  return world.ledger.move(execution, {
    expected,
    pointers: { revision, desired, desiredState, routing, ...changed },
    change: {
      model: world.model,
      revision,
      from: expected?.desired ?? null,
      to: desired,
      ...changed,
      kind: 'asked',
      desiredState,
      reason,
      execution,
    },
    forget: false,
  });
}

async function writeParameters(world: World, now: EndpointParameters, wanted: EndpointParameters): Promise<void> {
  if (now.version !== wanted.version) await world.parameters.writeVersion(wanted.version);
  if (now.state !== wanted.state) await world.parameters.writeState(wanted.state);
}

async function tellCloudFormation(world: World, execution: string, run: Run): Promise<Run> {
  const outcome = await world.stack.update(updateToken(execution, 'apply'));
  if (outcome === 'updating') return next(run, world.now(), { updated: true });
  if (outcome === 'busy') return wait(run);
  return { ...next(run, world.now()), outcome: CONTROL_OUTCOME.unchanged };
}
