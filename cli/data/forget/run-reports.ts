import type { RunReport } from '../../../protocol/dataset-catalogue';
import { DATASET_OBJECTS } from '../../../protocol/dataset-objects';
import { readWhole } from '../manifest';
import type { DatasetObjects } from '../ports';
import { eraseAll } from './erase-versions';
import type { Subject } from './subject';

/** Reports of runs that tell of a row by its statistics or samples: those of these runs, and those of runs that no version tells of. */
export async function tellingReports(
  objects: DatasetObjects,
  concerned: (run: string) => boolean,
  subject: Subject,
): Promise<string[]> {
  const found: string[] = [];
  for (const { key } of await objects.list(DATASET_OBJECTS.runs)) {
    if (!isReport(key)) continue;
    const bytes = await readWhole(objects, key);
    if (bytes === undefined) continue;
    const run = key.slice(DATASET_OBJECTS.runs.length, -'/report.json'.length);
    if (subject.inBytes(bytes) || (concerned(run) && isTelling(reportIn(bytes)))) found.push(key);
  }
  return found;
}

/** Writes reports without what tells of single rows; one that holds the value elsewhere goes as a whole. */
export async function purgeReports(
  objects: DatasetObjects,
  keys: readonly string[],
  subject: Subject,
  step: (text: string) => Promise<void>,
): Promise<void> {
  for (const key of keys) {
    await step(`${key} is written without statistics of rows`);
    const bytes = await readWhole(objects, key);
    const report = bytes === undefined ? undefined : reportIn(bytes);
    const rest =
      report === undefined ? undefined : Buffer.from(JSON.stringify({ ...report, samples: [], profile: null }));
    if (rest === undefined || subject.inBytes(rest)) {
      await eraseAll(objects, key, (one) => one === key);
      continue;
    }
    await objects.write(key, rest);
  }
  // Also what a command that was killed between the two has left.
  const versions = await objects.versions(DATASET_OBJECTS.runs);
  await objects.erase(versions.filter(({ key, latest }) => !latest && isReport(key)));
}

export function isReport(key: string): boolean {
  return key.endsWith('/report.json');
}

function isTelling(report: RunReport | undefined): boolean {
  return report === undefined || report.profile !== null || report.samples.length > 0;
}

function reportIn(bytes: Buffer): RunReport | undefined {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
