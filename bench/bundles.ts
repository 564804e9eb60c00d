import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchRow } from './row';

/** What callers wait for at a cold start: the limit that test/predict/bundles.test.ts holds them to. */
const TAKE_PREDICTIONS: ReadonlySet<string> = new Set(['predict', 'predict-endpoint']);

/** Size of each handler as it is shipped. */
export function benchBundles(project: string): BenchRow[] {
  const handlers = join(project, 'dist/handlers');
  return readdirSync(handlers).flatMap((name) => {
    const file = join(handlers, name, 'index.js');
    const bytes = statSync(file, { throwIfNoEntry: false })?.size;
    if (bytes === undefined) return [];
    const target = TAKE_PREDICTIONS.has(name) ? '<= 600' : undefined;
    return [{ name: `bundle of ${name}`, value: bytes / 1000, unit: 'KB', target }];
  });
}
