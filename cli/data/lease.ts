import { randomUUID } from 'node:crypto';
import type { DatasetLease, DatasetRun } from '../../protocol/dataset-catalogue';
import { CliError, EXIT } from '../errors';
import type { DataStage, Tell } from './data-stage';
import type { DatasetObjects } from './ports';

/** A command that was killed keeps the pipeline away no longer than this; one that works renews it well before. */
const LEASE_MS = 15 * 60_000;
const RENEW_MS = 60_000;

export interface HeldLease {
  readonly holder: string;
  /** Renews the lease where it is time to; fails where somebody else has taken it. */
  keep(): Promise<void>;
}

export interface LeaseOptions {
  readonly stage: DataStage;
  readonly now: () => Date;
  readonly tell: Tell;
}

/** Renews a lease before each write: however long the work between two writes was, none is made without it. */
export function keptObjects(objects: DatasetObjects, { keep }: Pick<HeldLease, 'keep'>): DatasetObjects {
  return {
    bucket: objects.bucket,
    list: (prefix) => objects.list(prefix),
    versions: (prefix) => objects.versions(prefix),
    read: (key) => objects.read(key),
    lockedUntil: (version) => objects.lockedUntil(version),
    write: async (key, body) => {
      await keep();
      await objects.write(key, body);
    },
    writeOnce: async (key, body) => {
      await keep();
      await objects.writeOnce(key, body);
    },
    erase: async (versions) => {
      await keep();
      await objects.erase(versions);
    },
  };
}

/** Does something to a dataset while no run of its pipeline does. */
export async function withLease<Result>(
  { stage, now, tell }: LeaseOptions,
  work: (lease: HeldLease) => Promise<Result>,
): Promise<Result> {
  const { catalogue, identity, pipeline } = stage;
  const holder = `slipway data, ${await identity()}, ${randomUUID()}`;
  const seen = await catalogue.lease();
  await refuseWhileHeld(stage, seen, now());
  const since = now();
  const lease: DatasetLease = {
    holder,
    round: 0,
    since: since.toISOString(),
    expiresAt: since.getTime() + LEASE_MS,
    // Whoever was put off by a holder that is no more, is still owed a run.
    ...(seen?.again === true ? { again: true } : {}),
  };
  if (!(await catalogue.takeLease(lease, seen))) {
    throw new CliError(
      'somebody else began to work on the dataset at this moment; try again when they are done',
      EXIT.failed,
    );
  }
  let renewed = since.getTime();
  const keep = async () => {
    const at = now().getTime();
    if (at - renewed < RENEW_MS) return;
    if (!(await catalogue.renewLease(holder, at + LEASE_MS))) {
      throw new CliError(
        'somebody else has begun to work on the dataset; run the command again when they are done',
        EXIT.failed,
      );
    }
    renewed = at;
  };
  try {
    return await work({ holder, keep });
  } finally {
    if (await catalogue.releaseLease(holder)) {
      tell('the pipeline was asked for meanwhile; it is started');
      await pipeline.start({});
    }
  }
}

async function refuseWhileHeld(
  { catalogue, pipeline }: DataStage,
  seen: DatasetLease | undefined,
  now: Date,
): Promise<void> {
  if (seen === undefined) return;
  const expired = seen.expiresAt <= now.getTime();
  if (!seen.holder.startsWith('arn:')) {
    if (expired) return;
    throw new CliError(
      `another command works on the dataset (${seen.holder}); if it was killed, try again after ${new Date(seen.expiresAt).toISOString()}`,
      EXIT.failed,
    );
  }
  const status = await pipeline.status(seen.holder).catch((error: unknown) => {
    // Step Functions forgets an execution after 90 days.
    if (expired && error instanceof Error && error.name === 'ExecutionDoesNotExist') return { kind: 'ended' } as const;
    throw error;
  });
  if (status.kind === 'running') {
    throw new CliError(`run ${seen.run ?? ''} of the pipeline is under way; try again when it has ended`, EXIT.failed);
  }
  if (seen.run !== undefined && isUnfinished(await catalogue.run(seen.run))) {
    throw new CliError(
      `run ${seen.run} was cut off and is not finished; "slipway data run" finishes it, then run this again`,
      EXIT.failed,
    );
  }
}

/** As the pipeline sees it: it takes such a run up again, and relies on what the run has left. */
function isUnfinished(run: DatasetRun | undefined): boolean {
  return run === undefined || run.state === 'running' || (run.state === 'failed' && run.phase === 'committed');
}
