import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './median';
import { type BenchRow, memoryRow } from './row';

const RUNS = 5;
/** Runs the app as it is, and says at its end how much memory it took. */
const APP = `process.once('exit', () => process.stdout.write('maxRSS ' + process.resourceUsage().maxRSS));
require(process.argv[1]);`;

/** Synthesis of the production stage, compiled, validation off, as a whole process. */
export function benchSynth(project: string): BenchRow[] {
  const seconds: number[] = [];
  const maxRss: number[] = [];
  for (let run = 0; run <= RUNS; run += 1) {
    const out = mkdtempSync(join(tmpdir(), 'slipway-bench-'));
    const started = performance.now();
    const args = ['-e', APP, join(project, 'dist/rehearsal/app.js'), 'production'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: project,
      encoding: 'utf8',
      env: { ...process.env, CDK_OUTDIR: out, CDK_VALIDATION: 'false' },
    });
    const took = (performance.now() - started) / 1000;
    rmSync(out, { recursive: true, force: true });
    if (status !== 0) throw new Error(`synthesis failed:\n${stderr}`);
    // The first run warms the file cache.
    if (run === 0) continue;
    seconds.push(took);
    maxRss.push(Number(/maxRSS (\d+)$/.exec(stdout)?.[1]));
  }
  return [
    { name: 'synth of the production stage', unit: 's', target: '<= 2', ...median(seconds) },
    memoryRow('synth of the production stage', median(maxRss).value),
  ];
}
