import type { RunReport } from '../../protocol/dataset-catalogue';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { CliError, EXIT } from '../errors';
import { findManifest, readWhole } from './manifest';
import type { Catalogue, DatasetObjects } from './ports';
import { shownFault } from './quarantine';

/** What the report of a run says beyond its item, as it may be shown. */
export type ShownReport = Pick<RunReport, 'faultsByRule' | 'samples' | 'leftAlone' | 'lost'>;

/** Undefined where the run has not come so far. */
export async function readReport(
  objects: DatasetObjects,
  catalogue: Catalogue,
  run: string,
): Promise<ShownReport | undefined> {
  const key = DATASET_OBJECTS.report(run);
  const bytes = await readWhole(objects, key);
  if (bytes === undefined) return undefined;
  const { faultsByRule, samples, leftAlone, lost } = parsed(bytes, key);
  const latest = await catalogue.latest();
  const schema = latest === undefined ? undefined : (await findManifest(objects, latest.version))?.schema;
  const shown = samples.map(({ row, key: object, ...fault }) => ({ row, key: object, ...shownFault(fault, schema) }));
  return { faultsByRule, samples: shown, leftAlone, lost };
}

function parsed(bytes: Buffer, key: string): RunReport {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new CliError(`object ${key} is no JSON: the report is damaged`, EXIT.failed);
  }
}
