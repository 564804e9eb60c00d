import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { domainOf } from '../../cli/stage-diff/domain';
import { clausesOf } from '../../lib/contract/check-contract';
import { Trace } from '../../lib/core/trace';
import {
  Column,
  DataClass,
  type DataPipelineOptions,
  DataSchedule,
  DatasetSchema,
  StageProfile,
} from '../../lib/index';
import {
  annotations,
  contractOf,
  messageOf,
  modelWith,
  only,
  property,
  resourcesOf,
  stageData,
  templatesOf,
} from '../support';

const model = modelWith({ data: stageData() });
const templates = templatesOf(model);

const impersonal = new DatasetSchema({ columns: [Column.string('text'), Column.date('day', { required: true })] });

describe('the data of a stage', () => {
  it('are kept in the stack of state, and made in that of operation', () => {
    const bucketsOf = (changes: Parameters<typeof modelWith>[0]) =>
      resourcesOf(templatesOf(modelWith(changes)).state, 'AWS::S3::Bucket').length;
    expect(bucketsOf({ data: stageData() })).toBe(bucketsOf({}) + 1);
    templates.operate.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      StateMachineName: 'spam-filter-pilot-data-pipeline',
    });
    templates.state.resourceCountIs('AWS::StepFunctions::StateMachine', 0);
    expect(model.data?.datasetName).toBe('spam-filter');
    expect(modelWith().data).toBeUndefined();
  });

  it('are found by the command line through outputs of the state', () => {
    const { Outputs } = templates.state.toJSON() as { Outputs: Record<string, { Value: unknown }> };
    expect(Outputs.DatasetName?.Value).toBe('spam-filter');
    expect(Outputs.DataPipelineName?.Value).toBe('spam-filter-pilot-data-pipeline');
    for (const name of ['DatasetBucketName', 'CatalogueTableName'])
      expect(Outputs[name]?.Value).toEqual({ Ref: expect.any(String) });
    const named = templatesOf(modelWith({ data: stageData({ dataset: 'mails' }) }));
    expect((named.state.toJSON() as typeof named & { Outputs: typeof Outputs }).Outputs.DatasetName?.Value).toBe(
      'mails',
    );
  });

  it('are reached by links, and not by exports', () => {
    const text = JSON.stringify(templates.operate.toJSON());
    for (const link of ['dataset-bucket-arn', 'catalogue-table-arn', 'key-arn'])
      expect(text).toContain(`/slipway/spam-filter-pilot/${link}`);
    expect(text).not.toContain('Fn::ImportValue');
  });

  it('are watched and shown with the rest of the stage', () => {
    const alarms = resourcesOf(templates.operate, 'AWS::CloudWatch::Alarm').map(
      ([, { Properties }]) => Properties?.AlarmName,
    );
    expect(alarms).toContain('spam-filter-pilot-data-gate-failed');
    const dashboard = JSON.stringify(only(templates.operate, 'AWS::CloudWatch::Dashboard').Properties);
    for (const metric of [
      'DataRows',
      'DataQuarantined',
      'DataDuplicates',
      'DataBadShare',
      'DataRunSeconds',
      'DataNewestEventAge',
      'DataRunAge',
      'DataVersionsPublished',
    ]) {
      expect(dashboard).toContain(metric);
    }
    // Alarms of data are declared before the dashboard that shows them all.
    expect(dashboard).toContain('"Monitordatagatefailed');
    expect(
      JSON.stringify(only(templatesOf(modelWith()).operate, 'AWS::CloudWatch::Dashboard').Properties),
    ).not.toContain('DataRows');
  });

  it('are a domain of their own, where stages are compared', () => {
    expect(
      ['DatasetStore/Bucket/Resource', 'DataPipeline/Machine', 'DataPipeline/Triggers/Schedule'].map(domainOf),
    ).toEqual(['data', 'data', 'data']);
  });
});

describe('what a profile and a contract say of data', () => {
  const lockOf = (data: DataPipelineOptions, dataClass: DataClass) =>
    resourcesOf(
      templatesOf(modelWith({ profile: StageProfile.PRODUCTION, contract: contractOf({ dataClass }), data })).state,
      'AWS::S3::Bucket',
    ).map(([, { Properties }]) => [Properties?.ObjectLockEnabled, Properties?.ObjectLockConfiguration]);

  it('is that versions are locked in production, where they concern nobody', () => {
    const locks = lockOf(stageData({ schema: impersonal }), DataClass.INTERNAL).filter(([enabled]) => enabled === true);
    expect(locks).toEqual([[true, undefined]]);
    const personal = lockOf(stageData({ schema: impersonal }), DataClass.PERSONAL);
    expect(personal.every(([enabled]) => enabled === undefined)).toBe(true);
    const pilot = templatesOf(
      modelWith({ contract: contractOf({ dataClass: DataClass.INTERNAL }), data: stageData({ schema: impersonal }) }),
    );
    expect(JSON.stringify(pilot.state.toJSON())).not.toContain('ObjectLock');
  });

  it('is told where personal data are not locked as others are', () => {
    const production = modelWith({ profile: StageProfile.PRODUCTION, data: stageData() });
    expect(annotations(production, 'aws:cdk:info').join()).toContain('dataset versions are not locked');
    expect(annotations(model, 'aws:cdk:info').join()).not.toContain('dataset versions are not locked');
  });

  it('is how long quarantine is kept: as long as prediction records', () => {
    const rules = resourcesOf(templates.state, 'AWS::S3::Bucket').flatMap(
      ([, bucket]) =>
        property<{ Rules: { Prefix?: string; ExpirationInDays?: number }[] } | undefined>(
          bucket,
          'LifecycleConfiguration',
        )?.Rules ?? [],
    );
    expect(rules.find(({ Prefix }) => Prefix === 'quarantine/')?.ExpirationInDays).toBe(30);
  });

  it('is a warning, where data concern people and no column is declared as personal', () => {
    expect(annotations(modelWith({ data: stageData({ schema: impersonal }) }), 'aws:cdk:warning').join()).toContain(
      'no column of the dataset is declared as personal',
    );
    expect(annotations(model, 'aws:cdk:warning').join()).not.toContain('declared as personal');
  });

  it('is how old data may be, enforced by what watches and what runs', () => {
    const contract = contractOf({ dataFreshness: Duration.days(3) });
    const fresh = modelWith({ contract, data: stageData() });
    templatesOf(fresh).operate.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'spam-filter-pilot-data-stale',
      Threshold: 3 * 86_400,
    });
    const lines =
      Trace.of(fresh)
        ?.resolve(clausesOf(contract))
        .filter(({ clause }) => clause === 'dataFreshness') ?? [];
    expect(lines.map(({ type }) => type).sort()).toEqual([
      'AWS::CloudWatch::Alarm',
      'AWS::CloudWatch::Alarm',
      'AWS::Scheduler::Schedule',
    ]);
    expect(
      Trace.of(model)
        ?.resolve([])
        .filter(({ clause }) => clause === 'dataFreshness'),
    ).toEqual([]);
  });
});

describe('a stage fails', () => {
  const demanding = contractOf({ dataFreshness: Duration.hours(12) });
  const young = stageData().schema;

  it.each<[string, Parameters<typeof modelWith>[0], string]>([
    [
      'with data without sources',
      { data: { ...stageData(), sources: [] } },
      'sources is [], expected a list of sources',
    ],
    ['with data that are none', { data: 'mails' as never }, 'data is no object, expected sources and schema'],
    [
      'with personal columns under a contract that says that nobody is concerned',
      { contract: contractOf({ dataClass: DataClass.INTERNAL }), data: stageData() },
      'data.schema declares text as personal, expected dataClass PERSONAL',
    ],
    [
      'with a demand on data that it does not have',
      { contract: demanding },
      'dataFreshness is stated, and the stage has no data',
    ],
    [
      'with a demand that no column can tell',
      { contract: demanding, data: stageData({ schema: impersonal }) },
      'no column tells the age of a row; state freshness in data.schema',
    ],
    [
      'with a schema that accepts what is too old',
      { contract: demanding, data: stageData({ schema: young }) },
      'data.schema accepts events of 172800 s, expected at most dataFreshness (43200 s)',
    ],
    [
      'with a schedule that cannot keep data young enough',
      {
        contract: demanding,
        data: stageData({ startOnArrival: false, schedule: DataSchedule.daily({ at: '02:30' }) }),
      },
      'data.schedule pauses for 86400 s, expected at most dataFreshness (43200 s)',
    ],
    [
      'with a demand and nothing that starts a run',
      { contract: demanding, data: stageData({ startOnArrival: false, schedule: undefined }) },
      'nothing starts the pipeline; state data.schedule or data.startOnArrival',
    ],
    [
      'with an age of nothing',
      { contract: contractOf({ dataFreshness: Duration.seconds(1) }), data: stageData() },
      'dataFreshness is 1000 ms, expected 60000',
    ],
  ])('%s', (_, changes, fault) => {
    expect(messageOf(() => modelWith(changes))).toContain(fault);
  });
});
