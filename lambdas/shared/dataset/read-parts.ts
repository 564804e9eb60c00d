import { type ObjectStore, requiredObject } from './object-store';
import type { BlockPart } from './partition-results';

/** Parts that are asked for before the one in hand is done. A part is at most a block, 16 MB. */
const AHEAD = 4;

/** The bytes of parts of blocks, one after the other, a few read ahead. */
export async function* readParts(store: ObjectStore, parts: readonly BlockPart[]): AsyncGenerator<Buffer> {
  const asked: Promise<Buffer>[] = [];
  let next = 0;
  const ask = () => {
    const part = parts[next];
    next += 1;
    if (part === undefined) return;
    const reading = requiredObject(store, part.key, part);
    // Awaited in its turn; until then a failure must not count as unhandled.
    reading.catch(() => {});
    asked.push(reading);
  };
  while (next < AHEAD) ask();
  for (let read = asked.shift(); read !== undefined; read = asked.shift()) {
    ask();
    yield await read;
  }
}
