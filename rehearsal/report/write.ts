import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RehearsalReport } from './report';

/** Where the report goes; a form that has no path is not written. */
export interface ReportFiles {
  readonly json?: string;
  readonly html?: string;
}

export async function writeReport(report: RehearsalReport, files: ReportFiles): Promise<void> {
  if (files.json !== undefined) await writeWhole(files.json, `${JSON.stringify(report, null, 2)}\n`);
  if (files.html !== undefined) {
    // Drawing takes 170 ms to load: no command that draws nothing waits for it.
    const { renderHtml } = await import('./html');
    await writeWhole(files.html, renderHtml(report));
  }
}

/** A reader sees the old file or the new one, never half: the rename is atomic within one folder. */
async function writeWhole(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
