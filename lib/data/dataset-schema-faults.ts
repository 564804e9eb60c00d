import type { Duration } from 'aws-cdk-lib';
import { Duration as Time } from 'aws-cdk-lib';
import type { ColumnSchema, ColumnType } from '../../protocol/dataset';
import { checkDuration, checkNumber, checkObject, faultsOf, show } from '../core/checks';
import { Column, FaultSeverity } from './column';
import { share } from './column-faults';

interface SchemaParts {
  readonly columns: readonly Column[];
  readonly key?: readonly string[];
  readonly onKeyConflict?: FaultSeverity;
  readonly group?: readonly string[];
  readonly subject?: string;
  readonly minimumRows?: number;
  readonly maximumBadShare?: number;
  readonly freshness?: { readonly column: string; readonly maxAge: Duration };
  readonly classBalance?: BalanceParts;
}

interface BalanceParts {
  readonly column: string;
  readonly shares: Readonly<Record<string, { readonly minimum?: number; readonly maximum?: number }>>;
}

/** What a header of a file may hold, and a profile keep. */
const MOST_COLUMNS = 1_000;

/** Everything that is wrong with a schema. */
export function schemaFaults(props: SchemaParts): string[] {
  const { columns } = props;
  if (!Array.isArray(columns) || columns.length === 0) {
    return [
      `columns is ${columns === undefined ? 'missing' : show(columns)}, expected a list of columns; such as [Column.string('text', { required: true })]`,
    ];
  }
  const strangers = columns.filter((column) => !(column instanceof Column));
  if (strangers.length > 0) {
    return strangers.map(
      (column) => `columns has ${show(column)}, expected a Column; make it with Column.string and so on`,
    );
  }
  const known = new Map(columns.map((column) => [column.name, column._document()]));
  return [
    ...columns.flatMap((column) => column._faults()),
    ...countFaults(columns),
    ...keyFaults(props, known),
    ...faultsOf(
      checkNumber('minimumRows', props.minimumRows, {
        min: 1,
        max: 1e12,
        integer: true,
        known: true,
        fix: 'give the least number of rows that a run must bring',
      }),
      checkNumber('maximumBadShare', props.maximumBadShare, share('a share, such as 0.02')),
    ),
    ...freshnessFaults(props.freshness, known),
    ...balanceFaults(props.classBalance, known),
  ];
}

type Known = ReadonlyMap<string, ColumnSchema>;

function countFaults(columns: readonly Column[]): string[] {
  const names = columns.map(({ name }) => name);
  const again = names.filter((name, index) => names.indexOf(name) < index);
  const faults = [...new Set(again)].map((name) => `columns has ${show(name)} more than once; state it once`);
  if (columns.length > MOST_COLUMNS) {
    faults.push(
      `columns has ${columns.length} entries, expected at most ${MOST_COLUMNS}; leave out what nothing learns from`,
    );
  }
  return faults;
}

function keyFaults({ key, onKeyConflict, group, subject }: SchemaParts, known: Known): string[] {
  const faults = [...listFaults('key', key, known), ...listFaults('group', group, known)];
  for (const name of Array.isArray(key) ? key : []) {
    if (known.get(name)?.required === false) {
      faults.push(`key has ${show(name)}, which may be empty, expected required columns; add { required: true } to it`);
    }
  }
  if (subject !== undefined && !known.has(subject)) faults.push(unknownColumn('subject', subject, known));
  if (onKeyConflict !== undefined && !(onKeyConflict instanceof FaultSeverity)) {
    faults.push(
      `onKeyConflict is ${show(onKeyConflict)}, expected FaultSeverity.REJECT_ROW or FAIL_GATE; use one of them`,
    );
  } else if (onKeyConflict !== undefined && (key ?? []).length === 0) {
    faults.push('onKeyConflict is stated without a key; name the columns that identify a row, or leave it out');
  }
  return faults;
}

function listFaults(member: string, names: unknown, known: Known): string[] {
  if (names === undefined) return [];
  if (!Array.isArray(names) || names.length === 0) {
    return [`${member} is ${show(names)}, expected a list of column names; leave it out for the default`];
  }
  const faults = names.filter((name) => !known.has(name)).map((name) => unknownColumn(member, name, known));
  const again = names.find((name, index) => names.indexOf(name) < index);
  if (again !== undefined) faults.push(`${member} has ${show(again)} more than once; state it once`);
  return faults;
}

function unknownColumn(member: string, name: unknown, known: Known): string {
  return `${member} names ${show(name)}, expected one of the columns ${[...known.keys()].slice(0, 20).join(', ')}; correct it, or declare the column`;
}

function freshnessFaults(freshness: SchemaParts['freshness'], known: Known): string[] {
  if (freshness === undefined) return [];
  const fault = checkObject('freshness', freshness, { expected: 'column and maxAge', fix: 'state both' });
  if (fault !== undefined) return [fault];
  return faultsOf(
    ...columnOfType('freshness.column', freshness.column, known, ['date', 'timestamp']),
    known.get(freshness.column)?.personal === true
      ? `freshness.column is ${show(freshness.column)}, which is personal, expected one that is not; its newest value is shown of each version: name another`
      : undefined,
    checkDuration('freshness.maxAge', freshness.maxAge, {
      required: true,
      known: true,
      minMs: Time.minutes(1).toMilliseconds(),
      maxMs: Time.days(3653).toMilliseconds(),
      wholeSeconds: true,
      fix: 'state how old the newest event may be, such as Duration.days(2)',
    }),
  );
}

function columnOfType(member: string, name: string, known: Known, types: readonly ColumnType[]): string[] {
  const column = known.get(name);
  if (column === undefined) return [unknownColumn(member, name, known)];
  if (types.includes(column.type)) return [];
  return [
    `${member} is ${show(name)} of type ${column.type}, expected a column of type ${types.join(' or ')}; name another`,
  ];
}

/** Noise of floating point in a sum of shares. */
const NOISE = 1e-9;

function balanceFaults(balance: BalanceParts | undefined, known: Known): string[] {
  if (balance === undefined) return [];
  const shapeless = checkObject('classBalance', balance, { expected: 'column and shares', fix: 'state both' });
  if (shapeless !== undefined) return [shapeless];
  const faults = columnOfType('classBalance.column', balance.column, known, ['string', 'integer', 'boolean']);
  const column = known.get(balance.column);
  if (column?.personal === true) {
    faults.push(
      `classBalance.column is ${show(balance.column)}, a personal column, expected one whose values may be counted; name another`,
    );
  }
  const shares = Object.entries(balance.shares ?? {});
  if (shares.length === 0) {
    faults.push(
      'classBalance.shares is empty, expected shares by value; such as { spam: { minimum: 0.1, maximum: 0.7 } }',
    );
  }
  for (const [value, range] of shares) faults.push(...shareFaults(value, range ?? {}, column));
  return faults.length > 0 ? faults : sumFaults(shares, column);
}

function shareFaults(
  value: string,
  { minimum, maximum }: { readonly minimum?: number; readonly maximum?: number },
  column: ColumnSchema | undefined,
): string[] {
  const name = `classBalance.shares of ${show(value)}`;
  const faults = faultsOf(
    checkNumber(`${name}: minimum`, minimum, share('a share, such as 0.1')),
    checkNumber(`${name}: maximum`, maximum, share('a share, such as 0.7')),
    minimum === undefined && maximum === undefined ? `${name} has neither minimum nor maximum; state one` : undefined,
  );
  if (faults.length === 0 && (minimum ?? 0) > (maximum ?? 1)) {
    faults.push(`${name}: minimum is ${minimum}, expected at most maximum (${maximum}); no share could be right`);
  }
  const values = column?.type === 'boolean' ? ['true', 'false'] : column?.allowed?.map(String);
  if (values !== undefined && !values.includes(value)) {
    faults.push(`${name}: expected one of the values of the column, ${values.join(', ')}; correct it`);
  }
  return faults;
}

/** What no run could ever meet. */
function sumFaults(
  shares: readonly (readonly [string, { readonly minimum?: number; readonly maximum?: number }])[],
  column: ColumnSchema | undefined,
): string[] {
  const least = shares.reduce((sum, [, { minimum = 0 }]) => sum + minimum, 0);
  const most = shares.reduce((sum, [, { maximum = 1 }]) => sum + maximum, 0);
  const values = column?.type === 'boolean' ? 2 : column?.allowed?.length;
  // With empty values there are rows of no class.
  const whole = column?.required === true && values === shares.length;
  return faultsOf(
    least > 1 + NOISE
      ? `classBalance.shares: the minimums add up to ${Number(least.toFixed(6))}, expected at most 1; lower some`
      : undefined,
    whole && most < 1 - NOISE
      ? `classBalance.shares: the maximums of all classes add up to ${Number(most.toFixed(6))}, expected at least 1; raise some`
      : undefined,
  );
}
