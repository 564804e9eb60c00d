import { liveShards } from '../../lambdas/shared/dataset/live-shards';
import { canonicalJson } from '../../lambdas/shared/dataset/version-address';
import { mean, quantile } from '../../lambdas/shared/statistics/column-figures';
import type { ColumnProfile } from '../../lambdas/shared/statistics/dataset-profile';
import { type ColumnDistance, columnDistance } from '../../lambdas/shared/statistics/distance';
import type { ColumnSchema, DatasetManifest, DatasetSchemaDocument } from '../../protocol/dataset';
import { profileOf } from './profile-of';
import { numberText, percent } from './show';

/** What differs between two versions of a dataset. */
export interface DatasetDiff {
  readonly from: string;
  readonly to: string;
  /** Rows in shards that one has and the other has not. */
  readonly rows: { readonly added: number; readonly removed: number; readonly from: number; readonly to: number };
  /** What was changed in the schema, in words. */
  readonly schema: readonly string[];
  readonly columns: readonly ColumnDiff[];
}

export interface ColumnDiff extends ColumnDistance {
  readonly type: ColumnSchema['type'];
  /** Of numbers and times that are not personal; times in milliseconds since 1970. */
  readonly figures: {
    readonly mean: readonly [number | null, number | null];
    readonly median: readonly [number | null, number | null];
    readonly p95: readonly [number | null, number | null];
  } | null;
}

/** Compares two versions by their manifests alone. */
export function diffVersions(from: DatasetManifest, to: DatasetManifest): DatasetDiff {
  const before = new Map((profileOf(from.profile)?.columns ?? []).map((column) => [column.name, column]));
  const columns = (profileOf(to.profile)?.columns ?? []).flatMap((column): ColumnDiff[] => {
    const earlier = before.get(column.name);
    if (earlier === undefined || earlier.type !== column.type) return [];
    return [{ ...columnDistance(earlier, column), type: column.type, figures: figuresOf(earlier, column) }];
  });
  return {
    from: from.version,
    to: to.version,
    rows: {
      added: rowsWithout(to, from),
      removed: rowsWithout(from, to),
      from: rowsOf(from),
      to: rowsOf(to),
    },
    schema: schemaChanges(from.schema, to.schema),
    columns,
  };
}

function rowsOf(manifest: DatasetManifest): number {
  return liveShards(manifest).reduce((sum, { rows }) => sum + rows, 0);
}

function rowsWithout(manifest: DatasetManifest, other: DatasetManifest): number {
  const theirs = new Set(liveShards(other).map(({ digest }) => digest));
  return liveShards(manifest).reduce((sum, { digest, rows }) => sum + (theirs.has(digest) ? 0 : rows), 0);
}

function figuresOf(a: ColumnProfile, b: ColumnProfile): ColumnDiff['figures'] {
  if (a.personal || b.personal || a.numbers === undefined || b.numbers === undefined) return null;
  return {
    mean: [mean(a.numbers), mean(b.numbers)],
    median: [quantile(a, 0.5), quantile(b, 0.5)],
    p95: [quantile(a, 0.95), quantile(b, 0.95)],
  };
}

/** Differences of two schemas: of columns by name, then of what stands beside the columns. */
function schemaChanges(from: DatasetSchemaDocument, to: DatasetSchemaDocument): string[] {
  const before = new Map(from.columns.map((column) => [column.name, column]));
  const after = new Map(to.columns.map((column) => [column.name, column]));
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const columns = names.flatMap((name) => {
    const [a, b] = [before.get(name), after.get(name)];
    if (a === undefined) return [`column ${name} is new (${b?.type})`];
    if (b === undefined) return [`column ${name} is gone (${a.type})`];
    return memberChanges(a, b).map((change) => `column ${name}: ${change}`);
  });
  const { columns: _from, ...restFrom } = from;
  const { columns: _to, ...restTo } = to;
  return [...columns, ...memberChanges(restFrom, restTo)];
}

function memberChanges(a: object, b: object): string[] {
  const [before, after] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.flatMap((name) => {
    const [was, is] = [textOf(before.get(name)), textOf(after.get(name))];
    return was === is ? [] : [`${name} was ${was}, is ${is}`];
  });
}

function textOf(value: unknown): string {
  return value === undefined ? 'none' : canonicalJson(value);
}

export const DIFF_HEADINGS = ['column', 'compared', 'PSI', 'Jensen-Shannon', 'test', 'nulls', 'mean', 'median', '95 %'];

export function diffRows({ columns }: DatasetDiff): string[][] {
  return columns.map((column) => {
    const { type, figures, nullShares } = column;
    const pair = ([a, b]: readonly [number | null, number | null]) =>
      a === null || b === null ? '' : change(numberText(type, a), numberText(type, b));
    return [
      column.column,
      column.reason === undefined ? column.on : `${column.on}\n(${column.reason})`,
      column.psi === null ? '' : `${short(column.psi)}\n(by chance ${short(column.psiByChance ?? 0)})`,
      column.jensenShannon === null ? '' : short(column.jensenShannon),
      testText(column),
      change(percent(nullShares.a), percent(nullShares.b)),
      figures === null ? '' : pair(figures.mean),
      figures === null ? '' : pair(figures.median),
      figures === null ? '' : pair(figures.p95),
    ];
  });
}

function change(a: string, b: string): string {
  return a === b ? a : `${a}\n→ ${b}`;
}

function testText({ ks, chiSquare }: ColumnDistance): string {
  if (ks !== undefined) return `KS ${short(ks.statistic)}\np ${short(ks.pValue)}`;
  if (chiSquare !== undefined) {
    return `chi-square ${short(chiSquare.statistic)}\n(${chiSquare.degreesOfFreedom} degrees), p ${short(chiSquare.pValue)}`;
  }
  return '';
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
