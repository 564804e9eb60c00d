import type { DatasetObjects, ObjectVersion } from '../ports';

/** Erases every version of objects; gives how many objects that were. */
export async function eraseAll(
  objects: DatasetObjects,
  prefix: string,
  chosen: (key: string) => boolean,
): Promise<number> {
  const versions = (await objects.versions(prefix)).filter(({ key }) => chosen(key));
  await objects.erase(oldestFirst(versions));
  return new Set(versions.map(({ key }) => key)).size;
}

/** Erases what readers do not get any more, and what was written again may still hold. */
export async function eraseOlder(objects: DatasetObjects, prefix: string): Promise<void> {
  await objects.erase((await objects.versions(prefix)).filter(({ latest }) => !latest));
}

/** The latest of an object goes last: while it is there, a rerun after a crash finds what it was about. */
function oldestFirst(versions: readonly ObjectVersion[]): ObjectVersion[] {
  return [...versions.filter(({ latest }) => !latest), ...versions.filter(({ latest }) => latest)];
}
