/**
 * Why something cannot be evaluated as CloudWatch would. The alarm evaluator reports it as "not evaluated", never as OK;
 * an error of any other class is a fault of the rehearsal and is not caught.
 */
export class NotEvaluable extends Error {
  override readonly name: string = 'NotEvaluable';
}

/** A statistic that this rehearsal does not compute, or that CloudWatch does not know. */
export class UnsupportedStatistic extends NotEvaluable {
  override readonly name = 'UnsupportedStatistic';

  constructor(readonly statistic: string) {
    super(
      `statistic "${statistic}" is not supported: use SampleCount, Sum, Average, Minimum, Maximum, p0 to p100 or tm1 to tm100`,
    );
  }
}

/** A metric math function, or a form of one, that is not implemented here although CloudWatch may know it. */
export class UnsupportedExpression extends NotEvaluable {
  override readonly name = 'UnsupportedExpression';
}

/** Metric math that CloudWatch would refuse: a syntax error, an unknown id, a cycle, a result that is no time series. */
export class InvalidExpression extends NotEvaluable {
  override readonly name = 'InvalidExpression';
}

/** An alarm whose kind is not evaluated here, or whose declaration CloudWatch would refuse. */
export class UnsupportedAlarm extends NotEvaluable {
  override readonly name = 'UnsupportedAlarm';
}
