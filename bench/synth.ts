import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './median';
import type { BenchRow } from './row';

const RUNS = 5;

/** Synthesis of the production stage, compiled, validation off, as a whole process. */
export function benchSynth(project: string): BenchRow[] {
  const seconds: number[] = [];
  for (let run = 0; run <= RUNS; run += 1) {
    const out = mkdtempSync(join(tmpdir(), 'slipway-bench-'));
    const started = performance.now();
    const { status, stderr } = spawnSync(process.execPath, [join(project, 'dist/rehearsal/app.js'), 'production'], {
      cwd: project,
      encoding: 'utf8',
      env: { ...process.env, CDK_OUTDIR: out, CDK_VALIDATION: 'false' },
    });
    const took = (performance.now() - started) / 1000;
    rmSync(out, { recursive: true, force: true });
    if (status !== 0) throw new Error(`synthesis failed:\n${stderr}`);
    // The first run warms the file cache.
    if (run > 0) seconds.push(took);
  }
  return [{ name: 'synth of the production stage', unit: 's', target: '<= 2', ...median(seconds) }];
}
