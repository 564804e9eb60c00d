import { functionNamed, type MathArgument } from './metric-math-functions';
import { applyOperator, array, type MathValue, mapValue, scalar, series } from './metric-math-operators';
import { type MathExpression, parseMetricMath } from './metric-math-parser';
import { InvalidExpression, UnsupportedExpression } from './not-evaluable';
import type { Grid, TimeSeries } from './time-series';

/** One entry of a request: a metric's series, or an expression over the ids of others. */
export type MathQuery =
  | { readonly id: string; readonly series: TimeSeries }
  | { readonly id: string; readonly expression: string };

/**
 * Evaluates metric math as the CloudWatch user guide documents it ("Using math expressions with CloudWatch metrics"):
 * numbers, ids of metrics and of other expressions, + - * / ^, comparisons, AND, OR, arrays in brackets, and the functions
 * ABS, AVG, CEIL, DIFF, FILL, FLOOR, IF, MAX, METRICS, MIN, PERIOD, RATE, SUM and TIME_SERIES.
 *
 * @param resultId the query whose series is wanted
 * @param grid the periods on which every series lies
 * @throws UnsupportedExpression for any other function, by name
 * @throws InvalidExpression for what CloudWatch would refuse: syntax, unknown ids, cycles, a result that is no single series
 */
export function evaluateMetricMath(queries: readonly MathQuery[], resultId: string, grid: Grid): TimeSeries {
  const result = new Evaluation(queries, grid).valueOf(resultId);
  if (result.type === 'series') return result.points;
  const found = result.type === 'scalar' ? 'a scalar' : 'an array of time series';
  throw new InvalidExpression(`expression "${resultId}" gives ${found}, and an alarm watches a single time series`);
}

class Evaluation {
  private readonly queries: ReadonlyMap<string, MathQuery>;
  private readonly values = new Map<string, MathValue>();
  /** Ids being evaluated, outermost first. */
  private readonly open: string[] = [];

  constructor(
    queries: readonly MathQuery[],
    private readonly grid: Grid,
  ) {
    this.queries = new Map(queries.map((query) => [query.id, query]));
    if (this.queries.size < queries.length) throw new InvalidExpression('two metric math queries have the same id');
  }

  valueOf(id: string): MathValue {
    const known = this.values.get(id);
    if (known !== undefined) return known;
    const query = this.queries.get(id);
    if (query === undefined) throw new InvalidExpression(`id "${id}" is not among the queries`);
    if (this.open.includes(id)) throw new InvalidExpression(`ids form a cycle: ${[...this.open, id].join(' -> ')}`);

    this.open.push(id);
    const value = 'series' in query ? series(query.series) : this.evaluate(parseMetricMath(query.expression));
    this.open.pop();
    this.values.set(id, value);
    return value;
  }

  private evaluate(expression: MathExpression): MathValue {
    switch (expression.kind) {
      case 'number':
        return scalar(expression.value);
      case 'id':
        return this.valueOf(expression.id);
      case 'array':
        return array(expression.items.flatMap((item) => this.members(item)));
      case 'negation':
        return mapValue(this.evaluate(expression.operand), (point) => 0 - point);
      case 'binary':
        return applyOperator(expression.operator, this.evaluate(expression.left), this.evaluate(expression.right));
      case 'call':
        return this.call(expression.name, expression.args);
      case 'text':
        throw new InvalidExpression('text stands only in METRICS("...")');
      case 'keyword':
        throw new InvalidExpression(
          `word ${expression.word} is no value of metric math; ids start with a lower case letter`,
        );
    }
  }

  private call(name: string, args: readonly MathExpression[]): MathValue {
    if (name === 'METRICS') return this.metrics(args);
    if (name === 'PERIOD') return this.period(args);
    // Looked up before the arguments are evaluated, so that a message names the function and not a word of its own.
    const implementation = functionNamed(name);
    return implementation(
      args.map((arg) => this.argument(arg)),
      this.grid,
    );
  }

  private argument(expression: MathExpression): MathArgument {
    return expression.kind === 'keyword' ? { type: 'keyword', word: expression.word } : this.evaluate(expression);
  }

  private members(item: MathExpression): readonly TimeSeries[] {
    const value = this.evaluate(item);
    if (value.type === 'scalar') throw new InvalidExpression('an array holds time series, not scalars');
    return value.type === 'series' ? [value.points] : value.series;
  }

  /** All metrics of the request, or those whose id contains the text; never expressions. */
  private metrics(args: readonly MathExpression[]): MathValue {
    const [filter] = args;
    if (args.length > 1 || (filter !== undefined && filter.kind !== 'text')) {
      throw new InvalidExpression('METRICS takes nothing, or one text in quotes');
    }
    return array(
      [...this.queries.values()].flatMap((query) =>
        'series' in query && (filter === undefined || query.id.includes(filter.value)) ? [query.series] : [],
      ),
    );
  }

  private period(args: readonly MathExpression[]): MathValue {
    const [metric] = args;
    const query = args.length === 1 && metric?.kind === 'id' ? this.queries.get(metric.id) : undefined;
    if (query === undefined || !('series' in query)) throw new UnsupportedExpression('PERIOD takes the id of a metric');
    return scalar(this.grid.periodSeconds);
  }
}
