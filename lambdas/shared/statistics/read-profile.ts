import type { ColumnType } from '../../../protocol/dataset';
import { type ColumnProfile, type DatasetProfile, PROFILE_FORMAT } from './dataset-profile';
import { isDistinctText } from './distinct-sketch';
import { parseExact } from './exact-number';
import type { NumberProfile } from './number-profile';
import { ProfileError } from './profile-error';
import { MAX_SHIFT, type Scale, scaleOf } from './scale';
import { demand, demandCount, items, members } from './stored-json';
import { MAX_VALUES } from './value-counts';

const TYPES: ReadonlySet<unknown> = new Set<ColumnType>([
  'string',
  'integer',
  'number',
  'boolean',
  'date',
  'timestamp',
]);

/** A profile as it was stored. Fails with a `ProfileError` that names the place of what is not as it should be. */
export function readProfile(stored: unknown): DatasetProfile {
  const { format, rows, columns } = members(stored, 'profile');
  if (format !== PROFILE_FORMAT) {
    throw new ProfileError(
      `a profile of format ${JSON.stringify(format) ?? 'undefined'} cannot be read, expected "${PROFILE_FORMAT}": profile the rows again`,
    );
  }
  demandCount(rows, 'rows');
  const list = items(columns, 'columns');
  list.forEach((column, i) => {
    const { name } = checkColumn(column, `columns[${i}]`);
    const place = `columns[${i}].rows`;
    demand(members(column, place).rows === rows, place, `${rows}, the rows of the profile (column "${name}")`);
  });
  return stored as DatasetProfile;
}

function checkColumn(column: unknown, place: string): Pick<ColumnProfile, 'name'> {
  const { name, type, personal, rows, nulls, unusable, distinct, numbers, lengths, texts, booleans } = members(
    column,
    place,
  );
  demand(typeof name === 'string', `${place}.name`, 'a text');
  demand(isType(type), `${place}.type`, `one of ${[...TYPES].join(', ')}`);
  demand(typeof personal === 'boolean', `${place}.personal`, 'true or false');
  const counts = { rows, nulls, unusable };
  for (const [member, count] of Object.entries(counts)) demandCount(count, `${place}.${member}`);
  const known = distinct === null || (typeof distinct === 'string' && isDistinctText(distinct));
  demand(known, `${place}.distinct`, 'a sketch of this format, or null');
  const hasNumbers = !personal && type !== 'string' && type !== 'boolean';
  const hasTexts = !personal && type === 'string';
  if (hasNumbers) checkNumbers(numbers, scaleOf(type), `${place}.numbers`);
  else demand(numbers === undefined, `${place}.numbers`, 'absent');
  if (type === 'string') checkNumbers(lengths, 'double', `${place}.lengths`);
  else demand(lengths === undefined, `${place}.lengths`, 'absent');
  if (hasTexts && texts !== null) checkCounts(texts, 'string', `${place}.texts`);
  else demand(hasTexts || texts === undefined, `${place}.texts`, 'absent');
  if (!personal && type === 'boolean') {
    const { true: trues, false: falses } = members(booleans, `${place}.booleans`);
    demandCount(trues, `${place}.booleans.true`);
    demandCount(falses, `${place}.booleans.false`);
  } else demand(booleans === undefined, `${place}.booleans`, 'absent');
  const counted = hasTexts ? texts !== null : hasNumbers ? (numbers as NumberProfile).values !== null : !personal;
  demand((distinct === null) === counted, `${place}.distinct`, counted ? 'null' : 'a sketch');
  return { name };
}

function checkNumbers(numbers: unknown, scale: Scale, place: string): void {
  const { count, minimum, maximum, sum, squares, values, sketch } = members(numbers, place);
  demandCount(count, `${place}.count`);
  for (const [member, end] of Object.entries({ minimum, maximum })) {
    demand(count === 0 ? end === null : Number.isFinite(end), `${place}.${member}`, count === 0 ? 'null' : 'a number');
  }
  for (const [member, text] of Object.entries({ sum, squares })) {
    const exact = typeof text === 'string' && parseExact(text) !== undefined;
    demand(exact, `${place}.${member}`, 'an exact number, such as 3p-1');
  }
  demand((values === null) !== (sketch === null), `${place}.sketch`, values === null ? 'a sketch' : 'null');
  const counted =
    values === null ? checkSketch(sketch, scale, `${place}.sketch`) : checkCounts(values, 'number', `${place}.values`);
  demand(counted === count, `${place}.count`, `${counted}, the sum of its counts`);
}

function checkSketch(sketch: unknown, scale: Scale, place: string): number {
  const { shift, zeros, buckets } = members(sketch, place);
  demandCount(shift, `${place}.shift`);
  demand(shift <= MAX_SHIFT[scale], `${place}.shift`, `at most ${MAX_SHIFT[scale]}`);
  demandCount(zeros, `${place}.zeros`);
  const list = items(buckets, `${place}.buckets`);
  demand(list.length % 2 === 0, `${place}.buckets`, 'pairs of a bucket and a count');
  let total = zeros;
  list.forEach((entry, i) => {
    const at = `${place}.buckets[${i}]`;
    if (i % 2 === 0) demand(Number.isSafeInteger(entry), at, 'a whole number');
    else {
      demandCount(entry, at);
      total += entry;
    }
    demand(i < 2 || i % 2 === 1 || Number(entry) > 0, at, 'a distance above 0');
  });
  return total;
}

/** Pairs of a value and its count, ascending. Answers the sum of the counts. */
function checkCounts(values: unknown, type: 'string' | 'number', place: string): number {
  const list = items(values, place);
  demand(list.length <= MAX_VALUES, place, `at most ${MAX_VALUES} values`);
  let total = 0;
  let before: string | number | undefined;
  list.forEach((entry, i) => {
    const [value, count, ...rest] = items(entry, `${place}[${i}]`);
    const good = (typeof value === 'string' || Number.isFinite(value)) && typeof value === type && rest.length === 0;
    demand(good, `${place}[${i}]`, `a ${type} and its count`);
    demandCount(count, `${place}[${i}][1]`);
    demand(before === undefined || before < (value as string | number), `${place}[${i}]`, 'values in ascending order');
    before = value as string | number;
    total += count;
  });
  return total;
}

function isType(type: unknown): type is ColumnType {
  return TYPES.has(type);
}
