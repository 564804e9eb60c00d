import { setTimeout as sleep } from 'node:timers/promises';
import { isNotFound } from './resource';

const POLL_MS = 100;
/** Within the time of the function that asks, so that the failure has words. */
const PATIENCE_MS = 240_000;
const IN_PROGRESS = /^(Creating|Updating|RollingBack|SystemUpdating|Deleting)$/;

export interface Status {
  readonly status: string | undefined;
  readonly reason: string | undefined;
}

/** Waits until nothing is in progress; undefined where the resource is gone. */
export async function settled(describe: () => Promise<Status>): Promise<Status | undefined> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    try {
      const now = await describe();
      if (!IN_PROGRESS.test(now.status ?? '')) return now;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
    await sleep(POLL_MS);
  }
  throw new Error(`it is still in progress after ${PATIENCE_MS / 1_000} s`);
}
