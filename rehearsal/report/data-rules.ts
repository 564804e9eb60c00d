import { accountsHold, type RowCounts } from '../../protocol/dataset';
import { count, counted } from './format';
import type { DataReport, DataRunReport, ReportParts } from './report';

type Rule = (data: DataReport) => readonly string[];

/** What must hold of data that went through the pipeline. */
const RULES: readonly Rule[] = [unaccounted, notAsPlanted, failedRuns, failedChecks, unverified, straddling];

export const DATA_FAILURES: readonly ((parts: ReportParts) => readonly string[])[] = RULES.map(
  (rule) =>
    ({ data }) =>
      data === null || data === 'not declared' ? [] : rule(data),
);

function unaccounted({ runs }: DataReport): readonly string[] {
  return runs.flatMap(({ what, counts }) =>
    counts === null || accountsHold(counts)
      ? []
      : [`the ${what} brought ${counted(counts.rows, 'row')}, of which ${count(sumOf(counts))} are accounted for`],
  );
}

function notAsPlanted({ runs }: DataReport): readonly string[] {
  return runs.flatMap(({ what, counts, planted }) => {
    if (counts === null) return [`of the ${what} nothing was counted`];
    const wrong = (['rows', 'published', 'quarantined', 'duplicates'] as const).filter(
      (kind) => counts[kind] !== planted[kind],
    );
    return wrong.map((kind) => `${kind} of the ${what}: ${count(counts[kind])}, planted ${count(planted[kind])}`);
  });
}

function failedRuns({ runs }: DataReport): readonly string[] {
  const good = ['published', 'unchanged'];
  return runs
    .filter(({ outcome }) => !good.includes(outcome))
    .map(({ what, outcome }) => `the ${what} ended ${outcome}`);
}

function failedChecks({ runs }: DataReport): readonly string[] {
  return runs.flatMap(({ what, gate }: DataRunReport) =>
    gate
      .filter(({ passed }) => !passed)
      .map(({ rule, column, measured, expected }) => {
        const of = column === undefined ? rule : `${rule} of ${column}`;
        return `gate of the ${what}: ${of} is ${measured ?? 'unknown'}, expected ${expected}`;
      }),
  );
}

function unverified({ versions }: DataReport): readonly string[] {
  return versions
    .filter(({ verified }) => !verified)
    .map(({ version }) => `what is stored of dataset version ${version} is not what its manifest says`);
}

function straddling({ heldOutThenTrained }: DataReport): readonly string[] {
  if (heldOutThenTrained === 0) return [];
  return [`${counted(heldOutThenTrained, 'row')} held out by one version would be trained on by a later one`];
}

function sumOf({ published, quarantined, duplicates }: RowCounts): number {
  return published + quarantined + duplicates;
}
