import type {
  GuardFinding,
  GuardPolicyDocument,
  GuardRule,
  SensitiveKind,
  SensitiveRule,
} from '../../../protocol/guard';
import { policyFaults } from '../../../protocol/guard-check';
import { type CompiledRule, compileRule, isBlocking, type RuleResult } from './compiled-rule';
import { Inspection } from './inspection';
import { Masker, type MaskSet } from './masker';
import type { GuardOutcome, GuardProblem } from './outcome';
import { RECOGNISERS, type Recognisers } from './sensitive/recognisers';
import { isDeeperThan, MAX_DEPTH } from './value-texts';

export interface Guard {
  /** Names of members that the schemas of requests define. */
  readonly inputNames: ReadonlySet<string>;
  /** Decides about a request's input: text or any JSON value. Never throws. */
  request(input: unknown): GuardOutcome;
  /** Decides about a model's reply: `modelInput` of the outcome is what the caller may see. Never throws. */
  reply(output: unknown): GuardOutcome;
}

type Direction = 'request' | 'reply';

/** The rules of one direction, ready to run. */
interface Plan {
  readonly direction: Direction;
  readonly rules: readonly CompiledRule[];
  /** Taken out of what goes on. */
  readonly forModel: MaskSet;
  /** Taken out of what is kept. */
  readonly forRecord: MaskSet;
  /** Taken out of what is kept of a blocked value: the blocked terms too. */
  readonly forBlockedRecord: MaskSet;
  readonly recognisers: Recognisers;
}

/** What the rules said, before it is made an outcome. */
interface Ruling {
  readonly findings: GuardFinding[];
  readonly failures: string[];
  /** The first enforcing rule that blocked or threw. */
  ended?: { readonly rule: GuardRule; readonly verdict: 'blocked' | 'failed'; readonly result: RuleResult };
}

/** Rules run cheap first; within a rank in the order of the policy. */
const RANK: Readonly<Record<GuardRule['kind'], number>> = { size: 0, schema: 1, terms: 2, sensitive: 2 };

/** Names the scan for the record among the failures; rules have names of their own. */
const RECORD_MASK = 'record-mask';

/**
 * Makes a policy ready to run, once at cold start. Throws when the policy or one of its schemas is not valid.
 * `recognisers` find the sensitive kinds.
 */
export function compileGuard(policy: GuardPolicyDocument, recognisers: Recognisers = RECOGNISERS): Guard {
  const faults = policyFaults(policy);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  const request = planFor(policy, 'request', recognisers);
  const reply = planFor(policy, 'reply', recognisers);
  const inputNames = new Set(request.rules.flatMap(({ schemaNames }) => [...(schemaNames ?? [])]));
  return { inputNames, request: (input) => decide(request, input), reply: (output) => decide(reply, output) };
}

function planFor(policy: GuardPolicyDocument, direction: Direction, recognisers: Recognisers): Plan {
  const rules = policy[direction].map(compileRule).sort((a, b) => RANK[a.rule.kind] - RANK[b.rule.kind]);
  const masking = rules.filter(({ rule }) => rule.mode === 'enforce' && !isBlocking(rule));
  const enforced = rules.filter(({ rule }) => rule.mode === 'enforce');
  const kept = [...new Set([...kindsOf(rules), ...policy.recordMask])];
  return {
    direction,
    rules,
    forModel: { kinds: kindsOf(masking), terms: termsOf(masking) },
    forRecord: { kinds: kept, terms: termsOf(masking) },
    forBlockedRecord: { kinds: kept, terms: termsOf(enforced) },
    recognisers,
  };
}

function kindsOf(rules: readonly CompiledRule[]): SensitiveKind[] {
  const sensitive = rules.map(({ rule }) => rule).filter((rule): rule is SensitiveRule => rule.kind === 'sensitive');
  return [...new Set(sensitive.flatMap(({ kinds }) => kinds))];
}

function termsOf(rules: readonly CompiledRule[]): MaskSet['terms'] {
  return rules.flatMap(({ matcher }) => (matcher === undefined ? [] : [matcher]));
}

function decide(plan: Plan, value: unknown): GuardOutcome {
  const ruling: Ruling = { findings: [], failures: [] };
  try {
    if (isDeeperThan(value, MAX_DEPTH)) return tooDeep(plan);
    const inspection = new Inspection(value, plan.recognisers);
    runRules(plan, value, inspection, ruling);
    if (ruling.ended !== undefined) return endedOutcome(plan, value, inspection, ruling, ruling.ended);
    return passOutcome(plan, value, inspection, ruling);
  } catch {
    // Whatever threw, it did so on an unscanned value: nothing of it goes on or is kept, the error's text included.
    ruling.failures.push(RECORD_MASK);
    return { verdict: 'failed', problem: 'guardFailed', ...nothingOf(ruling) };
  }
}

function runRules(plan: Plan, value: unknown, inspection: Inspection, ruling: Ruling): void {
  for (const compiled of plan.rules) {
    const { rule } = compiled;
    try {
      const result = compiled.check(value, inspection);
      if (result.finding === undefined) continue;
      ruling.findings.push(result.finding);
      if (rule.mode === 'observe' || !isBlocking(rule)) continue;
      ruling.ended = { rule, verdict: 'blocked', result };
      return;
    } catch {
      ruling.failures.push(rule.name);
      // A rule that only observes changes nothing, broken or not.
      if (rule.mode === 'observe') continue;
      ruling.ended = { rule, verdict: 'failed', result: {} };
      return;
    }
  }
}

function passOutcome(plan: Plan, value: unknown, inspection: Inspection, ruling: Ruling): GuardOutcome {
  const { findings, failures } = ruling;
  const masker = new Masker(inspection, plan.recognisers);
  // The record first: it leaves out all that the model's input leaves out.
  const recordInput = recordOf(plan.forRecord, masker, value, ruling);
  const modelInput = masker.mask(value, plan.forModel);
  const inputExact = modelInput === value && recordInput === value;
  return { verdict: 'pass', findings, failures, modelInput, recordInput, inputExact };
}

function endedOutcome(
  plan: Plan,
  value: unknown,
  inspection: Inspection,
  ruling: Ruling,
  { rule, verdict, result }: NonNullable<Ruling['ended']>,
): GuardOutcome {
  const nothing = { rule: rule.name, ...nothingOf(ruling) };
  if (verdict === 'failed') return { verdict, problem: 'guardFailed', ...nothing };
  const problem = blockingProblem(plan.direction, rule);
  const errors = result.errors === undefined ? {} : { errors: result.errors };
  // What is too large is not scanned, and so not kept.
  if (rule.kind === 'size') return { verdict, problem, ...nothing };
  const masker = new Masker(inspection, plan.recognisers);
  const recordInput = recordOf(plan.forBlockedRecord, masker, value, ruling);
  return { verdict, problem, ...nothing, ...errors, recordInput };
}

/** Null when an observing rule's recogniser throws: what could not be scanned is not kept. */
function recordOf(set: MaskSet, masker: Masker, value: unknown, ruling: Ruling): unknown {
  return ruling.failures.length > 0 ? null : masker.mask(value, set);
}

function tooDeep({ direction }: Plan): GuardOutcome {
  const errors = [{ pointer: '', detail: `must not be nested deeper than ${MAX_DEPTH} levels` }];
  const problem = direction === 'request' ? 'invalidInput' : 'replyBlocked';
  return { verdict: 'blocked', problem, errors, ...nothingOf({ findings: [], failures: [] }) };
}

function blockingProblem(direction: Direction, rule: GuardRule): GuardProblem {
  if (direction === 'reply') return 'replyBlocked';
  if (rule.kind === 'size') return 'tooLarge';
  return rule.kind === 'schema' ? 'invalidInput' : 'blocked';
}

function nothingOf({ findings, failures }: Ruling): Omit<GuardOutcome, 'verdict' | 'problem'> {
  return { findings, failures, modelInput: null, recordInput: null, inputExact: false };
}
