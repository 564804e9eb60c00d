import { RUN_KEYS } from '../shared/dataset/run-keys';
import type { World } from './ports';

/** Removes rows, and hashes of rows, that the steps of a run handed to each other. What tells of the run stays. */
export async function clearRun({ bucket }: Pick<World, 'bucket'>, run: string): Promise<void> {
  for (const prefix of RUN_KEYS.temporary(run)) {
    for await (const keys of bucket.list(prefix)) await bucket.remove(keys);
  }
}
