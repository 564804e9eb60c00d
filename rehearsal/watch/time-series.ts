/** Periods of equal length that follow each other. */
export interface Grid {
  /** Start of the first period, milliseconds since the epoch. */
  readonly start: number;
  readonly periodSeconds: number;
  readonly periods: number;
}

/** One value a period of a grid, oldest first; undefined where there is no point. */
export type TimeSeries = readonly (number | undefined)[];

/** Start of a period, milliseconds since the epoch. */
export function periodStart(grid: Grid, index: number): number {
  return grid.start + index * grid.periodSeconds * 1000;
}

export function gridEnd(grid: Grid): number {
  return periodStart(grid, grid.periods);
}

/** Points by their time, placed on the grid. */
export function onGrid(
  grid: Grid,
  points: readonly { readonly timestamp: number; readonly value: number }[],
): TimeSeries {
  const values = new Map(points.map(({ timestamp, value }) => [timestamp, value]));
  return Array.from({ length: grid.periods }, (_, index) => values.get(periodStart(grid, index)));
}
