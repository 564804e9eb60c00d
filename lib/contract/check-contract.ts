import { Duration, Token } from 'aws-cdk-lib';
import { checkDistinct, checkDuration, checkEmail, checkNumber, checkText, faultsOf, show } from '../core/checks';
import { CLAUSE } from '../core/clause';
import { LEAST_REQUESTS_PER_MONTH, MINIMUM_FEEDBACK } from '../core/feedback-window';
import { Criterion, DataClass, OnCall, type Owner, type ProductionContract } from './api';

/** Metrics that can be computed from counts of true and false positives and negatives. */
const SUCCESS_METRICS = ['accuracy', 'precision', 'recall', 'f1'] as const;

/** A region as AWS names it, such as eu-west-1 or us-gov-east-1. */
const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;
/** What a tag value may hold: up to 256 of these. */
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u;
const TOPIC_ARN = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/;
/** The API ends a request after 29 s; the handler must answer before. */
const MAX_TIMEOUT_MS = 28_000;

const MAX_REQUESTS_PER_MONTH = 1e12;

/** The deadline of one request. */
export function timeoutOf(contract: ProductionContract): Duration {
  if (contract.timeout !== undefined) return contract.timeout;
  return Duration.millis(Math.min(10 * contract.latencyP95.toMilliseconds(), MAX_TIMEOUT_MS));
}

/** All faults of a contract, whatever the stage. */
export function checkContract(contract: ProductionContract): string[] {
  return [
    ...faultsOf(
      checkText('purpose', contract.purpose, {
        required: true,
        pattern: /\S/,
        expected: 'a sentence',
        fix: 'say what the model is for',
      }),
    ),
    ...checkOwner(contract.owner),
    ...checkLatency(contract),
    ...checkLoad(contract),
    ...checkSuccess(contract),
    ...checkMoney(contract),
    ...checkData(contract),
  ];
}

/** What a stage whose profile demands a whole contract would miss, as member and what to do. */
export function missingMembers(contract: ProductionContract): string[] {
  const missing: string[] = [];
  if (contract.owner === undefined) missing.push('owner is missing; name the team that answers for the model');
  if (contract.owner?.onCall === undefined) {
    missing.push(
      'owner.onCall is missing; say who is called at night, with OnCall.email, OnCall.topic or OnCall.opsCenter',
    );
  }
  if (contract.monthlyBudgetUsd === undefined) {
    missing.push('monthlyBudgetUsd is missing; say what the model may cost a month');
  }
  if (contract.success === undefined || (Array.isArray(contract.success) && contract.success.length === 0)) {
    missing.push("success is missing; say what counts as good enough, such as Criterion.atLeast('f1', 0.95)");
  }
  return missing;
}

/** Why a stage may not be in `region`, or nothing. */
export function checkRegion(contract: ProductionContract, region: string | undefined): string[] {
  const allowed: readonly string[] = Array.isArray(contract.allowedRegions) ? contract.allowedRegions : [];
  // That no region is allowed is a fault of its own.
  if (allowed.length === 0) return [];
  if (region === undefined || Token.isUnresolved(region)) {
    return [`env.region is not stated, expected one of ${allowed.join(', ')}; the contract allows only these regions`];
  }
  if (allowed.includes(region)) return [];
  return [
    `env.region is ${show(region)}, expected one of ${allowed.join(', ')}; move the stage, or allow the region in the contract`,
  ];
}

/** The clauses that a contract states, in the order in which they are printed. */
export function clausesOf(contract: ProductionContract): string[] {
  const clauses: string[] = [];
  if (contract.owner !== undefined) clauses.push(CLAUSE.owner);
  if (contract.owner?.onCall !== undefined) clauses.push(CLAUSE.onCall);
  clauses.push(CLAUSE.latencyP95, CLAUSE.timeout, CLAUSE.availability, CLAUSE.peakRequestsPerSecond);
  if (contract.requestsPerMonth !== undefined) clauses.push(CLAUSE.requestsPerMonth);
  for (const criterion of contract.success ?? []) clauses.push(CLAUSE.success(criterion.metric));
  if (contract.monthlyBudgetUsd !== undefined) clauses.push(CLAUSE.monthlyBudgetUsd);
  if ((contract.financeEmails ?? []).length > 0) clauses.push(CLAUSE.financeEmails);
  if (contract.dataFreshness !== undefined) clauses.push(CLAUSE.dataFreshness);
  clauses.push(CLAUSE.dataClass, CLAUSE.allowedRegions);
  return clauses;
}

/** A list that plain JavaScript may have given as something else; a fault is added to `faults` then. */
function listOf<T>(name: string, value: readonly T[] | undefined, example: string, faults: string[]): readonly T[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && !Token.isUnresolved(value)) return value;
  faults.push(`${name} is ${show(value)}, expected a list; ${example}`);
  return [];
}

function checkOwner(owner: Owner | undefined): string[] {
  if (owner === undefined) return [];
  if (typeof owner !== 'object' || owner === null) {
    return [`owner is ${show(owner)}, expected team and email; state who answers for the model`];
  }
  const tagRule = (what: string) => ({
    pattern: TAG_VALUE,
    expected: '1 to 256 letters, digits, spaces or _.:/=+-@',
    fix: `${what} becomes the value of a tag`,
  });
  return [
    ...faultsOf(
      checkText('owner.team', owner.team, { ...tagRule('the team'), required: true }),
      checkEmail('owner.email', owner.email, { required: true }),
      checkText('owner.costCentre', owner.costCentre, tagRule('the cost centre')),
    ),
    ...checkOnCall(owner.onCall),
  ];
}

function checkOnCall(onCall: OnCall | undefined): string[] {
  if (onCall === undefined) return [];
  if (!(onCall instanceof OnCall)) {
    return [
      `owner.onCall is ${show(onCall)}, expected an OnCall; make it with OnCall.email, OnCall.topic or OnCall.opsCenter`,
    ];
  }
  if (onCall.channel === 'email') return faultsOf(checkEmail('owner.onCall', onCall.target, { required: true }));
  if (onCall.channel === 'topic') {
    return faultsOf(
      checkText('owner.onCall', onCall.target, {
        required: true,
        pattern: TOPIC_ARN,
        expected: 'the ARN of an SNS topic, such as arn:aws:sns:eu-west-1:123456789012:night',
        fix: 'copy it from the topic',
      }),
    );
  }
  return [];
}

function checkLatency({ latencyP95, timeout, availability }: ProductionContract): string[] {
  const objectiveFault = checkDuration('latencyP95', latencyP95, {
    minMs: 1,
    maxMs: MAX_TIMEOUT_MS,
    known: true,
    required: true,
    fix: 'state the objective, such as Duration.millis(200)',
  });
  const timeoutFault = checkDuration('timeout', timeout, {
    minMs: 1,
    maxMs: MAX_TIMEOUT_MS,
    known: true,
    fix: 'the API ends a request after 29 s; for longer work use an asynchronous backend',
  });
  const both = objectiveFault === undefined && timeoutFault === undefined;
  return faultsOf(
    objectiveFault,
    timeoutFault,
    both ? timeoutBelowObjective(timeout, latencyP95) : undefined,
    checkNumber('availability', availability, {
      min: 50,
      max: 99.999,
      known: true,
      required: true,
      fix: 'state it in percent, such as 99.9',
    }),
  );
}

function timeoutBelowObjective(timeout: Duration | undefined, latencyP95: Duration): string | undefined {
  if (timeout === undefined) return undefined;
  const [deadline, objective] = [timeout.toMilliseconds(), latencyP95.toMilliseconds()];
  if (deadline >= objective) return undefined;
  return `timeout is ${deadline} ms, expected at least latencyP95 (${objective} ms); raise it, or lower the objective`;
}

function checkLoad(contract: ProductionContract): string[] {
  return faultsOf(
    checkNumber('peakRequestsPerSecond', contract.peakRequestsPerSecond, {
      required: true,
      min: 0.01,
      max: 100_000,
      known: true,
      fix: 'state the highest load that must be served',
    }),
    checkNumber('requestsPerMonth', contract.requestsPerMonth, {
      min: 1,
      max: MAX_REQUESTS_PER_MONTH,
      known: true,
      fix: 'state the expected requests a month, or leave it out',
    }),
    impossibleMonth(contract),
    unmeasurableMonth(contract),
  );
}

/** A month of nothing but peak is the most a month can hold; 31 days. */
function impossibleMonth({ requestsPerMonth, peakRequestsPerSecond }: ProductionContract): string | undefined {
  if (typeof requestsPerMonth !== 'number' || typeof peakRequestsPerSecond !== 'number') return undefined;
  if (Token.isUnresolved(requestsPerMonth) || Token.isUnresolved(peakRequestsPerSecond)) return undefined;
  const most = peakRequestsPerSecond * 31 * 86_400;
  // Beyond its own range it is a fault already.
  if (!(requestsPerMonth > most && requestsPerMonth <= MAX_REQUESTS_PER_MONTH)) return undefined;
  return `requestsPerMonth is ${requestsPerMonth}, expected at most ${most}, which is peakRequestsPerSecond around the clock; raise the peak, or correct the month`;
}

/** A criterion that too few requests can never decide is enforced by nothing. */
function unmeasurableMonth({ requestsPerMonth, success }: ProductionContract): string | undefined {
  if (typeof requestsPerMonth !== 'number' || Token.isUnresolved(requestsPerMonth)) return undefined;
  if (!Array.isArray(success) || success.length === 0) return undefined;
  if (!(requestsPerMonth >= 1 && requestsPerMonth < LEAST_REQUESTS_PER_MONTH)) return undefined;
  return `requestsPerMonth is ${requestsPerMonth}, expected at least ${LEAST_REQUESTS_PER_MONTH} beside success criteria: one is measured over ${MINIMUM_FEEDBACK} judged answers a day; correct it, leave it out, or take the criteria back`;
}

function checkSuccess(contract: ProductionContract): string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  const criteria = listOf('success', contract.success, "such as [Criterion.atLeast('f1', 0.95)]", faults);
  for (const [index, criterion] of criteria.entries()) {
    if (!(criterion instanceof Criterion)) {
      faults.push(
        `success[${index}] is ${show(criterion)}, expected a Criterion; make it with Criterion.atLeast('f1', 0.95)`,
      );
      continue;
    }
    faults.push(...checkCriterion(`success[${index}]`, criterion));
    if (seen.has(criterion.metric))
      faults.push(`success[${index}] states ${show(criterion.metric)} again; state each metric once`);
    seen.add(criterion.metric);
  }
  faults.push(
    ...faultsOf(
      checkText('positiveLabel', contract.positiveLabel, {
        pattern: /^[^\p{Cc}]{1,256}$/u,
        expected: '1 to 256 characters',
        known: true,
        fix: 'give the label as the model answers it',
      }),
    ),
  );
  return faults;
}

function checkCriterion(name: string, criterion: Criterion): string[] {
  const faults = faultsOf(
    checkNumber(`${name} (${String(criterion.metric)})`, criterion.threshold, {
      required: true,
      min: 0.001,
      max: 1,
      known: true,
      fix: 'state a share, such as 0.95',
    }),
  );
  if (!SUCCESS_METRICS.some((metric) => metric === criterion.metric)) {
    faults.push(
      `${name} is on ${show(criterion.metric)}, expected ${SUCCESS_METRICS.join(', ')}; only these can be measured from feedback`,
    );
  }
  return faults;
}

/** Ten e-mail subscribers a notification, by the service's limit. */
const MAX_FINANCE_EMAILS = 10;

function checkMoney(contract: ProductionContract): string[] {
  const faults = faultsOf(
    checkNumber('monthlyBudgetUsd', contract.monthlyBudgetUsd, {
      min: 0.01,
      max: 1e9,
      known: true,
      fix: 'state US dollars a month',
    }),
  );
  const emails = listOf('financeEmails', contract.financeEmails, "such as ['finance@example.com']", faults);
  faults.push(
    ...faultsOf(
      ...emails.map((email, index) => checkEmail(`financeEmails[${index}]`, email, { required: true })),
      checkDistinct('financeEmails', emails),
    ),
  );
  if (emails.length > MAX_FINANCE_EMAILS) {
    faults.push(
      `financeEmails has ${emails.length} entries, expected at most ${MAX_FINANCE_EMAILS}; use a mailing list`,
    );
  }
  if (emails.length > 0 && contract.monthlyBudgetUsd === undefined) {
    faults.push('financeEmails is stated without monthlyBudgetUsd; state the budget whose alerts they get');
  }
  return faults;
}

function checkData(contract: ProductionContract): string[] {
  const faults = faultsOf(
    checkDuration('dataFreshness', contract.dataFreshness, {
      minMs: Duration.minutes(1).toMilliseconds(),
      maxMs: Duration.days(3653).toMilliseconds(),
      known: true,
      wholeSeconds: true,
      fix: 'state how old the newest event may be, such as Duration.days(2)',
    }),
  );
  if (!(contract.dataClass instanceof DataClass)) {
    faults.push(
      `dataClass is ${contract.dataClass === undefined ? 'missing' : show(contract.dataClass)}, expected DataClass.PUBLIC, INTERNAL, CONFIDENTIAL or PERSONAL; state how sensitive the data is`,
    );
  }
  const regions = contract.allowedRegions;
  if (!Array.isArray(regions) || regions.length === 0) {
    faults.push(
      `allowedRegions is ${regions === undefined ? 'missing' : show(regions)}, expected at least one region such as "eu-west-1"; say where the data may live`,
    );
    return faults;
  }
  faults.push(
    ...faultsOf(
      ...regions.map((region, index) =>
        checkText(`allowedRegions[${index}]`, region, {
          required: true,
          pattern: REGION,
          expected: 'a region such as "eu-west-1"',
          known: true,
          fix: 'correct the name',
        }),
      ),
      checkDistinct('allowedRegions', regions),
    ),
  );
  return faults;
}
