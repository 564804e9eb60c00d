import { CONTROL_ERROR } from '../../protocol/endpoint-control';
import { availability, expiry, holderText } from './lease';
import type { Holding, World } from './ports';
import { parseRequest } from './request';
import { beginning, failed, next, type Refusal, type Run, refusal, wait } from './run';

/** Each time that another takes the lease in between, it is looked at again; whoever still does not get it waits. */
const ATTEMPTS = 3;

/** Takes the lease, or says who has it. The input is what a person or a schedule wrote. */
export async function takeLease(
  world: World,
  execution: string,
  startedAt: number,
  input: unknown,
): Promise<Run | Refusal> {
  const request = parseRequest(input);
  if (typeof request === 'string') return refusal(CONTROL_ERROR.refused, request);
  const run = beginning(request, startedAt);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const { holding: seen } = await world.ledger.lease();
    const end = seen === undefined || seen.holder === execution ? 'unknown' : await endOf(world, seen);
    const now = world.now();
    const state = availability(seen, execution, now, end);
    if (state === 'soon') return wait(run);
    if (state === 'held' && seen !== undefined) return busy(run, seen, now);
    if (await world.ledger.take(holdingOf(run, execution, seen, now), seen)) return next(run, now);
  }
  return wait(run);
}

/** The end of an execution spares those who come after an aborted one the rest of its lease. */
async function endOf(world: World, { holder, expiresAt }: Holding): Promise<number | 'running' | 'unknown'> {
  return expiresAt <= world.now() ? 'unknown' : world.executions.endOf(holder);
}

function holdingOf(run: Run, execution: string, seen: Holding | undefined, now: number): Holding {
  const { requestedBy, action } = run.request;
  const since = seen?.holder === execution ? seen.since : new Date(now).toISOString();
  return { holder: execution, requestedBy, action, since, expiresAt: expiry(now) };
}

function busy(run: Run, seen: Holding, now: number): Run {
  const patienceMs = (run.request.waitIfBusySeconds ?? 0) * 1000;
  if (now - run.since < patienceMs) return wait(run);
  return failed(run, CONTROL_ERROR.busy, `${holderText(seen)}; ask again when that has ended`);
}
