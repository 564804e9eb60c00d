import { CATALOGUE_KEYS } from '../../protocol/dataset-catalogue';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { atOnce } from '../shared/at-once';
import { formatOf, formatOfReplay, type ObjectFormat } from './format-of';
import type { ListedObject, NewObject, World } from './ports';

/** Requests about single objects at once. */
const PINS = 16;
/** Names of objects that were left alone that are told. */
const NAMES_TOLD = 100;
/** A key of DynamoDB has at most 1,024 bytes; objects have names of that length too. */
const MAX_KEY_BYTES = 1024;

export interface LeftAlone {
  count: number;
  readonly first: string[];
}

interface Place {
  readonly bucket: string;
  readonly prefix: string;
  format(key: string): ObjectFormat | undefined;
}

/**
 * Objects that no run has taken yet: of the sources in their order, then those that are replayed; within a prefix by key. What
 * cannot be read is counted in `left` and stays where it is.
 */
export async function* newObjects(world: World, left: LeftAlone): AsyncGenerator<NewObject> {
  const seen = new Set<string>();
  for (const place of placesOf(world)) {
    for await (const page of world.sources.list(place.bucket, place.prefix)) {
      const candidates = page.flatMap((listed) => candidateOf(place, listed, left));
      const taken = await world.catalogue.taken(candidates.map(({ object }) => object));
      const fresh = candidates.filter(({ object }) => {
        const key = CATALOGUE_KEYS.source(object);
        // Prefixes may overlap: an object is read once.
        const isNew = !taken.has(key) && !seen.has(key);
        if (isNew) seen.add(key);
        return isNew;
      });
      const pinned = await atOnce(fresh, PINS, async ({ object: { bucket, key }, ...format }) => {
        const object = await world.sources.pin(bucket, key);
        // One that went since it was listed has nothing to give any more.
        return object === undefined ? [] : [{ ...format, object }];
      });
      yield* pinned.flat();
    }
  }
}

function placesOf({ config, bucket }: World): Place[] {
  const sources = config.sources.map((source) => ({
    // The dataset's own bucket has no name yet where sources are declared.
    bucket: source.bucket === '' ? bucket.name : source.bucket,
    prefix: source.prefix,
    format: (key: string) => formatOf(source, key),
  }));
  return [...sources, { bucket: bucket.name, prefix: DATASET_OBJECTS.replay, format: formatOfReplay }];
}

function candidateOf({ bucket, format }: Place, listed: ListedObject, left: LeftAlone): NewObject[] {
  const { key, etag, bytes, archived } = listed;
  // What consoles make for a folder.
  if (key.endsWith('/') && bytes === 0) return [];
  const object = { bucket, key, etag, bytes };
  const how = format(key);
  const storable = Buffer.byteLength(CATALOGUE_KEYS.source(object)) <= MAX_KEY_BYTES;
  if (how !== undefined && !archived && storable) return [{ ...how, object }];
  left.count += 1;
  if (left.first.length < NAMES_TOLD) left.first.push(`${bucket}/${key}`);
  return [];
}
