import type { AlarmState } from './missing-data';
import { UnsupportedAlarm } from './not-evaluable';

/** The rule of a composite alarm. */
export type AlarmRuleExpression =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'state'; readonly state: AlarmState; readonly alarmName: string }
  | { readonly kind: 'not'; readonly operand: AlarmRuleExpression }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly AlarmRuleExpression[] };

const STATES: readonly AlarmState[] = ['ALARM', 'OK', 'INSUFFICIENT_DATA'];
/** Far more than the 100 alarms a rule may name, and well within the call stack. */
const MAX_DEPTH = 200;

/**
 * Parses the `AlarmRule` of PutCompositeAlarm: `ALARM(...)`, `OK(...)`, `INSUFFICIENT_DATA(...)` over a name or an ARN, in
 * double quotes or bare, TRUE, FALSE, NOT, AND, OR and parentheses; NOT binds tightest, OR loosest.
 *
 * @throws UnsupportedAlarm for AT_LEAST, and for what CloudWatch would refuse
 */
export function parseAlarmRule(rule: string): AlarmRuleExpression {
  return new RuleParser(rule).parse();
}

/** Names of the alarms that a rule reads, each once. */
export function alarmsIn(expression: AlarmRuleExpression): readonly string[] {
  switch (expression.kind) {
    case 'constant':
      return [];
    case 'state':
      return [expression.alarmName];
    case 'not':
      return alarmsIn(expression.operand);
    default:
      return [...new Set(expression.operands.flatMap(alarmsIn))];
  }
}

/** Reads the rule from left to right, one word at a time. */
class RuleParser {
  private position = 0;
  private depth = 0;

  constructor(private readonly rule: string) {}

  parse(): AlarmRuleExpression {
    const expression = this.or();
    this.take(/\s*/y);
    if (this.position < this.rule.length) throw this.expected('AND, OR or the end');
    return expression;
  }

  private or(): AlarmRuleExpression {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw new UnsupportedAlarm(`alarm rule is nested more than ${MAX_DEPTH} deep`);
    const operands = [this.and()];
    while (this.take(/\s*OR\b/y) !== undefined) operands.push(this.and());
    this.depth -= 1;
    return joined('or', operands);
  }

  private and(): AlarmRuleExpression {
    const operands = [this.not()];
    while (this.take(/\s*AND\b/y) !== undefined) operands.push(this.not());
    return joined('and', operands);
  }

  private not(): AlarmRuleExpression {
    let negations = 0;
    while (this.take(/\s*NOT\b/y) !== undefined) negations += 1;
    const operand = this.operand();
    return negations % 2 === 0 ? operand : { kind: 'not', operand };
  }

  private operand(): AlarmRuleExpression {
    if (this.take(/\s*\(/y) !== undefined) {
      const inner = this.or();
      if (this.take(/\s*\)/y) === undefined) throw this.expected('")"');
      return inner;
    }
    const word = this.take(/\s*[A-Z_]+\b/y)?.trim();
    if (word === 'TRUE' || word === 'FALSE') return { kind: 'constant', value: word === 'TRUE' };
    if (word === 'AT_LEAST') throw new UnsupportedAlarm('alarm rule function AT_LEAST is not supported');
    const state = STATES.find((known) => known === word);
    if (state === undefined) throw this.expected('ALARM, OK, INSUFFICIENT_DATA, TRUE, FALSE, NOT or "("');
    return { kind: 'state', state, alarmName: nameOf(this.reference()) };
  }

  /** The name or ARN in parentheses after a state; a quote within quotes has a backslash before it. */
  private reference(): string {
    if (this.take(/\s*\(\s*/y) === undefined) throw this.expected('"("');
    const quoted = this.take(/"(?:[^"\\]|\\.)*"/y);
    const name = quoted === undefined ? this.take(/[^()"]+/y)?.trim() : quoted.slice(1, -1).replace(/\\(.)/g, '$1');
    if (name === undefined || name === '') throw this.expected('the name or ARN of an alarm');
    if (this.take(/\s*\)/y) === undefined) throw this.expected('")"');
    return name;
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const text = pattern.exec(this.rule)?.[0];
    if (text !== undefined) this.position += text.length;
    return text;
  }

  private expected(what: string): UnsupportedAlarm {
    return new UnsupportedAlarm(`alarm rule needs ${what} at ${this.position + 1}`);
  }
}

function joined(kind: 'and' | 'or', operands: readonly AlarmRuleExpression[]): AlarmRuleExpression {
  const [first, ...others] = operands;
  return first !== undefined && others.length === 0 ? first : { kind, operands };
}

/** The name within `arn:<partition>:cloudwatch:<region>:<account>:alarm:<name>`, or the name itself. */
function nameOf(reference: string): string {
  return /^arn:[^:]+:cloudwatch:[^:]*:[^:]*:alarm:(.+)$/s.exec(reference)?.[1] ?? reference;
}
