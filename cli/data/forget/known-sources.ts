import type { SourceObject } from '../../../protocol/dataset';
import { CATALOGUE_KEYS } from '../../../protocol/dataset-catalogue';
import { DATASET_OBJECTS } from '../../../protocol/dataset-objects';
import type { DataStage } from '../data-stage';
import { readWhole } from '../manifest';
import { quarantinedRows, rowIdOf } from '../quarantine';
import type { Traces } from './scan';

/** An object, or a place, that could not be searched, and why. */
export interface NotSearched {
  readonly object: string;
  readonly reason: string;
}

/** Source objects in which a subject's rows may lie. */
export interface KnownSources {
  readonly objects: readonly SourceObject[];
  /** Of them, by `CATALOGUE_KEYS.source`, what a run has taken: it is not read again as it is. */
  readonly taken: ReadonlySet<string>;
  /** Places that could not be listed. */
  readonly notListed: readonly NotSearched[];
}

/**
 * Source objects of all versions and runs, those of runs that failed included, and what lies beside them and was not read yet. Those
 * that replays made are no sources: they are erased.
 */
export async function knownSources(stage: DataStage, traces: Traces): Promise<KnownSources> {
  const { objects, catalogue, sources } = stage;
  const taken = [...traces.manifests.flatMap(({ sources: of }) => of), ...(await catalogue.sources())];
  const known = [...taken, ...(await planned(stage))];
  for (const [run, { rows, byBytes, headers }] of traces.quarantine) {
    const theirs = (id: string) => rows.has(id) || byBytes.has(id) || headers.has(id);
    for await (const row of quarantinedRows(objects, run)) if (theirs(rowIdOf(row))) known.push(row.object);
  }
  const notListed: NotSearched[] = [];
  const places = [{ bucket: objects.bucket, prefix: DATASET_OBJECTS.inbox }, ...placesOf(known, objects.bucket)];
  for (const { bucket, prefix } of places) {
    const found = await sources.list(bucket, prefix).catch((error: unknown) => {
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
      notListed.push({ object: `s3://${bucket}/${prefix}`, reason: `it could not be listed: ${reason}` });
      return [];
    });
    known.push(...found.filter(({ key }) => !key.endsWith('/')));
  }
  const own = ({ bucket, key }: SourceObject) => bucket === objects.bucket && key.startsWith(DATASET_OBJECTS.replay);
  const all = new Map<string, SourceObject>();
  for (const object of known) {
    const name = CATALOGUE_KEYS.source(object);
    // The first tells its version, which a list does not.
    if (!own(object) && !all.has(name)) all.set(name, object);
  }
  return { objects: [...all.values()], taken: new Set(taken.map(CATALOGUE_KEYS.source)), notListed };
}

/** What runs have planned to read, however they ended. */
async function planned({ objects }: DataStage): Promise<SourceObject[]> {
  const found: SourceObject[] = [];
  for (const { key } of await objects.list(DATASET_OBJECTS.runs)) {
    if (!key.endsWith('/plan.json')) continue;
    const bytes = await readWhole(objects, key);
    const plan: { readonly objects?: readonly SourceObject[] } = JSON.parse(bytes?.toString('utf8') || '{}');
    found.push(...(plan.objects ?? []));
  }
  return found;
}

/** By bucket the folder in which all that is known of it lies: there lies what is new as well. */
function placesOf(known: readonly SourceObject[], own: string): { readonly bucket: string; readonly prefix: string }[] {
  const folders = new Map<string, string>();
  for (const { bucket, key } of known) {
    if (bucket === own) continue;
    const folder = key.slice(0, key.lastIndexOf('/') + 1);
    folders.set(bucket, common(folders.get(bucket) ?? folder, folder));
  }
  return [...folders].map(([bucket, prefix]) => ({ bucket, prefix }));
}

function common(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return a.slice(0, a.slice(0, length).lastIndexOf('/') + 1);
}
