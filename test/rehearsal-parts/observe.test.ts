import { describe, expect, it } from 'vitest';
import { describeError } from '../../lambdas/shared/diagnostics';
import type { PredictionRecord } from '../../protocol/prediction';
import { deniedCalls, extractMetrics } from '../../rehearsal/observe/function-logs';
import { apiMetrics } from '../../rehearsal/observe/platform-metrics';
import { compareRecords, differingRecords, findingsOf, joinedFeedback } from '../../rehearsal/observe/records';
import type { Answer } from '../../rehearsal/traffic/callers';
import { sentMail } from '../../rehearsal/traffic/send-mails';

const log = (...lines: string[]) => [{ functionName: 'pilot-predict', lines }];

function emf(values: Readonly<Record<string, unknown>>, metrics = Object.keys(values)): string {
  return JSON.stringify({
    _aws: {
      Timestamp: 1_700_000_000_000,
      CloudWatchMetrics: [
        { Namespace: 'Slipway', Dimensions: [['Deployment']], Metrics: metrics.map((Name) => ({ Name })) },
      ],
    },
    Deployment: 'spam-filter-pilot',
    ...values,
  });
}

describe('metrics in the logs of functions', () => {
  it('are taken from every line that is one, and from no other', () => {
    const logs = [
      ...log('START RequestId: 1', emf({ Predictions: 1 }), '{"level":"INFO","event":"x"}', ''),
      { functionName: 'pilot-records', lines: [emf({ Feedback: 2, TruePositives: 1 })] },
    ];
    const { datapoints, malformed } = extractMetrics(logs);
    expect(datapoints.map(({ name, value, dimensions }) => [name, value, dimensions.Deployment])).toEqual([
      ['Predictions', 1, 'spam-filter-pilot'],
      ['Feedback', 2, 'spam-filter-pilot'],
      ['TruePositives', 1, 'spam-filter-pilot'],
    ]);
    expect(malformed).toEqual([]);
  });

  it('that are malformed are told with their function and do not hide the others', () => {
    const { datapoints, malformed } = extractMetrics(log(emf({ Predictions: 'many' }), emf({ Predictions: 1 })));
    expect(datapoints).toHaveLength(1);
    expect(malformed).toHaveLength(1);
    expect(malformed[0]).toMatch(/^pilot-predict: ./);
  });
});

describe('calls that IAM refused', () => {
  /** As a handler logs an error. */
  function logged(name: string, message: string): string {
    const error = Object.assign(new Error(message), { name, $fault: 'client' });
    return JSON.stringify({ level: 'ERROR', event: 'record was not written', ...describeError(error) });
  }

  it.each([
    [
      'by the action that the service names',
      logged(
        'AccessDeniedException',
        'User: arn:aws:sts::0:assumed-role/x is not authorized to perform: dynamodb:PutItem',
      ),
      'dynamodb:PutItem',
    ],
    ['by the name of the error where it names none', logged('AccessDenied', 'Access Denied'), 'AccessDenied'],
    ['whatever their name', logged('UnauthorizedOperation', 'no'), 'UnauthorizedOperation'],
    ['in plain text', 'User: x is not authorized to perform: s3:GetObject on y', 's3:GetObject'],
  ])('are found in logs %s', (_, line, error) => {
    expect(deniedCalls(log('START', line, 'END'))).toEqual({ count: 1, calls: [{ function: 'pilot-predict', error }] });
  });

  it('are counted one by one', () => {
    const line = logged('AccessDenied', 'no');
    expect(deniedCalls([...log(line, line), { functionName: 'pilot-records', lines: [line] }]).count).toBe(3);
  });

  it('are not other errors', () => {
    expect(deniedCalls(log(logged('ResourceNotFoundException', 'no table'), 'caller was denied a quota'))).toEqual({
      count: 0,
      calls: [],
    });
  });
});

describe('metrics of the API', () => {
  const answer = (status: number | undefined, latencyMs = 12): Answer => {
    return { status, headers: undefined, body: undefined, at: 1_700_000_000_000, latencyMs };
  };

  it.each([
    [200, 0, 0],
    [399, 0, 0],
    [400, 1, 0],
    [499, 1, 0],
    [500, 0, 1],
    [504, 0, 1],
  ])('of an answer %i are a sample each, also where they are 0', (status, clientErrors, serverErrors) => {
    const points = apiMetrics([answer(status)], 'spam-filter-pilot', 'v1');
    expect(points.map(({ name, value, unit }) => [name, value, unit])).toEqual([
      ['Count', 1, 'Count'],
      ['4XXError', clientErrors, 'Count'],
      ['5XXError', serverErrors, 'Count'],
      ['Latency', 12, 'Milliseconds'],
    ]);
    for (const point of points) {
      expect(point).toMatchObject({
        namespace: 'AWS/ApiGateway',
        dimensions: { ApiName: 'spam-filter-pilot', Stage: 'v1' },
        timestamp: 1_700_000_000_000,
      });
    }
  });

  it('say nothing of a request that no answer came to', () => {
    expect(apiMetrics([answer(undefined), answer(200)], 'a', 's')).toHaveLength(4);
  });
});

describe('answers and records', () => {
  const records = (...ids: string[]) => ids.map((inferenceId) => ({ inferenceId }) as PredictionRecord);

  it.each<[string, string[], string[], boolean]>([
    ['are equal in any order', ['a', 'b'], ['b', 'a'], true],
    ['are equal where there are none', [], [], true],
    ['are equal where an answer was repeated for its idempotency key', ['a', 'a'], ['a'], true],
    ['are not where an answer has no record', ['a', 'b'], ['a'], false],
    ['are not where a record has no answer', ['a'], ['a', 'b'], false],
    ['are not where they are as many but others', ['a', 'b'], ['a', 'c'], false],
  ])('%s', (_, answers, recorded, equal) => {
    expect(compareRecords(answers, records(...recorded))).toEqual({
      answers: new Set(answers).size,
      records: recorded.length,
      equal,
    });
  });
});

describe('a record beside its answer', () => {
  const sent = [
    sentMail(
      { id: 'a', text: 'x', label: 'spam' },
      {
        status: 200,
        headers: undefined,
        at: 0,
        latencyMs: 1,
        body: { inferenceId: 'a', output: { label: 'spam' }, modelVersion: 'v-1' },
      },
    ),
  ];
  const good = { inferenceId: 'a', state: 'answered', label: 'spam', modelVersion: 'v-1' } as PredictionRecord;

  it.each<[string, Partial<PredictionRecord>, string[]]>([
    ['says the same', {}, []],
    ['has another state', { state: 'running' }, ['state of record a is running, answered was answered']],
    ['has another label', { label: 'ham' }, ['label of record a is ham, answered was spam']],
    ['is of another version', { modelVersion: 'v-2' }, ['modelVersion of record a is v-2, answered was v-1']],
  ])('%s', (_, change, differing) => {
    expect(differingRecords(sent, [{ ...good, ...change }])).toEqual(differing);
  });

  it('that is not there is no matter of this comparison', () => {
    expect(differingRecords(sent, [])).toEqual([]);
  });

  it('gives its findings only where its mail was among these', () => {
    const finding = { rule: 'r', mode: 'enforce', action: 'mask', count: 1 } as const;
    const records = ['a', 'warm-up'].map((inferenceId) => ({ ...good, inferenceId, findings: [finding] }));
    expect(findingsOf(sent, records)).toEqual([finding]);
  });
});

describe('feedback that was sent', () => {
  const at = { headers: undefined, at: 0, latencyMs: 1 };
  const spam = (inferenceId: string) =>
    sentMail(
      { id: inferenceId, text: 'x', label: 'spam' },
      { ...at, status: 200, body: { inferenceId, output: { label: 'ham' }, modelVersion: 'v-1' } },
    );
  const record = (inferenceId: string, label?: string) =>
    ({ inferenceId, ...(label === undefined ? {} : { feedback: { label, at: '', revision: 0 } }) }) as PredictionRecord;

  it.each<[string, PredictionRecord[], number]>([
    ['is joined where its record carries the label', [record('a', 'spam'), record('b', 'spam')], 2],
    ['is not where the record carries none', [record('a', 'spam'), record('b')], 1],
    ['is not where the record carries another', [record('a', 'ham'), record('b', 'spam')], 1],
    ['is not where there is no record', [record('c', 'spam')], 0],
  ])('%s', (_, records, joined) => {
    expect(joinedFeedback([spam('a'), spam('b')], records)).toBe(joined);
  });
});
