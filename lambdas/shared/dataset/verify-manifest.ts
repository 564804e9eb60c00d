import { accountsHold, type DatasetManifest, type Tombstone } from '../../../protocol/dataset';
import { rowsBySide } from './live-shards';
import { contentHashOf, schemaHashOf, versionOf } from './version-address';

/**
 * What is wrong with a manifest, in words; nothing where it is what its version says. The address is that of the shards as they
 * were published: rows that were erased since leave tombstones, and change no digest that it is made of.
 */
export function manifestFaults(manifest: DatasetManifest): string[] {
  const { schema, schemaHash, shards, contentHash, version, rows, counts, tombstones } = manifest;
  const digests = shards.map(({ digest }) => digest);
  const published = rowsBySide(shards);
  const faults = [
    different('the hash of the schema', schemaHash, schemaHashOf(schema)),
    different('the content hash', contentHash, contentHashOf(schemaHash, digests)),
    different('the version', version, versionOf(contentHash)),
    different('the number of rows to train with', rows.train, published.train),
    different('the number of rows held out', rows.holdout, published.holdout),
    new Set(digests).size === digests.length ? undefined : 'a shard stands in it twice',
    accountsHold(counts) ? undefined : 'rows published, quarantined and duplicate are not all rows of its run',
    ...tombstones.map((tombstone, index) => tombstoneFault(tombstone, manifest, index)),
  ];
  return faults.filter((fault) => fault !== undefined);
}

function different(what: string, said: string | number, is: string | number): string | undefined {
  return said === is ? undefined : `${what} is ${said}, expected ${is}`;
}

/** A tombstone stands for a shard of the version, and no row was put where rows were erased. */
function tombstoneFault(
  { shard, replacedBy, rowsErased }: Tombstone,
  { shards, tombstones }: DatasetManifest,
  index: number,
): string | undefined {
  const before = tombstones.slice(0, index).findLast((earlier) => earlier.shard === shard)?.replacedBy;
  const was = before === undefined ? shards.find(({ digest }) => digest === shard) : before;
  if (was === undefined || was === null) return `a tombstone stands for shard ${shard}, which is not there`;
  const left = replacedBy?.rows ?? 0;
  if (was.rows - left !== rowsErased)
    return `the tombstone of shard ${shard} counts ${rowsErased} rows, expected ${was.rows - left}`;
  return replacedBy !== null && replacedBy.side !== was.side
    ? `what is left of shard ${shard} is on the side ${replacedBy.side}, expected ${was.side}`
    : undefined;
}
