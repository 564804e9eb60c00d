import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** What is parsed at every cold start. One bundle with both runtimes' clients and the queue's would have 640 KiB. */
const MOST_BYTES = 600_000;

test.each(['predict', 'predict-endpoint'])('the bundle of %s stays below its limit', (handler) => {
  const { size } = statSync(join(__dirname, '../../dist/handlers', handler, 'index.js'));
  expect(size).toBeGreaterThan(100_000);
  expect(size).toBeLessThanOrEqual(MOST_BYTES);
});
