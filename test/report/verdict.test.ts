import { describe, expect, it } from 'vitest';
import type {
  AlarmReport,
  DataReport,
  DataRunReport,
  FeedbackReport,
  LatencyReport,
  QualityReport,
  RecordsReport,
  ReportParts,
  TrafficReport,
} from '../../rehearsal/report/report';
import { completeReport, judge } from '../../rehearsal/report/verdict';
import { emptyReport, sampleData, sampleParts } from './sample';

const parts = sampleParts();

function changed(change: Partial<ReportParts>): ReportParts {
  return { ...parts, ...change };
}

function part<T>(value: T | null): T {
  if (value === null) throw new Error('the sample report lacks this part');
  return value;
}

const traffic: TrafficReport = part(parts.traffic);
const quality: QualityReport = part(parts.quality);
const feedback: FeedbackReport = part(parts.feedback);
const records: RecordsReport = part(parts.records);
const latency: LatencyReport = part(parts.latency);
const [someAlarm] = part(parts.alarms);

const data = sampleData();
const secondRun = part(data.runs[1] ?? null);
const { planted } = secondRun;

/** The sample's data, its second run changed. */
function dataWith(change: Partial<DataRunReport>): DataReport {
  return { ...data, runs: data.runs.map((run) => (run === secondRun ? { ...run, ...change } : run)) };
}

/** Latencies of so many answers. */
function samples(count: number): LatencyReport {
  const summary = { count, p50: 1, p95: 1, p99: 1, max: 1 };
  return { ...latency, total: summary, overhead: summary, model: summary };
}

function alarm(change: Partial<AlarmReport>): readonly AlarmReport[] {
  return [{ ...part(someAlarm ?? null), name: 'a', ...change }];
}

describe('the verdict', () => {
  it('is passed of a rehearsal in which all is well', () => {
    expect(judge(parts)).toMatchObject({ verdict: 'passed', failures: [] });
  });

  it.each<[string, Partial<ReportParts>, string]>([
    [
      'a failed step',
      { steps: [{ name: 'Deploy', seconds: 1, status: 'failed', detail: 'no Python' }] },
      'step "Deploy" failed: no Python',
    ],
    [
      'failed requests',
      {
        latency: samples(590),
        traffic: {
          ...traffic,
          answered: 590,
          failed: [
            { status: 503, count: 3 },
            { status: 'no answer', count: 1 },
          ],
        },
      },
      '4 requests failed: 503 (3), no answer (1)',
    ],
    [
      'requests without an outcome',
      { latency: samples(590), traffic: { ...traffic, answered: 590 } },
      '600 requests had 596 outcomes: each must have one',
    ],
    [
      'no requests',
      { latency: samples(0), traffic: { ...traffic, requests: 0, answered: 0, blocked: 0 } },
      'the traffic sent no request',
    ],
    [
      'a criterion just missed',
      { quality: { ...quality, f1: 0.94999 } },
      'f1 is 0.9499, the contract demands at least 0.95',
    ],
    [
      'a criterion that could not be measured',
      { quality: { ...quality, f1: 'unknown' } },
      'f1 is unknown, the contract demands at least 0.95',
    ],
    [
      'fewer records than answers',
      { records: { answers: 5, records: 4, equal: false, differing: [] } },
      '5 answers but 4 records',
    ],
    [
      'more records than answers',
      { records: { answers: 1, records: 2, equal: true, differing: [] } },
      '1 answer but 2 records',
    ],
    [
      'records of other predictions',
      { records: { answers: 5, records: 5, equal: false, differing: [] } },
      '5 answers and as many records, but not of the same predictions',
    ],
    [
      'records that say something else',
      { records: { ...records, differing: ['label of record x is ham, answered was spam', 'b', 'c'] } },
      'label of record x is ham, answered was spam, and 2 records more differ',
    ],
    [
      'answers that were not measured',
      { latency: { ...latency, overhead: null } },
      '594 answers but 0 samples of overhead latency',
    ],
    [
      'a path that was refused',
      { paths: [{ what: 'its replay', ok: false, seen: '503 record-failed' }] },
      'its replay: 503 record-failed',
    ],
    [
      'an alarm that reads what nothing emits',
      { alarms: alarm({ unseen: ['Slipway Latency of Deployment=other'] }) },
      'alarm a reads Slipway Latency of Deployment=other, which nothing emitted',
    ],
    [
      'a success criterion that is undecided after enough labels',
      { alarms: alarm({ clause: 'success: f1', state: 'INSUFFICIENT_DATA' }) },
      'alarm a has too little data after 594 labels',
    ],
    ['lost feedback', { feedback: { ...feedback, sent: 9, joined: 1 } }, 'feedback was sent 9 times and joined 1 time'],
    [
      'refused feedback',
      { feedback: { ...feedback, sent: 9, joined: 7, failed: [{ status: 429, count: 2 }] } },
      'feedback was sent 9 times and joined 7 times; refused: 429 (2)',
    ],
    [
      'denied calls',
      { denied: { count: 2, calls: [{ function: 'predict', error: 'AccessDenied' }] } },
      'IAM denied 2 calls, of predict',
    ],
    [
      'a denied call that was not counted',
      { denied: { count: 0, calls: [{ function: 'sweep', error: 'AccessDenied' }] } },
      'IAM denied 1 call, of sweep',
    ],
    [
      'denied calls of nobody knows whom',
      { denied: { count: 1, calls: [] } },
      'IAM denied 1 call, of an unknown function',
    ],
    ['an alarm in ALARM', { alarms: alarm({ state: 'ALARM', reason: 'too slow' }) }, 'alarm a is in ALARM: too slow'],
    [
      'rows that are not accounted for',
      {
        data: dataWith({
          counts: { ...planted, published: planted.published - 1 },
          planted: { ...planted, published: planted.published - 1 },
        }),
      },
      'the second batch brought 2,640 rows, of which 2,639 are accounted for',
    ],
    [
      'counts that are not what was planted',
      { data: dataWith({ planted: { ...planted, duplicates: 80 } }) },
      'duplicates of the second batch: 88, planted 80',
    ],
    ['a run that was not counted', { data: dataWith({ counts: null }) }, 'of the second batch nothing was counted'],
    ['a run that failed', { data: dataWith({ outcome: 'failed' }) }, 'the second batch ended failed'],
    [
      'a gate that did not pass',
      {
        data: dataWith({
          gate: [{ rule: 'distribution', column: 'label', passed: false, measured: 0.3, expected: 'at most 0.2' }],
        }),
      },
      'gate of the second batch: distribution of label is 0.3, expected at most 0.2',
    ],
    [
      'a version that is stored otherwise',
      { data: { ...data, versions: data.versions.map((one, i) => ({ ...one, verified: i > 0 })) } },
      'what is stored of dataset version d-0a1b2c3d4e5f6071 is not what its manifest says',
    ],
    [
      'rows that left the hold-out',
      { data: { ...data, heldOutThenTrained: 2 } },
      '2 rows held out by one version would be trained on by a later one',
    ],
    [
      'something left over',
      {
        nothingLeft: { checked: true, removedRetained: [], leftOver: [{ type: 'AWS::S3::Bucket', name: 'b' }] },
      },
      'AWS::S3::Bucket b is left over',
    ],
  ])('fails of %s, in one sentence', (_, change, failure) => {
    expect(judge(changed(change))).toMatchObject({ verdict: 'failed', failures: [failure] });
  });

  it.each([
    'deployed',
    'data',
    'training',
    'traffic',
    'quality',
    'latency',
    'guard',
    'paths',
    'feedback',
    'records',
    'denied',
    'alarms',
    'budget',
    'nothingLeft',
  ] as const)('fails when %s did not run: silence is no success', (missing) => {
    const { verdict, failures } = judge(changed({ [missing]: null }));
    expect(verdict).toBe('failed');
    expect(failures).toEqual([expect.stringMatching(/^nothing is known of what did not run: /)]);
  });

  it.each<[string, Partial<ReportParts>, string]>([
    [
      'a step that did not run',
      { steps: [{ name: 'Destroy', seconds: 0, status: 'not run', detail: '--keep' }] },
      'step "Destroy" did not run: --keep',
    ],
    [
      'a contract without criteria',
      { criteria: [] },
      'the contract states no success criterion, so no quality was demanded',
    ],
    [
      'alarms that were not evaluated',
      { alarms: alarm({ state: 'NOT_EVALUATED' }) },
      'alarms that were not evaluated: a',
    ],
    [
      'alarms without data',
      { alarms: alarm({ state: 'INSUFFICIENT_DATA' }) },
      'alarms that had too little data to decide: a',
    ],
    [
      'a stage that was kept',
      { nothingLeft: { checked: false, removedRetained: [], leftOver: [] } },
      'the stage was kept, so that nothing is left was not checked',
    ],
    [
      'a slow machine',
      { latency: { ...part(parts.latency), objectiveP95Ms: 5 } },
      'latency p95 on this machine is 13.2 ms, the objective is 5.00 ms',
    ],
  ])('notes %s and passes', (_, change, note) => {
    const { verdict, notes } = judge(changed({ alarms: alarm({}), ...change }));
    expect({ verdict, notes }).toEqual({ verdict: 'passed', notes: [note] });
  });

  it('passes with an alarm that was provoked, and with a budget that was not declared', () => {
    const provoked = changed({ alarms: alarm({ state: 'ALARM', provoked: true }), budget: 'not declared' });
    expect(judge(provoked)).toEqual({ verdict: 'passed', failures: [], notes: [] });
  });

  it('passes with a success criterion that is undecided for want of labels', () => {
    const undecided = alarm({ clause: 'success: f1', state: 'INSUFFICIENT_DATA' });
    expect(judge(changed({ alarms: undecided, feedback: { ...feedback, sent: 49, joined: 49 } })).failures).toEqual([]);
  });

  it('passes exactly at the criterion', () => {
    expect(judge(changed({ quality: { ...quality, f1: 0.95 } })).verdict).toBe('passed');
  });

  it('lists every failure, not the first', () => {
    const { failures } = judge(
      changed({
        feedback: { ...feedback, sent: 2, joined: 1 },
        records: { answers: 2, records: 1, equal: false, differing: [] },
      }),
    );
    expect(failures).toHaveLength(2);
  });
});

describe('a complete report', () => {
  it('carries the schema, the parts and the verdict, and survives JSON', () => {
    const report = completeReport(parts);
    expect(report).toMatchObject({ schema: 1, verdict: 'passed', deployment: 'spam-filter-pilot' });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('says null, never 0, for what did not run', () => {
    const json: Record<string, unknown> = JSON.parse(JSON.stringify(emptyReport()));
    const missing = Object.entries(json).filter(([, value]) => value === null);
    expect(missing.map(([name]) => name)).toEqual([
      'deployed',
      'data',
      'training',
      'traffic',
      'quality',
      'latency',
      'guard',
      'paths',
      'feedback',
      'records',
      'denied',
      'alarms',
      'budget',
      'nothingLeft',
    ]);
  });
});
