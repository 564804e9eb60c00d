import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach } from 'vitest';

/** Gives folders that go after each test. */
export function scratchFolders(): () => string {
  const made: string[] = [];
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-parts-'));
    made.push(folder);
    return folder;
  };
}

/** Waits until it holds; fails after ten seconds. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let waited = 0; waited < 500; waited += 1) {
    if (holds()) return;
    await sleep(20);
  }
  throw new Error(`still not so after ten seconds: ${what}`);
}
