import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Size, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { CALLS as CHECK_DATA } from '../../lambdas/check-data/calls';
import { CALLS as DATA_STEPS } from '../../lambdas/data-steps/calls';
import { CALLS as DATA_WATCH } from '../../lambdas/data-watch/calls';
import { CALLS as MATCH_KEYS } from '../../lambdas/match-keys/calls';
import { CALLS as SPLIT_DATA } from '../../lambdas/split-data/calls';
import { Column, type DataPipelineProps, DataSource, DatasetSchema, DatasetStore, HoldOut } from '../../lib/index';
import { annotations, messageOf, newApp, only, property, REGION, resourcesOf } from '../support';
import { DEPLOYMENT, pipelineWith, schemaOf, statementsOf, templateWith } from './pipelines';

const { stack, pipeline } = pipelineWith();
const template = Template.fromStack(stack);

const handlers = [
  ['check-data', 'PipelineCheckDataRole', CHECK_DATA],
  ['match-keys', 'PipelineMatchKeysRole', MATCH_KEYS],
  ['split-data', 'PipelineSplitDataRole', SPLIT_DATA],
  ['data-steps', 'PipelineStepsRole', DATA_STEPS],
] as const;

describe.each(handlers)('the function of %s', (handler, role, calls) => {
  const statements = statementsOf(template, role);
  const own = statements.filter(({ Action }) => ![Action].flat().every((action) => /^(logs|xray|kms):/.test(action)));

  it('may do what it calls, and nothing else', () => {
    expect([...new Set(own.flatMap(({ Action }) => Action))].sort()).toEqual([...calls].sort());
  });

  it('may do it in folders of its bucket, and nowhere to everything', () => {
    for (const { Action, Resource } of own) {
      for (const resource of [Resource].flat()) expect(resource, String(Action)).not.toBe('*');
      if (![Action].flat().some((action) => /Object/.test(action))) continue;
      expect(JSON.stringify(Resource), String(Action)).toMatch(/(runs|quarantine|index|shards|inbox|daily|replay)\/\*/);
    }
  });

  it('uses keys through S3 and DynamoDB only', () => {
    for (const { Action, Condition } of statements.filter(({ Action: of }) => JSON.stringify(of).includes('kms:'))) {
      expect(JSON.stringify(Condition), String(Action)).toMatch(/"kms:ViaService":.*(s3|dynamodb)\.eu-west-1\./);
    }
  });

  it('has a processor of its own, the most of time, and a literal name', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: `${DEPLOYMENT}-${handler}`,
      MemorySize: 1769,
      Timeout: 900,
    });
  });
});

describe('the function of data-watch', () => {
  it('may read the catalogue and keep since when it looks, and sees no object', () => {
    const own = statementsOf(template, 'PipelineWatchHandlerRole').flatMap(({ Action }) => Action);
    expect(own.filter((action) => !/^(logs|xray|kms):/.test(action)).sort()).toEqual([...DATA_WATCH].sort());
  });
});

/** Resources on which a role may do something. */
function resourcesOfAction(role: string, action: string): string {
  return JSON.stringify(
    statementsOf(template, role)
      .filter(({ Action }) => [Action].flat().includes(action))
      .flatMap(({ Resource }) => Resource),
  );
}

describe('what a function may do', () => {
  it('to what is published is the business of the steps alone', () => {
    for (const role of ['PipelineCheckDataRole', 'PipelineMatchKeysRole', 'PipelineSplitDataRole']) {
      expect(resourcesOfAction(role, 's3:PutObject')).not.toMatch(/shards|manifests|index/);
      expect(resourcesOfAction(role, 's3:DeleteObject')).toBe('[]');
    }
    expect(resourcesOfAction('PipelineStepsRole', 's3:PutObject')).toMatch(/index.*manifests.*runs.*shards/);
  });

  it('never takes a shard or a manifest away', () => {
    expect(resourcesOfAction('PipelineStepsRole', 's3:DeleteObject')).not.toMatch(/shards|manifests/);
  });

  it('takes from quarantine the files of objects that changed while they were read', () => {
    expect(resourcesOfAction('PipelineStepsRole', 's3:DeleteObject')).toContain('/quarantine/*');
  });

  it('locks what is published, and nothing else', () => {
    const locked = resourcesOfAction('PipelineStepsRole', 's3:PutObjectRetention');
    for (const part of ['/manifests/*', '/shards/*']) expect(locked).toContain(part);
    expect(locked).not.toMatch(/runs|quarantine|inbox|replay|index/);
  });

  it('says of objects of the inbox and of replays that they were taken, and of no others', () => {
    const tagged = resourcesOfAction('PipelineStepsRole', 's3:PutObjectVersionTagging');
    for (const part of ['/inbox/*', '/replay/*']) expect(tagged).toContain(part);
    expect(tagged).not.toMatch(/runs|quarantine|shards|manifests|index|arrivals-of-flights/);
  });

  it('to sources is to read what stands below their prefixes, and what is replayed', () => {
    const reading = resourcesOfAction('PipelineCheckDataRole', 's3:GetObject');
    for (const part of ['/inbox/*', '/replay/*', ':s3:::arrivals-of-flights/daily/*']) expect(reading).toContain(part);
    expect(resourcesOfAction('PipelineCheckDataRole', 's3:PutObject')).not.toContain('arrivals-of-flights');
    // Whoever may not list a bucket is told of a missing object that it is forbidden.
    for (const role of ['PipelineCheckDataRole', 'PipelineStepsRole']) {
      expect(resourcesOfAction(role, 's3:ListBucket')).toContain(':s3:::arrivals-of-flights"');
      expect(resourcesOfAction(role, 's3:ListBucket')).toMatch(/PipelineStoreBucket/);
    }
  });

  it('to the key of a source is to decrypt what S3 gives', () => {
    const [statement] = statementsOf(template, 'PipelineCheckDataRole').filter(({ Resource }) =>
      JSON.stringify(Resource).includes('1234abcd'),
    );
    expect(statement).toMatchObject({ Action: 'kms:Decrypt', Condition: { StringEquals: expect.anything() } });
  });
});

describe('the state machine', () => {
  const statements = statementsOf(template, 'PipelineMachineRole');

  it('may call its four functions, look after its own executions, and send its own event', () => {
    const actions = statements.flatMap(({ Action }) => Action);
    expect(actions.filter((action) => !/^(logs|xray|kms):/.test(action)).sort()).toEqual([
      'events:PutEvents',
      'lambda:InvokeFunction',
      's3:AbortMultipartUpload',
      's3:GetObject',
      's3:ListMultipartUploadParts',
      's3:PutObject',
      'states:DescribeExecution',
      'states:StartExecution',
      'states:StopExecution',
    ]);
    expect(resourcesOfAction('PipelineMachineRole', 's3:PutObject')).toMatch(/runs\/\*/);
    expect(resourcesOfAction('PipelineMachineRole', 's3:PutObject')).not.toMatch(/shards|quarantine/);
    expect(resourcesOfAction('PipelineMachineRole', 'states:StartExecution')).toContain(
      `:stateMachine:${DEPLOYMENT}-data-pipeline`,
    );
    for (const own of [`:execution:${DEPLOYMENT}-data-pipeline:*`, `:execution:${DEPLOYMENT}-data-pipeline/*`]) {
      expect(resourcesOfAction('PipelineMachineRole', 'states:StopExecution')).toContain(own);
    }
    expect(statements.find(({ Action }) => Action === 'events:PutEvents')?.Condition).toEqual({
      StringEquals: { 'events:source': 'slipway.data', 'events:detail-type': 'DatasetPublished' },
    });
  });

  it('is logged without what goes through it, and traced', () => {
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      StateMachineName: `${DEPLOYMENT}-data-pipeline`,
      LoggingConfiguration: Match.objectLike({ Level: 'ALL', IncludeExecutionData: false }),
      TracingConfiguration: { Enabled: true },
    });
    expect(property(only(template, 'AWS::StepFunctions::StateMachine'), 'StateMachineType')).toBeUndefined();
  });
});

describe('what starts a pipeline', () => {
  it('is a schedule, with a role of its own and a queue for what could not be asked for', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(30 2 * * ? *)',
      ScheduleExpressionTimezone: 'Etc/UTC',
      Target: Match.objectLike({ Input: '{}', DeadLetterConfig: { Arn: Match.anyValue() } }),
    });
    template.hasResourceProperties('AWS::SQS::Queue', { QueueName: `${DEPLOYMENT}-data-trigger-failed` });
  });

  it('is an object that arrives in a source, or is replayed', () => {
    const arrivals = resourcesOf(template, 'AWS::Events::Rule').filter(
      ([, rule]) => 'EventPattern' in (rule.Properties ?? {}),
    );
    const rules = arrivals.map(([, rule]) => {
      const { detail } = property<{ detail: { bucket: { name: unknown[] }; object: { key: unknown } } }>(
        rule,
        'EventPattern',
      );
      return detail;
    });
    expect(rules.map(({ object }) => object.key)).toEqual([
      [{ prefix: 'inbox/' }],
      [{ prefix: 'daily/' }],
      [{ prefix: 'replay/' }],
    ]);
    expect(rules[1]?.bucket).toEqual({ name: ['arrivals-of-flights'] });
    for (const [, rule] of arrivals) {
      expect(property<unknown[]>(rule, 'Targets')).toEqual([
        expect.objectContaining({ Input: '{"arrival":true}', DeadLetterConfig: expect.anything() }),
      ]);
    }
    expect(annotations(pipeline, 'aws:cdk:info').join()).toContain(
      'arrivals-of-flights must send events to EventBridge',
    );
  });

  it('is nothing, where nothing is said', () => {
    const silent = templateWith({ schedule: undefined, startOnArrival: undefined });
    for (const type of ['AWS::Scheduler::Schedule', 'AWS::SQS::Queue']) silent.resourceCountIs(type, 0);
    // What looks how old the data are starts nothing.
    silent.resourceCountIs('AWS::Events::Rule', 1);
  });
});

describe('what others get of a pipeline', () => {
  it('is a rule for its versions', () => {
    const own = pipelineWith();
    const target = new Lambda(own.stack, 'Train', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = async () => {};'),
    });
    own.pipeline.onPublished('Published', { target: new LambdaFunction(target) });
    Template.fromStack(own.stack).hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['slipway.data'],
        'detail-type': ['DatasetPublished'],
        detail: { deployment: [DEPLOYMENT], dataset: ['flights'] },
      },
    });
  });

  it('is leave to start it', () => {
    const own = pipelineWith();
    own.pipeline.grantStart(new Role(own.stack, 'Operator', { assumedBy: new AccountPrincipal('111122223333') }));
    const granted = statementsOf(Template.fromStack(own.stack), 'Operator');
    expect(granted.map(({ Action }) => Action)).toEqual(['states:StartExecution', 'states:DescribeExecution']);
  });

  it('are metrics by the names that the steps emit', () => {
    const metrics = [
      pipeline.metricRuns(),
      pipeline.metricRunFailures(),
      pipeline.metricGateFailures(),
      pipeline.metricVersionsPublished(),
      pipeline.metricRows(),
      pipeline.metricQuarantined(),
      pipeline.metricDuplicates(),
      pipeline.metricBadShare(),
      pipeline.metricRunSeconds(),
      pipeline.metricRunAge(),
      pipeline.metricNewestEventAge({ period: Duration.hours(1) }),
    ];
    expect(metrics.map(({ metricName, statistic }) => `${metricName} ${statistic}`)).toEqual([
      'DataRuns Sum',
      'DataRunFailures Sum',
      'DataGateFailures Sum',
      'DataVersionsPublished Sum',
      'DataRows Sum',
      'DataQuarantined Sum',
      'DataDuplicates Sum',
      'DataBadShare Maximum',
      'DataRunSeconds Maximum',
      'DataRunAge Minimum',
      'DataNewestEventAge Minimum',
    ]);
    for (const { dimensions } of metrics) expect(dimensions).toEqual({ Deployment: DEPLOYMENT });
  });
});

describe('the configuration of the functions', () => {
  it('is written beside each bundle, plain and whole', () => {
    const app = newApp();
    pipelineWith({ partitions: 4, shardSize: Size.mebibytes(8), holdOut: HoldOut.byHash({ share: 0.3 }) }, app);
    const { directory } = app.synth();
    const folders = readdirSync(directory).filter((name) => /^\.slipway-(check|match|split|data)-/.test(name));
    expect(folders).toHaveLength(5);
    for (const folder of folders) {
      expect(JSON.parse(readFileSync(join(directory, folder, 'slipway-config.json'), 'utf8'))).toMatchObject({
        dataset: 'flights',
        schema: { key: ['id'], maximumBadShare: 0.02 },
        holdOut: { kind: 'hash', share: 0.3, salt: 'slipway' },
        sources: [
          { bucket: '', prefix: 'inbox/' },
          { bucket: 'arrivals-of-flights', prefix: 'daily/', format: 'csv', delimiter: ';' },
        ],
        partitions: 4,
        shardBytes: 8_388_608,
        codeVersion: expect.stringMatching(/^\d+\.\d+\.\d+/),
      });
    }
  });

  it('names the code of the team where it says so, and the days of a lock where the store has one', () => {
    const configOf = (changes: Partial<DataPipelineProps>, app = newApp()) => {
      pipelineWith(changes, app);
      const { directory } = app.synth();
      const [folder = ''] = readdirSync(directory).filter((name) => /^\.slipway-data-steps/.test(name));
      return JSON.parse(readFileSync(join(directory, folder, 'slipway-config.json'), 'utf8'));
    };
    expect(configOf({ codeVersion: '4f2a91c' })).toMatchObject({ codeVersion: '4f2a91c' });
    expect(configOf({})).not.toHaveProperty('lockDays');
    const app = newApp();
    const other = new Stack(app, 'other', { env: REGION });
    const store = new DatasetStore(other, 'Store', {
      encryptionKey: new Key(other, 'Key'),
      versionLock: Duration.days(9),
    });
    expect(configOf({ store }, app)).toMatchObject({ lockDays: 9 });
  });
});

describe('a pipeline fails', () => {
  const store = (props: object) => {
    const other = new Stack(newApp(), 'other', { env: REGION });
    return new DatasetStore(other, 'Store', { encryptionKey: new Key(other, 'Key'), ...props });
  };
  const personal = new DatasetSchema({ columns: [Column.string('mail', { personal: true })] });

  it.each<[string, Partial<DataPipelineProps>, string]>([
    ['without sources', { sources: [] }, 'sources is [], expected a list of sources'],
    ['with a bucket as source', { sources: ['mails' as never] }, 'sources has "mails", expected a DataSource'],
    [
      'with a source within another',
      { sources: [DataSource.inbox(), DataSource.inbox('mails/')] },
      'their objects would be read twice',
    ],
    ['without a schema', { schema: undefined }, 'schema is missing, expected a DatasetSchema'],
    [
      'with a hold-out of an unknown column',
      { holdOut: HoldOut.fromTime('at', '2026-01-01') },
      'holdOut names the column "at"',
    ],
    ['with a share as hold-out', { holdOut: 0.2 as never }, 'holdOut is 0.2, expected a HoldOut'],
    [
      'with an expression as schedule',
      { schedule: 'rate(1 day)' as never },
      'schedule is "rate(1 day)", expected a DataSchedule',
    ],
    [
      'with time to settle for nothing',
      { startOnArrival: false, settleTime: Duration.minutes(1) },
      'settleTime is stated without startOnArrival',
    ],
    ['with no partition', { partitions: 0 }, 'partitions is 0, expected a whole number from 1 to 256'],
    ['with too many workers', { maxConcurrency: 2_000 }, 'maxConcurrency is 2000'],
    ['with shards of nothing', { shardSize: Size.kibibytes(1) }, 'shardSize is 1024 bytes, expected 1 MiB to 1 GiB'],
    ['with time for nothing', { timeout: Duration.minutes(5) }, 'timeout is 300000 ms, expected 1200000'],
    ['with a warning in percent', { warnAtBadShare: 5 }, 'warnAtBadShare is 5, expected a number from 0 to 1'],
    ['with a commit of several words', { codeVersion: 'my commit' }, 'codeVersion is "my commit", expected up to 128'],
    ['with a name of capitals', { deployment: 'Flights' }, 'deployment is "Flights", expected lower case'],
    [
      'with a name that is too long',
      { deployment: `a${'-b'.repeat(23)}` },
      'deployment has 47 characters, expected at most 46',
    ],
    [
      'with an age that no column tells',
      { maximumDataAge: Duration.days(1), schema: schemaOf({ freshness: undefined }) },
      'maximumDataAge is stated, and no column tells the age of a row',
    ],
    [
      'with personal data in a store that locks them',
      { schema: personal, store: store({ versionLock: Duration.days(1) }) },
      'store locks what is published, and mail hold personal data',
    ],
    [
      'with a key beside a store',
      { store: store({}), encryptionKey: new Key(new Stack(newApp(), 'k', { env: REGION }), 'Key') },
      'encryptionKey is stated beside store',
    ],
  ])('%s', (_, changes, fault) => {
    expect(messageOf(() => pipelineWith(changes))).toContain(fault);
  });
});
