import { liveShards, rowsBySide } from '../../lambdas/shared/dataset/live-shards';
import { distinctOf, mean, nullShare, quantile, shown } from '../../lambdas/shared/statistics/column-figures';
import type { ColumnProfile } from '../../lambdas/shared/statistics/dataset-profile';
import type { ColumnSchema, DatasetManifest, GateReport } from '../../protocol/dataset';
import { rowsErased } from './manifest';
import { profileOf } from './profile-of';

/** A manifest as it may be shown. */
export function shownManifest(manifest: DatasetManifest): DatasetManifest {
  const personal = new Set(manifest.schema.columns.filter((column) => column.personal).map(({ name }) => name));
  return {
    ...manifest,
    profile: withoutValues(manifest.profile, personal),
    addedProfile: withoutValues(manifest.addedProfile, personal),
  };
}

/** A profile holds no value of a personal column; one that does, for whatever reason, is not shown with it. */
function withoutValues(profile: unknown, personal: ReadonlySet<string>): unknown {
  const read = profileOf(profile);
  if (read === undefined) return null;
  return {
    ...read,
    columns: read.columns.map((column) => {
      if (!personal.has(column.name) && !column.personal) return column;
      const { name, type, rows, nulls, unusable, distinct, lengths } = column;
      return { name, type, personal: true, rows, nulls, unusable, distinct, ...(lengths && { lengths }) };
    }),
  };
}

export function manifestRows(manifest: DatasetManifest): string[][] {
  const { dataset, publishedAt, run, parent, contentHash, schemaHash, holdOut, counts, codeVersion, newestEvent } =
    manifest;
  const live = rowsBySide(liveShards(manifest));
  const erased = rowsErased(manifest);
  return [
    ['dataset', dataset],
    ['published', publishedAt],
    ['run', run],
    ['parent', parent ?? 'none'],
    ['content hash', contentHash],
    ['schema hash', schemaHash],
    ['hold-out', holdOutText(holdOut)],
    ['rows', `${live.train} to train, ${live.holdout} held out, in ${liveShards(manifest).length} shards`],
    ...(erased === 0 ? [] : [['erased since', `${erased} rows`]]),
    [
      'its run',
      `${counts.rows} rows in, ${counts.published} published, ${counts.duplicates} duplicates, ${counts.quarantined} quarantined`,
    ],
    ['code version', codeVersion],
    ['newest event', newestEvent ?? 'unknown'],
  ];
}

function holdOutText(holdOut: DatasetManifest['holdOut']): string {
  if (holdOut.kind === 'hash') return `${Number((holdOut.share * 100).toPrecision(4))} % by hash`;
  return `from ${holdOut.from} on, by ${holdOut.column}`;
}

export const COLUMN_HEADINGS = ['column', 'type', 'rules', 'nulls', 'different', 'least', 'mean', 'median', 'greatest'];

export function columnRows({ schema, profile }: DatasetManifest): string[][] {
  const profiles = new Map((profileOf(profile)?.columns ?? []).map((column) => [column.name, column]));
  return schema.columns.map((column) => columnRow(column, schema.key, profiles.get(column.name)));
}

function columnRow(column: ColumnSchema, key: readonly string[], profile: ColumnProfile | undefined): string[] {
  const { name, type, personal } = column;
  const rules = rulesOf(column, key.includes(name));
  if (profile === undefined) return [name, type, rules, '', '', '', '', '', ''];
  const nulls = percent(nullShare(profile));
  const { count, standardError } = distinctOf(profile);
  const different = standardError === 0 ? String(count) : `about ${count}`;
  const { numbers } = profile;
  if (personal || profile.personal || numbers === undefined)
    return [name, type, rules, nulls, different, '', '', '', ''];
  const text = (value: number | null) => (value === null ? '' : numberText(type, value));
  return [
    name,
    type,
    rules,
    nulls,
    different,
    text(numbers.minimum),
    text(mean(numbers)),
    text(quantile(profile, 0.5)),
    text(numbers.maximum),
  ];
}

/** Of a time its text; of a number six digits at most. */
export function numberText(type: ColumnSchema['type'], value: number): string {
  return type === 'date' || type === 'timestamp' ? shown(type, value) : String(Number(value.toPrecision(6)));
}

function rulesOf(
  { required, personal, minimum, maximum, allowed, pattern, maxLength }: ColumnSchema,
  key: boolean,
): string {
  const rules = [
    key ? 'key' : undefined,
    required ? 'required' : undefined,
    personal ? 'personal' : undefined,
    minimum === undefined ? undefined : `at least ${minimum}`,
    maximum === undefined ? undefined : `at most ${maximum}`,
    allowed === undefined ? undefined : `one of ${allowed.length}`,
    pattern === undefined ? undefined : `matches ${pattern}`,
    maxLength === undefined ? undefined : `at most ${maxLength} characters`,
  ];
  return rules.filter((rule) => rule !== undefined).join('\n');
}

export function percent(share: number | null): string {
  return share === null ? '' : `${Number((share * 100).toPrecision(3))} %`;
}

export const GATE_HEADINGS = ['gate', 'column', 'passed', 'measured', 'expected'];

export function gateRows({ checks }: GateReport): string[][] {
  return checks.map(({ rule, column = '', passed, measured, expected, reason }) => [
    rule,
    column,
    passed ? 'yes' : 'no',
    measured === null ? `not measured${reason === undefined ? '' : `: ${reason}`}` : String(measured),
    expected,
  ]);
}
