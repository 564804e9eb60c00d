import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { renderHtml } from '../../rehearsal/report/html';
import { writeReport } from '../../rehearsal/report/write';
import { sampleReport } from './sample';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-report-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('writeReport', () => {
  it('writes the report as JSON and as a page, and leaves nothing else', async () => {
    const report = sampleReport();
    await writeReport(report, { json: join(folder, 'new/report.json'), html: join(folder, 'new/report.html') });
    expect(JSON.parse(await readFile(join(folder, 'new/report.json'), 'utf8'))).toEqual(report);
    expect(await readFile(join(folder, 'new/report.html'), 'utf8')).toBe(renderHtml(report));
    expect((await readdir(join(folder, 'new'))).sort()).toEqual(['report.html', 'report.json']);
  });

  it('writes only what has a path, over what was there', async () => {
    await writeFile(join(folder, 'report.json'), 'old');
    await writeReport(sampleReport(), { json: join(folder, 'report.json') });
    expect(await readdir(folder)).toEqual(['report.json']);
    expect(JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'))).toMatchObject({ schema: 1 });
  });

  it('fails without leaving a half-written file when the path cannot be replaced', async () => {
    await mkdir(join(folder, 'report.json/occupied'), { recursive: true });
    await expect(writeReport(sampleReport(), { json: join(folder, 'report.json') })).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['report.json']);
  });

  it('draws the same page when it is bundled as the command line is', async () => {
    const entry = join(folder, 'entry.ts');
    const write = JSON.stringify(resolve('rehearsal/report/write'));
    await writeFile(
      entry,
      `import { readFileSync } from 'node:fs'; import { writeReport } from ${write};
       writeReport(JSON.parse(readFileSync(process.argv[2], 'utf8')), { html: process.argv[3] });`,
    );
    await build({
      entryPoints: [entry],
      outfile: join(folder, 'entry.js'),
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      mainFields: ['module', 'main'],
      external: ['canvas'],
      logLevel: 'error',
    });
    const [json, html] = [join(folder, 'report.json'), join(folder, 'report.html')];
    await writeReport(sampleReport(), { json });
    execFileSync(process.execPath, [join(folder, 'entry.js'), json, html], { cwd: folder });
    expect(await readFile(html, 'utf8')).toBe(renderHtml(sampleReport()));
  });
});
