import { commonAtoms } from './atoms';
import { type ChiSquareTest, chiSquareHomogeneity } from './chi-square';
import { nullShare, valueCounts, valuesOf } from './column-figures';
import type { ColumnProfile } from './dataset-profile';
import { type Bins, categoryBins, quantileBins } from './histogram';
import { jensenShannon } from './jensen-shannon';
import { type KolmogorovSmirnovTest, kolmogorovSmirnovOfCounts } from './kolmogorov-smirnov';
import type { NumberProfile } from './number-profile';
import { populationStability, stabilityByChance } from './population-stability';
import { ProfileError } from './profile-error';
import { type Scale, scaleOf } from './scale';

/** With fewer, a distance says more of chance than of the data. */
const LEAST_VALUES = 50;
const MOST_BINS = 10;
/** Rows that the smaller side has to expect in a bin: chance alone then makes no stability index above 0.1 on average. */
const EXPECTED_IN_BIN = 20;

/** How far two columns are apart, and what of them was compared. */
export interface ColumnDistance {
  readonly column: string;
  /**
   * What was compared: the values; lengths, of a personal text or one of too many values; whether there is a value at all;
   * or nothing. `reason` says why it is not the values.
   */
  readonly on: 'values' | 'lengths' | 'nulls' | 'nothing';
  readonly reason?: string;
  /** Rows without a usable value are a bin of their own. Null where nothing was compared. */
  readonly psi: number | null;
  /** What chance alone makes of samples of these sizes, on average. */
  readonly psiByChance: number | null;
  /** Distance, 0 to 1. */
  readonly jensenShannon: number | null;
  /** Of values of numbers and times, and of lengths. */
  readonly ks?: KolmogorovSmirnovTest;
  /** Of values of texts and booleans. */
  readonly chiSquare?: ChiSquareTest;
  readonly nullShares: { readonly a: number | null; readonly b: number | null };
}

/** What of two columns can be compared. */
interface Compared extends Pick<ColumnDistance, 'on' | 'reason' | 'ks' | 'chiSquare'> {
  readonly bins: Bins;
}

/** Distance of a column (`b`) from the same one earlier (`a`). Symmetric. */
export function columnDistance(a: ColumnProfile, b: ColumnProfile): ColumnDistance {
  if (a.name !== b.name || a.type !== b.type) {
    throw new ProfileError(`column "${a.name}" (${a.type}) and column "${b.name}" (${b.type}) cannot be compared`);
  }
  const shares = { column: a.name, nullShares: { a: nullShare(a), b: nullShare(b) } };
  const rows = Math.min(a.rows, b.rows);
  if (rows < LEAST_VALUES) {
    const reason = `${rows} rows on one side, at least ${LEAST_VALUES} are needed`;
    return { ...shares, on: 'nothing', reason, psi: null, psiByChance: null, jensenShannon: null };
  }
  const { bins, ...compared } = compare(a, b);
  const all = withNulls(bins, a.rows - valuesOf(a), b.rows - valuesOf(b));
  return {
    ...shares,
    ...compared,
    psi: populationStability(all.a, all.b) ?? null,
    psiByChance: stabilityByChance(all.a.length, a.rows, b.rows),
    jensenShannon: jensenShannon(all.a, all.b) ?? null,
  };
}

function compare(a: ColumnProfile, b: ColumnProfile): Compared {
  const fewest = Math.min(valuesOf(a), valuesOf(b));
  if (fewest < LEAST_VALUES) {
    return onlyNulls(a, b, `${fewest} values on one side, at least ${LEAST_VALUES} are needed`);
  }
  const personal = a.personal || b.personal;
  if (a.lengths && b.lengths) {
    if (personal) return ofNumbers('lengths', 'double', a.lengths, b.lengths, 'values of personal data are not kept');
    if (!a.texts || !b.texts) {
      return ofNumbers('lengths', 'double', a.lengths, b.lengths, 'too many different texts: they were not counted');
    }
  }
  if (personal) return onlyNulls(a, b, 'values of personal data are not kept');
  if (a.numbers && b.numbers) return ofNumbers('values', scaleOf(a.type), a.numbers, b.numbers);
  const bins = categoryBins(valueCounts(a) ?? new Map(), valueCounts(b) ?? new Map(), EXPECTED_IN_BIN);
  const chiSquare = chiSquareHomogeneity(bins.a, bins.b);
  return { on: 'values', bins, ...(chiSquare && { chiSquare }) };
}

function ofNumbers(
  on: 'values' | 'lengths',
  scale: Scale,
  a: NumberProfile,
  b: NumberProfile,
  reason?: string,
): Compared {
  const atoms = commonAtoms(scale, a, b);
  const wanted = Math.floor(Math.min(a.count, b.count) / EXPECTED_IN_BIN);
  const ks = kolmogorovSmirnovOfCounts(atoms.a, atoms.b);
  return {
    on,
    bins: quantileBins(atoms, Math.min(MOST_BINS, Math.max(2, wanted))),
    ...(reason !== undefined && { reason }),
    ...(ks && { ks }),
  };
}

/** All values in one bin. */
function onlyNulls(a: ColumnProfile, b: ColumnProfile, reason: string): Compared {
  return { on: 'nulls', reason, bins: { a: [valuesOf(a)], b: [valuesOf(b)] } };
}

function withNulls(bins: Bins, a: number, b: number): Bins {
  return a + b === 0 ? bins : { a: [...bins.a, a], b: [...bins.b, b] };
}
