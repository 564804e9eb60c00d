import { type ScanText, scanText } from './scan-text';

/** Deeper values are refused: nothing that a model is asked needs it, and recursion over them stays safe. */
export const MAX_DEPTH = 100;

/** Numbers below have fewer than seven digits, and no recogniser takes fewer. */
const LEAST_NUMBER = 1_000_000;

/** Text by its place: the how-manieth string, key or number of the value in the order of the walk. */
export type TextsByPlace<T> = ReadonlyMap<number, T>;

export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const child of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof child === 'object' && child !== null && isDeeperThan(child, levels - 1)) return true;
  }
  return false;
}

/** Everything in a value that can carry text: strings, keys, and numbers long enough to be a card's. */
export function textsOf(value: unknown): TextsByPlace<ScanText> {
  const texts = new Map<number, ScanText>();
  let place = 0;
  const visit = (node: unknown, key: string): void => {
    if (typeof node === 'string') {
      if (node !== '') texts.set(place, scanText(node, key));
      place++;
    } else if (typeof node === 'number') {
      if (Math.abs(node) >= LEAST_NUMBER) texts.set(place, scanText(String(node), key));
      place++;
    } else if (Array.isArray(node)) {
      for (const child of node) visit(child, key);
    } else if (typeof node === 'object' && node !== null) {
      for (const [name, child] of Object.entries(node)) {
        if (name !== '') texts.set(place, scanText(name, ''));
        place++;
        visit(child, name);
      }
    }
  };
  visit(value, '');
  return texts;
}

/** The value with the texts at these places replaced; a replaced number becomes a string. The value itself stays as it is. */
export function withTexts(value: unknown, replaced: TextsByPlace<string>): unknown {
  if (replaced.size === 0) return value;
  let place = 0;
  const copy = (node: unknown): unknown => {
    if (typeof node === 'string' || typeof node === 'number') return replaced.get(place++) ?? node;
    if (Array.isArray(node)) return node.map(copy);
    if (typeof node !== 'object' || node === null) return node;
    const result: Record<string, unknown> = {};
    const counts = new Map<string, number>();
    for (const [name, child] of Object.entries(node)) {
      const newName = freeName(result, counts, replaced.get(place++) ?? name);
      const newChild = copy(child);
      // Assigning `__proto__` would set the prototype.
      Object.defineProperty(result, newName, { value: newChild, enumerable: true, writable: true, configurable: true });
    }
    return result;
  };
  return copy(value);
}

/** Two keys may have become the same; no member may be lost. */
function freeName(taken: object, counts: Map<string, number>, wanted: string): string {
  let name = wanted;
  let count = counts.get(wanted) ?? 1;
  while (Object.hasOwn(taken, name)) name = `${wanted}#${++count}`;
  counts.set(wanted, count);
  return name;
}
