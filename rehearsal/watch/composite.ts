import { type CompositeAlarmDeclaration, requiredText } from './alarm-declaration';
import type { AlarmResult, EvaluatedAlarm } from './alarm-evaluator';
import { type AlarmRuleExpression, alarmsIn, parseAlarmRule } from './alarm-rule';
import { NotEvaluable } from './not-evaluable';

interface ParsedComposite {
  readonly declaration: CompositeAlarmDeclaration;
  readonly rule: AlarmRuleExpression;
}

/**
 * Evaluates composite alarms after the alarms that they read, whatever their order: ALARM where the rule holds, otherwise OK.
 * A rule whose outcome depends on an alarm that is unknown or was not evaluated, or on itself, is not evaluated.
 *
 * @param composites by name
 * @param metricAlarms results of the metric alarms by name
 */
export function evaluateComposites(
  composites: ReadonlyMap<string, CompositeAlarmDeclaration>,
  metricAlarms: ReadonlyMap<string, AlarmResult>,
): ReadonlyMap<string, AlarmResult> {
  const parsed = new Map<string, ParsedComposite>();
  const results = new Map(metricAlarms);
  for (const [name, declaration] of composites) {
    const rule = parsedRule(declaration);
    if ('notEvaluated' in rule) results.set(name, rule);
    else parsed.set(name, { declaration, rule });
  }
  for (const name of cyclicNames(parsed)) {
    parsed.delete(name);
    results.set(name, { notEvaluated: 'the rules of composite alarms form a cycle through this alarm' });
  }
  // Without cycles, every pass evaluates at least one more alarm: one that reads no composite that is still waiting.
  while (parsed.size > 0) {
    for (const [name, { declaration, rule }] of parsed) {
      if (alarmsIn(rule).some((read) => parsed.has(read))) continue;
      results.set(name, evaluateRule(declaration, rule, results));
      parsed.delete(name);
    }
  }
  return new Map(
    [...composites.keys()].flatMap((name): [string, AlarmResult][] => {
      const result = results.get(name);
      return result === undefined ? [] : [[name, result]];
    }),
  );
}

function parsedRule(declaration: CompositeAlarmDeclaration): AlarmRuleExpression | { readonly notEvaluated: string } {
  try {
    return parseAlarmRule(requiredText('AlarmRule', declaration.AlarmRule));
  } catch (error) {
    if (error instanceof NotEvaluable) return { notEvaluated: error.message };
    throw error;
  }
}

/** Composites that read themselves, directly or through others. */
function cyclicNames(parsed: ReadonlyMap<string, ParsedComposite>): readonly string[] {
  const readBy = (name: string) => {
    const composite = parsed.get(name);
    return composite === undefined ? [] : alarmsIn(composite.rule);
  };
  return [...parsed.keys()].filter((name) => {
    // A set is iterated over what is added to it meanwhile, so this walks everything that the rule reaches.
    const reached = new Set(readBy(name));
    for (const read of reached) for (const further of readBy(read)) reached.add(further);
    return reached.has(name);
  });
}

function evaluateRule(
  declaration: CompositeAlarmDeclaration,
  rule: AlarmRuleExpression,
  results: ReadonlyMap<string, AlarmResult>,
): AlarmResult {
  const holds = ruleHolds(rule, results);
  const states = alarmsIn(rule).map((name) => `${name} is ${stateOf(results.get(name))}`);
  if (holds === undefined)
    return { notEvaluated: `the rule depends on an alarm without a state: ${states.join(', ')}` };
  return {
    state: holds ? 'ALARM' : 'OK',
    reason: [`the rule is ${holds}`, ...states].join(', '),
    datapoints: [],
    actionsEnabled: declaration.ActionsEnabled !== false,
  };
}

/** Three-valued logic: undefined where the outcome depends on an alarm whose state is not known. */
function ruleHolds(rule: AlarmRuleExpression, results: ReadonlyMap<string, AlarmResult>): boolean | undefined {
  if (rule.kind === 'constant') return rule.value;
  if (rule.kind === 'state') {
    const result = results.get(rule.alarmName);
    return isEvaluated(result) ? result.state === rule.state : undefined;
  }
  if (rule.kind === 'not') {
    const operand = ruleHolds(rule.operand, results);
    return operand === undefined ? undefined : !operand;
  }
  const operands = rule.operands.map((operand) => ruleHolds(operand, results));
  const decisive = rule.kind === 'or';
  if (operands.includes(decisive)) return decisive;
  return operands.includes(undefined) ? undefined : !decisive;
}

function stateOf(result: AlarmResult | undefined): string {
  if (result === undefined) return 'not declared';
  return isEvaluated(result) ? result.state : 'not evaluated';
}

function isEvaluated(result: AlarmResult | undefined): result is EvaluatedAlarm {
  return result !== undefined && 'state' in result;
}
