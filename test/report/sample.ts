import { latencyOf } from '../../rehearsal/report/percentiles';
import type { AlarmReport, DataReport, RehearsalReport, ReportParts } from '../../rehearsal/report/report';
import { type Judgement, qualityOf } from '../../rehearsal/report/summary';
import { completeReport } from '../../rehearsal/report/verdict';

/** A FIXTURE: made-up figures in the shape of a rehearsal's, for the tests of the report only. */
export function sampleParts(): ReportParts {
  return {
    schema: 1,
    slipwayVersion: '0.1.0',
    stage: 'pilot',
    model: 'spam-filter',
    deployment: 'spam-filter-pilot',
    region: 'eu-west-1',
    startedAt: '2026-11-22T23:32:07.000Z',
    backend: 'lambda',
    emulator: { name: 'MiniStack', version: '1.5.33', endpoint: 'http://127.0.0.1:45660' },
    criteria: [{ metric: 'f1', atLeast: 0.95 }],
    steps: [
      { name: 'Prepare the emulator', seconds: 2.6, status: 'done' },
      { name: 'Bootstrap', seconds: 4.3, status: 'done' },
      { name: 'Deploy the stage', seconds: 21.7, status: 'done', detail: '3 stacks' },
      { name: 'Train the model', seconds: 1.9, status: 'done' },
      { name: 'Register and use the version', seconds: 1.2, status: 'done' },
      { name: 'Send traffic', seconds: 8.4, status: 'done' },
      { name: 'Send feedback', seconds: 5.1, status: 'done' },
      { name: 'Evaluate alarms', seconds: 0.8, status: 'done' },
      { name: 'Destroy and check', seconds: 9.5, status: 'done' },
    ],
    deployed: sampleDeployed(),
    notRun: [
      { what: 'DynamoDB time to live', why: 'the emulator accepts the setting and deletes nothing' },
      { what: 'Weighted aliases', why: 'the emulator sends all requests to the main version' },
      { what: 'API Gateway access log', why: 'the emulator writes none' },
    ],
    data: sampleData(),
    training: {
      mails: 6046,
      dataset: 'd-5b0c1e9a77f24d31',
      train: 4837,
      heldOut: 1209,
      metrics: { accuracy: 0.9859, precision: 0.9802, recall: 0.9778, f1: 0.979 },
      seconds: 0.64,
      modelVersion: 'v-3f9a1c77e2b04d58',
    },
    traffic: {
      requests: 600,
      answered: 594,
      blocked: 6,
      failed: [],
      concurrency: 8,
      seconds: 8.4,
      requestsPerSecond: 71.4,
    },
    quality: qualityOf(sampleJudgements()),
    latency: sampleLatency(),
    guard: {
      interventions: [
        { rule: 'personal-data', mode: 'enforce', action: 'mask', count: 412, kinds: ['EMAIL', 'PHONE'] },
        { rule: 'internet-addresses', mode: 'observe', action: 'mask', count: 97, kinds: ['IPV4'] },
        { rule: 'blocked-terms', mode: 'enforce', action: 'block', count: 6 },
      ],
    },
    paths: [
      { what: 'prediction about a subject', ok: true, seen: '200' },
      { what: 'sweep of abandoned records', ok: true, seen: '200' },
    ],
    feedback: { sent: 594, joined: 594, failed: [], neededByCriteria: 50 },
    records: { answers: 594, records: 594, equal: true, differing: [] },
    denied: { count: 0, calls: [] },
    alarms: sampleAlarms(),
    budget: {
      limitUsd: 60,
      thresholds: [
        { percent: 50, type: 'ACTUAL' },
        { percent: 80, type: 'ACTUAL' },
        { percent: 100, type: 'ACTUAL' },
        { percent: 100, type: 'FORECASTED' },
      ],
      subscribers: 2,
      filteredBy: 'slipway:deployment = spam-filter-pilot',
    },
    nothingLeft: {
      checked: true,
      removedRetained: [{ type: 'AWS::S3::Bucket', name: 'spam-filter-pilot-artifacts' }],
      leftOver: [],
    },
  };
}

export function sampleReport(change: Partial<ReportParts> = {}): RehearsalReport {
  return completeReport({ ...sampleParts(), ...change });
}

/** A rehearsal that ended before it deployed anything. */
export function emptyReport(): RehearsalReport {
  return sampleReport({
    steps: [
      { name: 'Prepare the emulator', seconds: 1.4, status: 'failed', detail: 'no free port' },
      { name: 'Deploy the stage', seconds: 0, status: 'not run' },
    ],
    deployed: null,
    data: null,
    training: null,
    traffic: null,
    quality: null,
    latency: null,
    guard: null,
    paths: null,
    feedback: null,
    records: null,
    denied: null,
    alarms: null,
    budget: null,
    nothingLeft: null,
  });
}

/** A report in which every free text is `text`. */
export function hostileReport(text: string): RehearsalReport {
  const parts = sampleParts();
  return completeReport({
    ...parts,
    slipwayVersion: text,
    stage: text,
    model: text,
    deployment: text,
    region: text,
    startedAt: text,
    emulator: { name: text, version: text, endpoint: text },
    steps: [{ name: text, seconds: 1, status: 'failed', detail: text }],
    deployed: {
      stacks: [{ name: text, resources: 1 }],
      resourcesUnchanged: 1,
      resourceTypes: 1,
      standIns: [{ logicalId: text, path: text, type: text, stack: text, backedBy: text }],
    },
    notRun: [{ what: text, why: text }],
    data: hostileData(text),
    training: { mails: 2, train: 1, heldOut: 1, metrics: { [text]: 0.5 }, seconds: 1, modelVersion: text },
    guard: { interventions: [{ rule: text, mode: 'enforce', action: 'mask', count: 1 }] },
    paths: [{ what: text, ok: false, seen: text }],
    records: { answers: 1, records: 1, equal: true, differing: [text] },
    denied: { count: 1, calls: [{ function: text, error: text }] },
    alarms: [
      {
        name: text,
        severity: text,
        state: 'ALARM',
        reason: text,
        clause: text,
        actions: [text],
        unseen: [text],
        runbook: text,
      },
    ],
    budget: { limitUsd: 1, thresholds: [], subscribers: 0, filteredBy: text },
    nothingLeft: {
      checked: true,
      removedRetained: [{ type: text, name: text }],
      leftOver: [{ type: text, name: text }],
    },
  });
}

function sampleDeployed(): ReportParts['deployed'] {
  return {
    stacks: [
      { name: 'pilot-state', resources: 18 },
      { name: 'pilot-serve', resources: 46 },
      { name: 'pilot-operate', resources: 39 },
    ],
    resourcesUnchanged: 97,
    resourceTypes: 31,
    standIns: [
      {
        logicalId: 'BudgetStageBudget7F21A0C4',
        path: 'pilot/operate/Budget/StageBudget',
        type: 'AWS::Budgets::Budget',
        stack: 'pilot-operate',
        backedBy: 'Budgets API',
      },
      {
        logicalId: 'MonitorAccuracyAlarm0B6D2E91',
        path: 'pilot/operate/Monitor/Accuracy/Alarm',
        type: 'AWS::CloudWatch::Alarm',
        stack: 'pilot-operate',
        backedBy: 'CloudWatch API',
      },
      {
        logicalId: 'PredictScalingTarget41C7E530',
        path: 'pilot/serve/Predict/Scaling/Target',
        type: 'AWS::ApplicationAutoScaling::ScalableTarget',
        stack: 'pilot-serve',
      },
    ],
  };
}

function sampleAlarms(): readonly AlarmReport[] {
  const reason = 'Threshold Crossed: no datapoints were greater than the threshold';
  const alarm = (name: string, severity: string, clause: string): AlarmReport => ({
    name: `spam-filter-pilot-${name}`,
    severity,
    state: 'OK',
    reason,
    clause,
    actions: ['mail-platform-oncall'],
    unseen: [],
    runbook: `docs/runbook.md#${name}`,
  });
  return [
    alarm('latency-p95', 'high', 'latencyP95'),
    alarm('availability', 'critical', 'availability'),
    alarm('f1', 'high', 'success'),
    alarm('backend-failures', 'high', 'availability'),
    {
      ...alarm('dead-letters', 'low', 'availability'),
      state: 'INSUFFICIENT_DATA',
      reason: 'Insufficient Data: 0 datapoints were received',
    },
    {
      ...alarm('silence', 'medium', 'availability'),
      state: 'NOT_EVALUATED',
      reason: 'an anomaly band is not evaluated here',
      actions: [],
    },
  ];
}

function sampleJudgements(): readonly Judgement[] {
  const many = (times: number, truth: Judgement['truth'], predicted: Judgement['predicted']): Judgement[] =>
    Array.from({ length: times }, (_, index) => ({
      truth,
      predicted,
      confidence: truth === predicted ? 1 - 0.45 * ((index + 1) / times) ** 6 : 0.52 + 0.04 * index,
    }));
  return [
    ...many(181, 'spam', 'spam'),
    ...many(4, 'ham', 'spam'),
    ...many(5, 'spam', 'ham'),
    ...many(404, 'ham', 'ham'),
  ];
}

/** Skewed to the right, as latencies are. */
function sampleLatency(): ReportParts['latency'] {
  const spread = (least: number, scale: number): number[] =>
    Array.from({ length: 594 }, (_, index) => least - scale * Math.log(1 - (index + 0.5) / 594));
  const overhead = spread(2.1, 0.9);
  const model = spread(3.4, 2.2);
  const total = overhead.map((ms, index) => ms + (model[(index * 271) % 594] ?? 0));
  return latencyOf({ overhead, model, total, client: total.map((ms) => ms * 2.4 + 19) }, 200);
}

export function sampleData(): DataReport {
  const first = { rows: 3500, published: 3500, quarantined: 0, duplicates: 0 };
  const second = { rows: 2640, published: 2546, quarantined: 6, duplicates: 88 };
  return {
    dataset: 'mails',
    runs: [
      {
        what: 'first batch',
        objects: 3,
        outcome: 'published',
        counts: first,
        planted: first,
        version: 'd-0a1b2c3d4e5f6071',
        gate: [{ rule: 'minimum-rows', passed: true, measured: 3500, expected: 'at least 1000' }],
        seconds: 4.2,
      },
      {
        what: 'second batch',
        objects: 4,
        outcome: 'published',
        counts: second,
        planted: second,
        version: 'd-5b0c1e9a77f24d31',
        gate: [
          { rule: 'maximum-bad-share', passed: true, measured: 0.0023, expected: 'at most 0.01' },
          { rule: 'distribution', column: 'label', passed: true, measured: 0.04, expected: 'at most 0.2' },
          { rule: 'freshness', passed: true, measured: null, expected: 'at most 30 days', reason: 'no value' },
        ],
        seconds: 3.9,
      },
    ],
    versions: [
      { version: 'd-0a1b2c3d4e5f6071', parent: null, train: 2800, holdOut: 700, shards: 4, verified: true },
      {
        version: 'd-5b0c1e9a77f24d31',
        parent: 'd-0a1b2c3d4e5f6071',
        train: 4837,
        holdOut: 1209,
        shards: 8,
        verified: true,
      },
    ],
    faults: [
      { rule: 'malformed', column: null, rows: 2 },
      { rule: 'allowed', column: 'label', rows: 1 },
    ],
    heldOutThenTrained: 0,
  };
}

function hostileData(text: string): DataReport {
  const [run] = sampleData().runs;
  if (run === undefined) throw new Error('the sample has no run');
  return {
    ...sampleData(),
    dataset: text,
    runs: [
      {
        ...run,
        what: text,
        version: text,
        gate: [{ rule: 'distribution', column: text, passed: false, measured: text, expected: text, reason: text }],
      },
    ],
    versions: [{ version: text, parent: text, train: 1, holdOut: 1, shards: 1, verified: false }],
    faults: [{ rule: text, column: text, rows: 1 }],
  };
}
