import type { DataPipelineConfig, ShardTask } from '../../protocol/dataset';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { findJson, type ObjectStore, writeJson } from '../shared/dataset/object-store';
import type { ShardResult } from '../shared/dataset/shard-result';
import { checkShard } from './check-shard';
import type { ShardPorts } from './ports';

/** Checks a shard, unless that was done, and of what is planned now. The result is written last: where it is, all else of the shard is there too. */
export async function checkOnce(
  task: ShardTask,
  config: DataPipelineConfig,
  store: ObjectStore,
  open: ShardPorts['open'],
): Promise<ShardResult> {
  const key = DATASET_OBJECTS.checked(task.run, task.shard);
  const done = await findJson<ShardResult>(store, key);
  if (done !== undefined && isOf(done, task)) return done;
  const result = await checkShard(task, config, {
    open,
    put: (name, bytes) =>
      store.put(
        name,
        bytes,
        name.startsWith(DATASET_OBJECTS.quarantine) ? 'application/jsonl' : 'application/octet-stream',
      ),
  });
  await writeJson(store, key, result);
  return result;
}

/** A run that was planned anew may have other shards under the same names. */
function isOf(done: ShardResult, task: ShardTask): boolean {
  const of = ({ object, range }: Pick<ShardTask, 'object' | 'range'>) =>
    JSON.stringify([object.bucket, object.key, object.etag, object.versionId, range?.from, range?.to]);
  return of(done) === of(task);
}
