import type { PointerChange, Pointers } from '../../protocol/model-version';
import type { LeasedOutcome, Restore, World } from './ports';

/** A transaction of somebody who bypasses the controller lasts milliseconds. */
const ATTEMPTS = 4;

/** Before anything else is put back, because the parameters are what the next update of the stack reads. */
export async function putParametersBack(world: World, { parameters }: Restore): Promise<void> {
  const now = await world.parameters.read();
  if (now?.version !== parameters.version) await world.parameters.writeVersion(parameters.version);
  if (now?.state !== parameters.state) await world.parameters.writeState(parameters.state);
}

/** Last, because what was to be restored is forgotten with it: whoever is interrupted before does it all again. */
export async function putPointersBack(
  world: World,
  execution: string,
  restore: Restore,
  by: string,
): Promise<'done' | 'lost'> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const outcome = await tryPointersBack(world, execution, restore, by);
    if (outcome !== 'changed') return outcome;
  }
  throw new Error('the pointers are moved by somebody else again and again; what was to be restored is kept');
}

async function tryPointersBack(world: World, execution: string, restore: Restore, by: string): Promise<LeasedOutcome> {
  const pointers = await world.ledger.pointers();
  if (pointers === undefined || isBack(pointers, restore)) {
    return (await world.ledger.forget(execution)) ? 'done' : 'lost';
  }
  const changed = { changedBy: by, changedAt: new Date(world.now()).toISOString() };
  const { desired, desiredState } = restore;
  const revision = pointers.revision + 1;
  const change: PointerChange = {
    model: world.model,
    revision,
    from: pointers.desired,
    to: desired,
    ...changed,
    kind: 'restored',
    desiredState,
    execution,
  };
  const back: Pointers = { ...pointers, revision, desired, desiredState, ...changed };
  return world.ledger.move(execution, { expected: pointers, pointers: back, change, forget: true });
}

function isBack(pointers: Pointers, { desired, desiredState }: Restore): boolean {
  return pointers.desired === desired && pointers.desiredState === desiredState;
}
