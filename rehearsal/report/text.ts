import pc from 'picocolors';
import {
  count,
  counted,
  list,
  milliseconds,
  moment,
  NOT_RUN,
  percent,
  RECORDED_ONLY,
  seconds,
  shareOf,
  statuses,
  UNKNOWN,
  usd,
} from './format';
import type { AlarmReport, LatencyKind, PathReport, QualityMetric, RehearsalReport, StepReport } from './report';
import { dataText } from './text-data';
import { type Cell, fact, item, TEXT_WIDTH, type Tinted, table, wrap } from './text-layout';

export interface TextOptions {
  readonly colours: boolean;
}

type Ink = ReturnType<typeof pc.createColors>;
type Section = readonly [title: string, body: (report: RehearsalReport, ink: Ink) => readonly string[] | null];

/** A body of `null` says that the part did not run. */
const SECTIONS: readonly Section[] = [
  ['Deployed', deployed],
  ['Stand-ins', standIns],
  ['Data', dataText],
  ['Traffic', traffic],
  ['Quality', quality],
  ['Latency', latency],
  ['Guard', guard],
  ['Records', records],
  ['Alarms', alarms],
  ['Budget', budget],
  ['Steps', steps],
  ['What did not run', whatDidNotRun],
  ['Verdict', verdict],
];

/** The report for a terminal of 100 columns. */
export function renderText(report: RehearsalReport, options: TextOptions): string {
  const ink = pc.createColors(options.colours);
  const about = `Slipway ${report.slipwayVersion}, ${report.region}, ${moment(report.startedAt)}, model on ${report.backend}, on ${report.emulator.name} ${report.emulator.version} at ${report.emulator.endpoint}`;
  const title = wrap(`Rehearsal of ${report.deployment}`, TEXT_WIDTH).map(ink.bold);
  const heading = [...title, item('·', about)].join('\n');
  const blocks = SECTIONS.map(([title, body]) => {
    const lines = body(report, ink) ?? [`  ${ink.yellow(NOT_RUN)}`];
    return `${ink.bold(title)}\n${lines.join('\n')}`;
  });
  return `${[heading, ...blocks].join('\n\n')}\n`;
}

function deployed({ deployed: part }: RehearsalReport, ink: Ink): readonly string[] | null {
  if (part === null) return null;
  const resources = part.stacks.reduce((sum, stack) => sum + stack.resources, 0);
  return [
    table(
      [{ title: 'stack' }, { title: 'resources', numeric: true }],
      [...part.stacks.map((stack) => [stack.name, count(stack.resources)]), ['together', count(resources)]],
      ink.dim,
    ),
    fact(
      'unchanged',
      `${shareOf(part.resourcesUnchanged, resources)}, ${counted(part.resourceTypes, 'resource type')}`,
    ),
  ];
}

function standIns({ deployed: part }: RehearsalReport, ink: Ink): readonly string[] | null {
  if (part === null) return null;
  if (part.standIns.length === 0) return ['  none'];
  const rows = part.standIns.map((one) => [one.type, one.path, one.backedBy ?? RECORDED_ONLY]);
  return [
    table(
      [{ title: 'declared type' }, { title: 'construct', flexible: true }, { title: 'in the emulator' }],
      rows,
      ink.dim,
    ),
  ];
}

function traffic({ traffic: part }: RehearsalReport, ink: Ink): readonly string[] | null {
  if (part === null) return null;
  const rate = `${part.requestsPerSecond.toFixed(1)} requests a second`;
  return [
    fact(
      'requests',
      `${count(part.requests)} in ${seconds(part.seconds)}, ${count(part.concurrency)} at once, ${rate}`,
    ),
    fact('answered', shareOf(part.answered, part.requests)),
    fact('blocked', shareOf(part.blocked, part.requests)),
    fact('failed', part.failed.length === 0 ? 'none' : { text: statuses(part.failed), tint: ink.red }),
  ];
}

function quality(report: RehearsalReport, ink: Ink): readonly string[] | null {
  const { quality: part, training } = report;
  if (part === null && training === null) return null;
  return [trained(report), ...(part === null ? [fact('measured', NOT_RUN)] : judged(report, part, ink))];
}

function trained({ training }: RehearsalReport): string {
  if (training === null) return fact('trained', NOT_RUN);
  const metrics = Object.entries(training.metrics).map(([name, value]) => `${name} ${percent(value)}`);
  const from = training.dataset === undefined ? '' : ` of ${training.dataset}`;
  const data = `${count(training.train)} mails${from} in ${seconds(training.seconds)}, ${count(training.heldOut)} held out`;
  return fact('trained', `${training.modelVersion} on ${data}: ${list(metrics, UNKNOWN)}`);
}

function judged(
  { criteria }: RehearsalReport,
  part: NonNullable<RehearsalReport['quality']>,
  ink: Ink,
): readonly string[] {
  const { truePositives: tp, falsePositives: fp, falseNegatives: fn, trueNegatives: tn } = part;
  const metric = (name: QualityMetric, counts: string): string => {
    const demand = criteria.find((criterion) => criterion.metric === name);
    const text = `${percent(part[name])} ${counts}`;
    if (demand === undefined) return fact(name, text);
    const met = part[name] !== 'unknown' && part[name] >= demand.atLeast;
    return fact(name, {
      text: `${text}, demanded ${percent(demand.atLeast)}: ${met ? 'met' : 'missed'}`,
      tint: met ? ink.green : ink.red,
    });
  };
  return [
    metric('accuracy', `(${count(tp + tn)} of ${count(tp + tn + fp + fn)} judged)`),
    metric('precision', `(${count(tp)} of ${count(tp + fp)} called spam)`),
    metric('recall', `(${count(tp)} of ${count(tp + fn)} spam)`),
    metric('f1', `(${count(fp)} ham called spam, ${count(fn)} spam called ham)`),
  ];
}

function latency({ latency: part }: RehearsalReport, ink: Ink): readonly string[] | null {
  if (part === null) return null;
  const kinds: readonly LatencyKind[] = ['total', 'overhead', 'model', 'client'];
  const rows = kinds.map((kind) => {
    const summary = part[kind];
    if (summary === null) return [kind, UNKNOWN];
    const { p50, p95, p99, max } = summary;
    return [kind, ...[p50, p95, p99, max].map(milliseconds), count(summary.count)];
  });
  const objective = part.objectiveP95Ms === null ? 'none stated' : `total p95 ${milliseconds(part.objectiveP95Ms)}`;
  return [
    table(
      [{ title: '' }, ...['p50', 'p95', 'p99', 'max', 'samples'].map((title) => ({ title, numeric: true }))],
      rows,
      ink.dim,
    ),
    fact('objective', `${objective} (percentiles by ${part.percentiles})`),
  ];
}

function guard({ guard: part }: RehearsalReport, ink: Ink): readonly string[] | null {
  if (part === null) return null;
  if (part.interventions.length === 0) return ['  no rule intervened'];
  const rows = part.interventions.map((one) => [
    one.rule,
    one.mode,
    one.action,
    count(one.count),
    list(one.kinds ?? [], ''),
  ]);
  return [
    table(
      [
        { title: 'rule' },
        { title: 'mode' },
        { title: 'action' },
        { title: 'count', numeric: true },
        { title: 'kinds', flexible: true },
      ],
      rows,
      ink.dim,
    ),
  ];
}

function records(report: RehearsalReport, ink: Ink): readonly string[] | null {
  const { records: kept, paths, feedback, denied, nothingLeft } = report;
  if ([kept, paths, feedback, denied, nothingLeft].every((part) => part === null)) return null;
  const calls = (denied?.calls ?? []).map((call) => item('-', `${call.function}: ${call.error}`));
  return [
    fact('kept', kept === null ? NOT_RUN : recorded(kept, ink)),
    ...(kept?.differing ?? []).map((one) => item('-', one)),
    ...(paths === null ? [fact('paths', NOT_RUN)] : walked(paths, ink)),
    fact('feedback', feedback === null ? NOT_RUN : joined(feedback, ink)),
    fact('denied calls', denied === null ? NOT_RUN : checked(count(denied.count), denied.count === 0, ink)),
    ...calls,
    fact('nothing left', nothingLeft === null ? NOT_RUN : left(nothingLeft, ink)),
  ];
}

function recorded(part: NonNullable<RehearsalReport['records']>, ink: Ink): Cell {
  const same = part.equal && part.records === part.answers;
  const counts = `${counted(part.records, 'record')}, ${counted(part.answers, 'answer')}`;
  return checked(`${counts}: ${same ? 'equal' : 'not equal'}`, same, ink);
}

function walked(paths: readonly PathReport[], ink: Ink): readonly string[] {
  const refused = paths.filter(({ ok }) => !ok);
  const went = paths.length - refused.length;
  return [
    fact('paths', checked(`${count(went)} of ${count(paths.length)} went well`, refused.length === 0, ink)),
    ...refused.map(({ what, seen }) => item('-', `${what}: ${seen}`)),
  ];
}

function joined(part: NonNullable<RehearsalReport['feedback']>, ink: Ink): Cell {
  const text = `${shareOf(part.joined, part.sent)} joined`;
  return part.failed.length === 0 ? text : { text: `${text}, refused: ${statuses(part.failed)}`, tint: ink.red };
}

function left(part: NonNullable<RehearsalReport['nothingLeft']>, ink: Ink): Cell {
  if (!part.checked) return { text: 'not checked: the stage was kept', tint: ink.yellow };
  const named = (resources: typeof part.leftOver): string =>
    list(
      resources.map(({ type, name }) => `${type} ${name}`),
      'none',
    );
  const text = `left over: ${named(part.leftOver)}; retained by the profile, then removed: ${named(part.removedRetained)}`;
  return checked(text, part.leftOver.length === 0, ink);
}

function alarms({ alarms: part }: RehearsalReport, ink: Ink): readonly string[] | null {
  if (part === null) return null;
  if (part.length === 0) return ['  none declared'];
  // Why an alarm is OK is long and the same for all: the page and the JSON have it.
  const reason = (alarm: AlarmReport): string => (alarm.state === 'OK' ? '' : alarm.reason);
  const rows = part.map((alarm) => [state(alarm, ink), alarm.severity, alarm.name, alarm.clause ?? '', reason(alarm)]);
  const columns = [
    { title: 'state' },
    { title: 'severity' },
    { title: 'alarm' },
    { title: 'clause' },
    { title: 'reason', flexible: true },
  ];
  return [table(columns, rows, ink.dim)];
}

function state(alarm: AlarmReport, ink: Ink): Tinted {
  const tints = { OK: ink.green, ALARM: ink.red, INSUFFICIENT_DATA: ink.yellow, NOT_EVALUATED: ink.yellow };
  const text = alarm.state.toLowerCase().replace('_', ' ');
  return { text: alarm.state.length <= 5 ? alarm.state : text, tint: tints[alarm.state] };
}

function budget({ budget: part }: RehearsalReport): readonly string[] | null {
  if (part === null) return null;
  if (part === 'not declared') return [`  ${part}`];
  const thresholds = part.thresholds.map(({ percent: at, type }) => `${count(at)} % ${type.toLowerCase()}`);
  return [
    fact('limit', `${usd(part.limitUsd)} a month, of ${part.filteredBy}`),
    fact('alerts', `${list(thresholds, 'none')}, to ${counted(part.subscribers, 'subscriber')}`),
  ];
}

function steps({ steps: all }: RehearsalReport, ink: Ink): readonly string[] {
  const total = all.reduce((sum, step) => sum + step.seconds, 0);
  const tints: Record<StepReport['status'], Tinted['tint']> = {
    done: ink.green,
    failed: ink.red,
    'not run': ink.yellow,
  };
  const rows = all.map((step): Cell[] => [
    { text: step.status, tint: tints[step.status] },
    step.name,
    step.status === 'not run' ? '' : seconds(step.seconds),
    step.detail ?? '',
  ]);
  const columns = [{ title: '' }, { title: 'step' }, { title: 'took', numeric: true }, { title: '', flexible: true }];
  return [table(columns, [...rows, ['', 'together', seconds(total)]], ink.dim)];
}

function whatDidNotRun({ notRun }: RehearsalReport): readonly string[] {
  return notRun.length === 0 ? ['  nothing'] : notRun.map(({ what, why }) => item('-', `${what}: ${why}`));
}

function verdict({ verdict: result, failures, notes }: RehearsalReport, ink: Ink): readonly string[] {
  return [
    `  ${result === 'passed' ? ink.green('✓ passed') : ink.red('✗ failed')}`,
    ...failures.map((failure) => item('✗', failure)),
    ...notes.map((note) => item('·', note)),
  ];
}

function checked(text: string, good: boolean, ink: Ink): Tinted {
  return { text, tint: good ? ink.green : ink.red };
}
