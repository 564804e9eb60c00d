import type { Field } from '../template/field';
import type { MetricUse } from './metric-use';

/** Metrics of the widgets of a dashboard, where its body can be read. */
export function dashboardMetrics(dashboard: Field): MetricUse[] {
  return dashboard
    .at('DashboardBody')
    .json.at('widgets')
    .items.flatMap((widget) => widgetMetrics(widget.at('properties')));
}

/** Rows of a widget: namespace, metric, names and values of dimensions by turns, options. */
function widgetMetrics(properties: Field): MetricUse[] {
  const uses: MetricUse[] = [];
  let previous: readonly Field[] = [];
  for (const row of properties.at('metrics').items) {
    const written = row.items.filter((cell) => cell.symbol !== undefined);
    // An expression has options only.
    if (written.length === 0 || !row.isComplete) continue;
    const cells = expanded(written, previous);
    previous = cells;
    const options = row.items.find((cell) => cell.keys.length > 0);
    const isElsewhere = [properties, options].some((place) => place !== undefined && !place.at('accountId').isMissing);
    uses.push(useOf(cells, isElsewhere));
  }
  return uses;
}

/** A row without its abbreviations: `.` repeats the cell above, `...` all cells above up to those that follow. */
function expanded(row: readonly Field[], above: readonly Field[]): Field[] {
  const repeated = row.findIndex((cell) => cell.text === '...');
  if (repeated !== -1) {
    const rest = row.slice(repeated + 1);
    return [...above.slice(0, Math.max(0, above.length - rest.length)), ...rest];
  }
  return row.map((cell, index) => (cell.text === '.' ? (above[index] ?? cell) : cell));
}

function useOf([namespace, metric, ...cells]: readonly Field[], isElsewhere: boolean): MetricUse {
  const at = metric ?? namespace;
  if (at === undefined) throw new RangeError('a row without cells is no metric');
  const dimensions = [];
  for (let index = 0; index < cells.length; index += 2) {
    const [name, value] = [cells[index], cells[index + 1]];
    if (name !== undefined) dimensions.push({ at: value ?? name, name: name.text, value: value?.symbol });
  }
  return { at, namespace: namespace?.text, metric: metric?.text, dimensions, isComplete: true, isElsewhere };
}
