import { describe, expect, test } from 'vitest';
import { extractEmf } from '../../rehearsal/watch/emf';

const TIMESTAMP = 1_767_225_600_000;

interface DocumentChanges {
  readonly root?: object;
  readonly metadata?: object;
  readonly directive?: object;
}

function lineOf({ root, metadata, directive }: DocumentChanges = {}): string {
  return JSON.stringify({
    _aws: {
      Timestamp: TIMESTAMP,
      CloudWatchMetrics: [
        {
          Namespace: 'Slipway',
          Dimensions: [['Deployment']],
          Metrics: [{ Name: 'Latency', Unit: 'Milliseconds' }],
          ...directive,
        },
      ],
      ...metadata,
    },
    Deployment: 'spam-filter-pilot',
    Latency: 12.5,
    ...root,
  });
}

function datapointsOf(line: string) {
  const extraction = extractEmf(line);
  if (extraction === undefined || 'malformed' in extraction)
    throw new Error(`no datapoints: ${JSON.stringify(extraction)}`);
  return extraction.datapoints;
}

const LATENCY = {
  namespace: 'Slipway',
  name: 'Latency',
  dimensions: { Deployment: 'spam-filter-pilot' },
  unit: 'Milliseconds',
  storageResolution: 60,
  timestamp: TIMESTAMP,
  value: 12.5,
};

describe('a line of embedded metric format', () => {
  test('gives a datapoint with everything that identifies it', () => {
    expect(datapointsOf(lineOf())).toEqual([LATENCY]);
  });

  test('may stand behind the time, request id and level that Lambda puts before it', () => {
    expect(datapointsOf(`2026-01-01T00:00:00.000Z\t6bc28136-xmpl\tINFO\t${lineOf()}\n`)).toEqual([LATENCY]);
  });

  test('gives one datapoint for each value, dimension set and directive', () => {
    const directive = {
      Namespace: 'Slipway',
      Dimensions: [['Deployment'], ['GuardRule', 'Deployment'], []],
      Metrics: [{ Name: 'GuardInterventions', Unit: 'Count' }, { Name: 'Overhead' }],
    };
    const line = lineOf({
      metadata: { CloudWatchMetrics: [directive, { ...directive, Namespace: 'Other', Dimensions: [[]] }] },
      root: { GuardRule: 'cards', GuardInterventions: [1, 2, 2], Overhead: 3 },
    });
    const seen = datapointsOf(line).map(({ namespace, name, dimensions, value }) => [
      namespace,
      name,
      Object.keys(dimensions).length,
      value,
    ]);
    const each = (namespace: string, size: number) => [
      [namespace, 'GuardInterventions', size, 1],
      [namespace, 'GuardInterventions', size, 2],
      [namespace, 'GuardInterventions', size, 2],
      [namespace, 'Overhead', size, 3],
    ];
    expect(seen).toEqual([...each('Slipway', 1), ...each('Slipway', 2), ...each('Slipway', 0), ...each('Other', 0)]);
  });

  test.each([
    ['zero', 0, [0]],
    ['a negative value, as a correction of feedback is', -1, [-1]],
    ['an empty array', [], []],
    ['an array of zeros', [0, 0], [0, 0]],
  ])('keeps %s', (_, value, expected) => {
    expect(datapointsOf(lineOf({ root: { Latency: value } })).map((datapoint) => datapoint.value)).toEqual(expected);
  });

  test('has the unit None and a resolution of 60 s where it says nothing', () => {
    const [datapoint] = datapointsOf(lineOf({ directive: { Metrics: [{ Name: 'Latency' }] } }));
    expect(datapoint).toMatchObject({ unit: 'None', storageResolution: 60 });
  });

  test('keeps a resolution of 1 s', () => {
    const metrics = [{ Name: 'Latency', StorageResolution: 1 }];
    expect(datapointsOf(lineOf({ directive: { Metrics: metrics } }))[0]?.storageResolution).toBe(1);
  });

  test('reads members of the root by their whole name, never as a path', () => {
    const directive = { Metrics: [{ Name: 'A.a' }] };
    expect(datapointsOf(lineOf({ directive, root: { 'A.a': 5 } }))[0]?.value).toBe(5);
    expect(extractEmf(lineOf({ directive, root: { A: { a: 5 } } }))).toHaveProperty('malformed');
  });

  test('takes metrics, dimensions and values up to the limits', () => {
    const names = Array.from({ length: 100 }, (_, index) => `m${index}`);
    const keys = Array.from({ length: 30 }, (_, index) => `d${index}`);
    const line = lineOf({
      directive: { Dimensions: [keys], Metrics: names.map((Name) => ({ Name })) },
      root: {
        ...Object.fromEntries(names.map((name) => [name, new Array(100).fill(1)])),
        ...Object.fromEntries(keys.map((key) => [key, 'x'])),
      },
    });
    expect(datapointsOf(line)).toHaveLength(10_000);
  });
});

describe('a line that is something else', () => {
  test.each([
    '',
    'START RequestId: 6bc28136 Version: $LATEST',
    'REPORT RequestId: 6bc28136\tDuration: 1.2 ms',
    '{"level":"INFO","message":"served"}',
    '{"level":"INFO","message":"cut of',
    '{ not json',
    '[{"_aws":1}]',
    'null',
    '{"message":"{\\"_aws\\":{}}"}',
  ])('is passed over: %s', (line) => {
    expect(extractEmf(line)).toBeUndefined();
  });
});

describe('a malformed document', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => `k${index}`);

  test.each<[string, string, RegExp]>([
    ['cut off', lineOf().slice(0, -5), /not valid JSON/],
    ['text after it', `${lineOf()} done`, /not valid JSON/],
    ['_aws is no object', JSON.stringify({ _aws: 'x' }), /_aws is not an object/],
    ['no timestamp', lineOf({ metadata: { Timestamp: undefined } }), /Timestamp/],
    ['a timestamp in text', lineOf({ metadata: { Timestamp: '1767225600000' } }), /Timestamp/],
    ['a fraction as timestamp', lineOf({ metadata: { Timestamp: 1.5 } }), /Timestamp/],
    ['no directives', lineOf({ metadata: { CloudWatchMetrics: undefined } }), /CloudWatchMetrics is not an array/],
    ['a directive that is no object', lineOf({ metadata: { CloudWatchMetrics: [1] } }), /CloudWatchMetrics\[0\]/],
    ['no namespace', lineOf({ directive: { Namespace: '' } }), /Namespace/],
    ['a namespace that is too long', lineOf({ directive: { Namespace: 'n'.repeat(256) } }), /Namespace/],
    ['dimensions that are no array', lineOf({ directive: { Dimensions: 'Deployment' } }), /Dimensions is not an array/],
    ['no dimension set', lineOf({ directive: { Dimensions: [] } }), /no dimension set/],
    ['a flat dimension set', lineOf({ directive: { Dimensions: ['Deployment'] } }), /Dimensions\[0\] is not an array/],
    ['a dimension that is absent', lineOf({ directive: { Dimensions: [['Stage']] } }), /"Stage".*not a member/],
    ['a dimension inherited by every object', lineOf({ directive: { Dimensions: [['toString']] } }), /not a member/],
    ['a dimension that is a number', lineOf({ root: { Deployment: 5 } }), /"Deployment" has no text/],
    ['a dimension that is empty', lineOf({ root: { Deployment: '' } }), /"Deployment" has no text/],
    ['31 dimensions', lineOf({ directive: { Dimensions: [many(31)] } }), /31 dimensions, more than 30/],
    ['101 metrics', lineOf({ directive: { Metrics: many(101).map((Name) => ({ Name })) } }), /101 metrics/],
    ['metrics that are no array', lineOf({ directive: { Metrics: {} } }), /Metrics is not an array/],
    ['a metric without a name', lineOf({ directive: { Metrics: [{ Unit: 'Count' }] } }), /Metrics\[0\]\.Name/],
    ['a metric that is absent', lineOf({ root: { Latency: undefined } }), /"Latency".*not a member/],
    ['a metric in text', lineOf({ root: { Latency: '12' } }), /"Latency" has a value .* not a number/],
    ['a metric that is null', lineOf({ root: { Latency: null } }), /not a number/],
    ['a metric out of the range of numbers', lineOf().replace('12.5', '1e999'), /not a number/],
    ['a text among values', lineOf({ root: { Latency: [1, 'x'] } }), /not a number/],
    ['101 values', lineOf({ root: { Latency: new Array(101).fill(1) } }), /101 values, more than 100/],
    ['a unit that is a number', lineOf({ directive: { Metrics: [{ Name: 'Latency', Unit: 1 }] } }), /Unit/],
    [
      'another resolution',
      lineOf({ directive: { Metrics: [{ Name: 'Latency', StorageResolution: 30 }] } }),
      /StorageResolution/,
    ],
  ])('is reported: %s', (_, line, reason) => {
    expect(extractEmf(line)).toEqual({ malformed: expect.stringMatching(reason) });
  });

  test('is refused whole, and its report carries no value of it', () => {
    const line = lineOf({
      directive: { Metrics: [{ Name: 'Latency' }, { Name: 'Overhead' }] },
      root: { Overhead: 'the-secret' },
    });
    const extraction = extractEmf(line);
    expect(extraction).toHaveProperty('malformed');
    expect(JSON.stringify(extraction)).not.toContain('the-secret');
  });
});
