import { gunzipSync, gzipSync } from 'node:zlib';
import { type CellValue, canonicalLine, valuesOfLine } from '../../../lambdas/shared/dataset/canonical-row';
import { HASH_BYTES, writeHash } from '../../../lambdas/shared/dataset/hash';
import { liveShards, rowsBySide } from '../../../lambdas/shared/dataset/live-shards';
import { RowHasher } from '../../../lambdas/shared/dataset/row-hashes';
import { contentHashOf, schemaHashOf, versionOf } from '../../../lambdas/shared/dataset/version-address';
import { ProfileBuilder } from '../../../lambdas/shared/statistics/profile';
import type {
  ColumnSchema,
  DatasetManifest,
  DatasetSchemaDocument,
  DatasetSide,
  HoldOutDocument,
  QuarantinedRow,
  ShardFile,
  SourceObject,
} from '../../../protocol/dataset';
import { DATASET_OBJECTS } from '../../../protocol/dataset-objects';
import { type MemoryStage, sha256 } from './memory-stage';

const text = (name: string, personal = false): ColumnSchema => ({
  name,
  type: 'string',
  required: true,
  personal,
  severity: 'reject',
});

/** Mails of people: whose, when, how long, of which kind. */
export const SCHEMA: DatasetSchemaDocument = {
  columns: [
    text('id'),
    text('person', true),
    { ...text('length'), type: 'integer' },
    { ...text('at'), type: 'timestamp' },
    { ...text('kind'), allowed: ['spam', 'ham'], maxLength: 10 },
  ],
  key: ['id'],
  keySeverity: 'reject',
  group: ['person'],
  subject: 'person',
};

const HOLD_OUT: HoldOutDocument = { kind: 'hash', share: 0.2, salt: 'salt' };
const PARTITIONS = 2;

export interface Row {
  readonly id: string;
  readonly person: string;
  readonly length: number;
}

function valuesOf({ id, person, length }: Row): CellValue[] {
  return [id, person, length, Date.UTC(2026, 0, 1) + length, length % 2 === 0 ? 'spam' : 'ham'];
}

export function lineOf(row: Row): string {
  return canonicalLine(SCHEMA.columns, valuesOf(row));
}

/** A person's rows are all on one side. */
function sideOf({ person }: Row): DatasetSide {
  return person.length % 2 === 0 ? 'train' : 'holdout';
}

export function profileOfRows(rows: readonly Row[]) {
  const builder = ProfileBuilder.of(SCHEMA.columns);
  for (const row of rows) {
    valuesOf(row).forEach((value, column) => {
      builder.add(column, value);
    });
  }
  return builder.toProfile();
}

/** Index files by name, as the pipeline writes them for these rows. */
export function indexesOf(rows: readonly Row[], schema = SCHEMA): Map<string, Buffer> {
  const hasher = new RowHasher(schema, HOLD_OUT);
  const keys: Buffer[][] = Array.from({ length: PARTITIONS }, () => []);
  const groups: Map<string, Buffer>[] = Array.from({ length: PARTITIONS }, () => new Map());
  for (const row of rows) {
    const { k, c, g } = hasher.of(valuesOf(row));
    const key = Buffer.alloc(2 * HASH_BYTES);
    writeHash(k, key, 0);
    writeHash(c, key, HASH_BYTES);
    keys[(k[0] ?? 0) % PARTITIONS]?.push(key);
    const group = Buffer.alloc(HASH_BYTES + 4);
    writeHash(g, group, 0);
    group.writeUInt32BE(sideOf(row) === 'train' ? 0 : 1, HASH_BYTES);
    groups[(g[0] ?? 0) % PARTITIONS]?.set(group.toString('hex'), group);
  }
  const files = new Map<string, Buffer>();
  for (let p = 0; p < PARTITIONS; p += 1) {
    files.set(`keys-${p}.bin`, Buffer.concat((keys[p] ?? []).toSorted(Buffer.compare)));
    files.set(`groups-${p}.bin`, Buffer.concat([...(groups[p]?.values() ?? [])].toSorted(Buffer.compare)));
  }
  return files;
}

export function sourceOf(key: string): SourceObject {
  return { bucket: 'inbox', key, etag: `etag-${key}`, bytes: 10 };
}

/** The version that a run of the pipeline makes of the latest and of these rows. */
export function publish(
  stage: MemoryStage,
  rows: readonly Row[],
  changes: Partial<DatasetManifest> = {},
): DatasetManifest {
  const { objects, catalogue } = stage;
  const parent = catalogue.newest === undefined ? undefined : manifestIn(stage, catalogue.newest.version);
  const number = catalogue.items.size + 1;
  const run = `2026010${number}T000000Z-0000000${number}`;
  const made = (['train', 'holdout'] as const).flatMap((side) => shardsOf(stage, rows, side));
  const shards = [...(parent === undefined ? [] : liveShards(parent)), ...made];
  const all = [...(parent === undefined ? [] : rowsIn(stage, parent)), ...rows];
  const schemaHash = schemaHashOf(SCHEMA);
  const contentHash = contentHashOf(
    schemaHash,
    shards.map(({ digest }) => digest),
  );
  const manifest: DatasetManifest = {
    dataset: 'demo',
    version: versionOf(contentHash),
    contentHash,
    schema: SCHEMA,
    schemaHash,
    holdOut: HOLD_OUT,
    partitions: PARTITIONS,
    shards,
    rows: rowsBySide(shards),
    counts: { rows: rows.length + 1, published: rows.length, quarantined: 1, duplicates: 0 },
    sources: [sourceOf(`mails-${number}.csv`)],
    profile: profileOfRows(all),
    addedProfile: profileOfRows(rows),
    gate: {
      passed: true,
      checks: [{ rule: 'minimum-rows', passed: true, measured: rows.length, expected: 'at least 1' }],
    },
    parent: parent?.version ?? null,
    run,
    codeVersion: '1.0.0',
    publishedAt: `2026-01-0${number}T00:00:10.000Z`,
    tombstones: [],
    ...changes,
  };
  objects.put(DATASET_OBJECTS.manifest(manifest.version), JSON.stringify(manifest));
  for (const [name, bytes] of indexesOf(all, manifest.schema)) objects.put(`index/${manifest.version}/${name}`, bytes);
  const { version, counts, gate, publishedAt } = manifest;
  catalogue.items.set(version, {
    dataset: 'demo',
    version,
    contentHash,
    schemaHash,
    parent: manifest.parent,
    run,
    rows: manifest.rows,
    counts,
    manifest: { bucket: objects.bucket, key: DATASET_OBJECTS.manifest(version) },
    codeVersion: '1.0.0',
    publishedAt,
  });
  const startedAt = `2026-01-0${number}T00:00:00.000Z`;
  const common = { dataset: 'demo', run, execution: `arn:aws:states:::execution:${number}`, startedAt } as const;
  catalogue.allRuns.set(run, { ...common, state: 'published', endedAt: publishedAt, counts, version, gate });
  catalogue.newest = { version, run, publishedAt };
  return manifest;
}

function shardsOf(stage: MemoryStage, rows: readonly Row[], side: DatasetSide): ShardFile[] {
  const lines = rows
    .filter((row) => sideOf(row) === side)
    .map((row) => `${lineOf(row)}\n`)
    .toSorted();
  if (lines.length === 0) return [];
  const content = Buffer.from(lines.join(''));
  const digest = sha256(content);
  stage.objects.put(DATASET_OBJECTS.shard(digest), gzipSync(content));
  return [{ digest, rows: lines.length, bytes: content.length, side }];
}

export function manifestIn({ objects }: MemoryStage, version: string): DatasetManifest {
  return JSON.parse(String(objects.text(DATASET_OBJECTS.manifest(version))));
}

/** Rows that a version holds now. */
export function rowsIn(stage: MemoryStage, manifest: DatasetManifest): Row[] {
  return liveShards(manifest).flatMap(({ digest }) => {
    const lines = unpacked(stage, digest).split('\n').slice(0, -1);
    return lines.map((line): Row => {
      const [id, person, length] = valuesOfLine(SCHEMA.columns, line);
      return { id: String(id), person: String(person), length: Number(length) };
    });
  });
}

export function unpacked({ objects }: MemoryStage, digest: string): string {
  const packed = objects.text(DATASET_OBJECTS.shard(digest));
  return packed === undefined ? '' : gunzip(packed);
}

function gunzip(packed: Buffer): string {
  return gunzipSync(packed).toString('utf8');
}

/** A row of a CSV object that a run set apart. */
export function quarantined(raw: string, changes: Partial<QuarantinedRow> = {}): QuarantinedRow {
  return {
    object: sourceOf('mails-1.csv'),
    format: 'csv',
    delimiter: ',',
    header: SCHEMA.columns.map(({ name }) => name),
    row: 7,
    offset: 120,
    raw: Buffer.from(raw).toString('base64'),
    faults: [{ rule: 'range', severity: 'reject', column: 'length', value: '-1', expected: 'at least 0' }],
    ...changes,
  };
}

export function quarantine(stage: MemoryStage, run: string, rows: readonly QuarantinedRow[], shard = '00000'): string {
  const key = DATASET_OBJECTS.quarantineFile(run, shard);
  const first = 100 * Number(shard.replace(/^\D+/, '').split('-')[0]);
  const numbered = rows.map((row, index) => ({
    ...row,
    row: row.piece === undefined ? first + row.row + index : row.row,
  }));
  stage.objects.put(key, numbered.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return key;
}

export function rowsOf(count: number, from = 0): Row[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `row-${from + index}`,
    person: index % 3 === 0 ? `p${from + index}@example.com` : `p${from + index}x@example.com`,
    length: (from + index) % 90,
  }));
}

/** Two versions, the second with more rows and longer mails. */
export function twoVersions(stage: MemoryStage): [DatasetManifest, DatasetManifest] {
  return [publish(stage, rowsOf(60)), publish(stage, rowsOf(80, 1000))];
}
