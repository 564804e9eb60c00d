import { DATASET_OBJECTS } from '../../../protocol/dataset-objects';
import type { DataStage } from '../data-stage';
import { linesOf } from '../lines';
import type { DatasetObjects } from '../ports';
import { parsedRow, quarantineFiles, rowIdOf } from '../quarantine';
import { eraseAll } from './erase-versions';
import type { QuarantineTraces } from './scan';

const LINE_FEED = Buffer.from('\n');

/** Writes quarantine files again without these rows, and others without their header; a file of which nothing is left goes as a whole. */
export async function eraseQuarantine(
  objects: DatasetObjects,
  run: string,
  { rows, byBytes, headers, unreadable }: QuarantineTraces,
): Promise<void> {
  for (const key of await quarantineFiles(objects, run)) {
    const stream = await objects.read(key);
    if (stream === undefined) continue;
    const left: Buffer[] = [];
    let number = 0;
    let changed = false;
    for await (const lines of linesOf(stream)) {
      for (const line of lines) {
        number += 1;
        const row = parsedRow(line, key, number);
        const id = rowIdOf(row);
        const goes = rows.has(id) || byBytes.has(id) || unreadable.has(id);
        const withoutHeader = headers.has(id) && !goes;
        changed ||= goes || withoutHeader;
        if (!goes) left.push(withoutHeader ? Buffer.from(JSON.stringify({ ...row, header: [] })) : line, LINE_FEED);
      }
    }
    if (!changed) continue;
    if (left.length > 0) await objects.write(key, Buffer.concat(left));
    else await eraseAll(objects, key, (one) => one === key);
  }
}

/**
 * Erases objects of replayed rows. The rows of others in them are in versions or in quarantine by now; if no run has taken them
 * yet, their quarantine counts as not replayed, so that what is left in it can be replayed.
 */
export async function eraseReplays({ objects, catalogue }: DataStage, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  const taken = new Set((await catalogue.sources()).map(({ bucket, key }) => `${bucket}/${key}`));
  const marks = await catalogue.replays();
  for (const key of keys) {
    if (!taken.has(`${objects.bucket}/${key}`)) {
      for (const { run } of marks.filter((mark) => mark.objects.includes(key))) await catalogue.dropReplay(run);
    }
  }
  await eraseAll(objects, DATASET_OBJECTS.replay, (key) => keys.includes(key));
}
