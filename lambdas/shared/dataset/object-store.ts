/** Bytes of an object from `from` up to, and without, `to`. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** Objects of the dataset bucket. */
export interface ObjectStore {
  /** Undefined where there is no such object. */
  get(key: string, range?: ByteRange): Promise<Buffer | undefined>;
  /** Replaces what is there: whoever repeats a step writes the same again. */
  put(key: string, body: Buffer, contentType: ContentType): Promise<void>;
}

export type ContentType = 'application/json' | 'application/jsonl' | 'application/octet-stream' | 'application/gzip';

/** An object without which a step cannot go on. */
export async function requiredObject(store: ObjectStore, key: string, range?: ByteRange): Promise<Buffer> {
  const found = await store.get(key, range);
  if (found === undefined) throw new Error(`there is no object ${key}, which an earlier step of the run has written`);
  return found;
}

export async function readJson<T>(store: ObjectStore, key: string): Promise<T> {
  return JSON.parse((await requiredObject(store, key)).toString('utf8')) as T;
}

export async function findJson<T>(store: ObjectStore, key: string): Promise<T | undefined> {
  const found = await store.get(key);
  return found === undefined ? undefined : (JSON.parse(found.toString('utf8')) as T);
}

export async function writeJson(store: ObjectStore, key: string, value: unknown): Promise<void> {
  await store.put(key, Buffer.from(JSON.stringify(value)), 'application/json');
}
