import { CLAUSE } from '../../lib/core/clause';
import { DATA_FAILURES } from './data-rules';
import { counted, list, milliseconds, statuses } from './format';
import {
  type AlarmReport,
  type CriterionReport,
  REPORT_SCHEMA,
  type RehearsalReport,
  type ReportParts,
} from './report';

export interface Verdict {
  readonly verdict: 'passed' | 'failed';
  readonly failures: readonly string[];
  readonly notes: readonly string[];
}

/** How clauses of success criteria begin. */
const CRITERION = CLAUSE.success('');

type Rule = (parts: ReportParts) => readonly string[];

/** Parts without which a rehearsal has not shown what it is there to show, in words. */
const REQUIRED_PARTS = {
  deployed: 'the deployment',
  data: 'the data pipeline',
  training: 'training',
  traffic: 'traffic',
  quality: 'quality',
  latency: 'latency',
  guard: 'the guard',
  paths: 'the paths that mails do not take',
  feedback: 'feedback',
  records: 'records',
  denied: 'denied calls',
  alarms: 'alarms',
  budget: 'the budget',
  nothingLeft: 'whether anything is left',
} as const satisfies Partial<Record<keyof ReportParts, string>>;

const FAILURES: readonly Rule[] = [
  failedSteps,
  missingParts,
  ...DATA_FAILURES,
  failedRequests,
  lostRequests,
  missedCriteria,
  lostSamples,
  lostRecords,
  differingRecords,
  refusedPaths,
  unjoinedFeedback,
  deniedCalls,
  firingAlarms,
  blindAlarms,
  undecidedCriteria,
  leftOver,
];

const NOTES: readonly Rule[] = [
  skippedSteps,
  noCriteria,
  slowerThanObjective,
  alarmsNotEvaluated,
  alarmsWithoutData,
  notChecked,
];

/** The verdict follows from the parts alone. A part that did not run fails: silence is no success. */
export function judge(parts: ReportParts): Verdict {
  const failures = FAILURES.flatMap((rule) => rule(parts));
  const notes = NOTES.flatMap((rule) => rule(parts));
  return { verdict: failures.length === 0 ? 'passed' : 'failed', failures, notes };
}

export function completeReport(parts: Omit<ReportParts, 'schema'>): RehearsalReport {
  const versioned: ReportParts = { schema: REPORT_SCHEMA, ...parts };
  return { ...versioned, ...judge(versioned) };
}

function failedSteps({ steps }: ReportParts): readonly string[] {
  return steps
    .filter((step) => step.status === 'failed')
    .map(({ name, detail }) => `step "${name}" failed${detail === undefined ? '' : `: ${detail}`}`);
}

function missingParts(parts: ReportParts): readonly string[] {
  const missing = Object.entries(REQUIRED_PARTS).filter(
    ([part]) => parts[part as keyof typeof REQUIRED_PARTS] === null,
  );
  if (missing.length === 0) return [];
  return [`nothing is known of what did not run: ${missing.map(([, words]) => words).join(', ')}`];
}

function failedRequests({ traffic }: ReportParts): readonly string[] {
  const failed = (traffic?.failed ?? []).filter((failure) => failure.count > 0);
  if (failed.length === 0) return [];
  const total = failed.reduce((sum, failure) => sum + failure.count, 0);
  return [`${counted(total, 'request')} failed: ${statuses(failed)}`];
}

function lostRequests({ traffic }: ReportParts): readonly string[] {
  if (traffic === null) return [];
  if (traffic.requests === 0) return ['the traffic sent no request'];
  const ended = traffic.answered + traffic.blocked + traffic.failed.reduce((sum, failure) => sum + failure.count, 0);
  return ended === traffic.requests
    ? []
    : [`${counted(traffic.requests, 'request')} had ${counted(ended, 'outcome')}: each must have one`];
}

function missedCriteria({ criteria, quality }: ReportParts): readonly string[] {
  if (quality === null) return [];
  const missed = ({ metric, atLeast }: CriterionReport): string[] => {
    const measured = quality[metric];
    if (measured !== 'unknown' && measured >= atLeast) return [];
    return [`${metric} is ${digits(measured)}, the contract demands at least ${atLeast}`];
  };
  return criteria.flatMap(missed);
}

/** Each answer is measured once: fewer samples, and the percentiles are those of some requests only. */
function lostSamples({ traffic, latency }: ReportParts): readonly string[] {
  if (traffic === null || latency === null) return [];
  return (['total', 'overhead', 'model'] as const).flatMap((kind) => {
    const samples = latency[kind]?.count ?? 0;
    if (samples === traffic.answered) return [];
    return [`${counted(traffic.answered, 'answer')} but ${counted(samples, 'sample')} of ${kind} latency`];
  });
}

function lostRecords({ records }: ReportParts): readonly string[] {
  if (records === null || (records.equal && records.records === records.answers)) return [];
  if (records.records === records.answers) {
    return [`${counted(records.answers, 'answer')} and as many records, but not of the same predictions`];
  }
  return [`${counted(records.answers, 'answer')} but ${counted(records.records, 'record')}`];
}

function differingRecords({ records }: ReportParts): readonly string[] {
  const [first, ...others] = records?.differing ?? [];
  if (first === undefined) return [];
  return [others.length === 0 ? first : `${first}, and ${counted(others.length, 'record')} more differ`];
}

function refusedPaths({ paths }: ReportParts): readonly string[] {
  return (paths ?? []).filter(({ ok }) => !ok).map(({ what, seen }) => `${what}: ${seen}`);
}

function unjoinedFeedback({ feedback }: ReportParts): readonly string[] {
  if (feedback === null) return [];
  const { sent, joined, failed } = feedback;
  const refused = failed.length === 0 ? '' : `; refused: ${statuses(failed)}`;
  if (sent === joined && failed.length === 0) return [];
  return [`feedback was sent ${counted(sent, 'time')} and joined ${counted(joined, 'time')}${refused}`];
}

function deniedCalls({ denied }: ReportParts): readonly string[] {
  if (denied === null) return [];
  // The count may come from elsewhere than the calls: whichever saw more is believed.
  const total = Math.max(denied.count, denied.calls.length);
  if (total === 0) return [];
  const functions = [...new Set(denied.calls.map((call) => call.function))].sort();
  return [`IAM denied ${counted(total, 'call')}, of ${list(functions, 'an unknown function')}`];
}

function firingAlarms({ alarms }: ReportParts): readonly string[] {
  return (alarms ?? [])
    .filter((alarm) => alarm.state === 'ALARM' && alarm.provoked !== true)
    .map((alarm) => `alarm ${alarm.name} is in ALARM: ${alarm.reason}`);
}

function blindAlarms({ alarms }: ReportParts): readonly string[] {
  return (alarms ?? []).flatMap(({ name, unseen }) =>
    unseen.map((metric) => `alarm ${name} reads ${metric}, which nothing emitted`),
  );
}

/** With as many labels as a criterion needs, an alarm on it that does not know reads something else. */
function undecidedCriteria({ alarms, feedback }: ReportParts): readonly string[] {
  if (feedback === null || feedback.joined < feedback.neededByCriteria) return [];
  return (alarms ?? [])
    .filter(({ clause, state }) => clause?.startsWith(CRITERION) === true && state === 'INSUFFICIENT_DATA')
    .map(({ name }) => `alarm ${name} has too little data after ${counted(feedback.joined, 'label')}`);
}

function leftOver({ nothingLeft }: ReportParts): readonly string[] {
  return (nothingLeft?.leftOver ?? []).map(({ type, name }) => `${type} ${name} is left over`);
}

function skippedSteps({ steps }: ReportParts): readonly string[] {
  return steps
    .filter((step) => step.status === 'not run')
    .map(({ name, detail }) => `step "${name}" did not run${detail === undefined ? '' : `: ${detail}`}`);
}

function noCriteria({ criteria }: ReportParts): readonly string[] {
  return criteria.length === 0 ? ['the contract states no success criterion, so no quality was demanded'] : [];
}

/** A laptop's latency is no promise about AWS: the alarm decides, the figure is only pointed at. */
function slowerThanObjective({ latency }: ReportParts): readonly string[] {
  const objective = latency?.objectiveP95Ms ?? null;
  const p95 = latency?.total?.p95;
  if (objective === null || p95 === undefined || p95 <= objective) return [];
  return [`latency p95 on this machine is ${milliseconds(p95)}, the objective is ${milliseconds(objective)}`];
}

function alarmsNotEvaluated({ alarms }: ReportParts): readonly string[] {
  return namesOf(alarms, 'NOT_EVALUATED').map((names) => `alarms that were not evaluated: ${names}`);
}

function alarmsWithoutData({ alarms }: ReportParts): readonly string[] {
  return namesOf(alarms, 'INSUFFICIENT_DATA').map((names) => `alarms that had too little data to decide: ${names}`);
}

function namesOf(alarms: ReportParts['alarms'], state: AlarmReport['state']): readonly string[] {
  const names = (alarms ?? []).filter((alarm) => alarm.state === state).map((alarm) => alarm.name);
  return names.length === 0 ? [] : [names.join(', ')];
}

function notChecked({ nothingLeft }: ReportParts): readonly string[] {
  return nothingLeft?.checked === false ? ['the stage was kept, so that nothing is left was not checked'] : [];
}

/** Enough digits that a value just below the criterion does not read as equal to it. */
function digits(measured: number | 'unknown'): string {
  return measured === 'unknown' ? measured : String(Math.floor(measured * 1e4) / 1e4);
}
