import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, CfnResource, RemovalPolicy, TagManager, Token, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { TAG } from '../protocol/tags';
import { stageEndpoints, standaloneEndpoints, templateOf } from './endpoint/endpoints';
import { synthesizedEndpointStages } from './endpoint-stages';
import {
  allResources,
  everyStage,
  newApp,
  type Resource,
  resourcesOf,
  type SynthesizedStage,
  synthesizedStages,
  templateJson,
} from './support';

const allStages = [...synthesizedStages(), ...synthesizedEndpointStages()];
const everyStageByName = allStages.map((stage) => [stage.name, stage] as const);
const runbook = readFileSync(join(__dirname, '../docs/runbook.md'), 'utf8');

/** Alarms of every kind of endpoint, alone and in a stage. */
const endpointAlarms = [...standaloneEndpoints(newApp()).map(templateOf), ...endpointStacksOf(newApp())]
  .flatMap((template) => resourcesOf(template, 'AWS::CloudWatch::Alarm'))
  .map(([, { Properties }]) => {
    const text = String(Properties?.AlarmDescription);
    return { name: String(Properties?.AlarmName), text, section: /runbook\.md#([a-z-]+)/.exec(text)?.[1] ?? '' };
  });

function endpointStacksOf(app: App): Template[] {
  return stageEndpoints(app).map(({ stack }) => Template.fromStack(stack));
}

function ofType(stage: SynthesizedStage, ...types: string[]): { id: string; stack: string; resource: Resource }[] {
  return allResources(stage).filter(({ resource }) => types.includes(resource.Type));
}

/** A section of the runbook without its heading, or undefined. */
function section(id: string): string | undefined {
  return runbook.split(/^## /m).find((text) => text.startsWith(`${id}\n`));
}

describe('alarms', () => {
  it.each(everyStageByName)('of %s lead to a section of the runbook that exists', (_, stage) => {
    const alarms = ofType(stage, 'AWS::CloudWatch::Alarm');
    expect(alarms.length).toBeGreaterThan(8);
    for (const { resource } of alarms) {
      const { AlarmName, AlarmDescription } = resource.Properties as Record<string, unknown>;
      const id = String(AlarmName).replace(`${stage.model.deployment}-`, '');
      expect(JSON.stringify(AlarmDescription)).toContain(`Runbook: docs/runbook.md#${id} Look at: https://`);
      const text = section(id);
      for (const part of ['**What it means.**', '**Investigate.**', '**Resolve.**']) {
        expect(text, `section "${id}" of docs/runbook.md`).toContain(part);
      }
    }
  });

  it.each(everyStageByName)('of %s say how bad it is, no worse than the profile allows', (_, stage) => {
    const allowed = ['critical', 'high', 'medium', 'low'].slice(stage.profile.severityCeiling.rank - 1);
    for (const { resource } of ofType(stage, 'AWS::CloudWatch::Alarm')) {
      const severity = /\[(\w+)\] /.exec(JSON.stringify(resource.Properties?.AlarmDescription))?.[1];
      expect(allowed).toContain(severity);
    }
  });

  it('and the budget are all that the runbook is about', () => {
    const known = new Set([
      ...allStages.flatMap((stage) =>
        ofType(stage, 'AWS::CloudWatch::Alarm').map(({ resource }) =>
          String(resource.Properties?.AlarmName).replace(`${stage.model.deployment}-`, ''),
        ),
      ),
      ...endpointAlarms.map(({ section: id }) => id),
    ]);
    const headings = [...runbook.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    // Criteria that the example contract does not state have sections too.
    const others = ['budget', 'success-precision', 'success-recall', 'success-accuracy', 'success-f1'];
    expect(headings.sort()).toEqual([...new Set([...known, ...others])].sort());
  });
});

describe('alarms of endpoints', () => {
  it.each(endpointAlarms)('$name say how bad it is and lead to a section that exists', ({ text, section: id }) => {
    expect(text).toMatch(/^\[(low|medium)\] .+\. Runbook: docs\/runbook\.md#[a-z-]+ Look at: https:\/\//);
    for (const part of ['**What it means.**', '**Investigate.**', '**Resolve.**']) {
      expect(section(id), `section "${id}" of docs/runbook.md`).toContain(part);
    }
  });

  it('are named after the endpoint and their section', () => {
    expect(endpointAlarms.length).toBeGreaterThan(20);
    for (const { name, section: id } of endpointAlarms) expect(name).toMatch(new RegExp(`-${id}(-[a-z0-9-]+)?$`));
  });
});

describe('log groups', () => {
  it.each(everyStageByName)('of %s are kept as long as the profile says, and encrypted', (_, stage) => {
    const groups = ofType(stage, 'AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(5);
    for (const { id, resource } of groups) {
      expect(resource.Properties?.RetentionInDays, id).toBe(stage.profile.logRetention);
      // Of the stack of state the key itself, of the others what it published.
      expect([
        { Ref: expect.stringContaining('keyarn') },
        { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
      ]).toContainEqual(resource.Properties?.KmsKeyId);
    }
    expect(stage.profile.logRetention).not.toBe(RetentionDays.INFINITE);
  });

  it.each(everyStageByName)('of %s are named by every function, so that Lambda makes none of its own', (_, stage) => {
    const groups = new Set(ofType(stage, 'AWS::Logs::LogGroup').map(({ id }) => id));
    for (const { id, resource } of ofType(stage, 'AWS::Lambda::Function')) {
      const { LogGroup } = (resource.Properties?.LoggingConfig ?? {}) as { LogGroup?: { Ref?: string } };
      expect(groups, id).toContain(LogGroup?.Ref);
    }
  });
});

describe('what keeps state', () => {
  const STATEFUL = [
    'AWS::DynamoDB::GlobalTable',
    'AWS::S3::Bucket',
    'AWS::KMS::Key',
    'AWS::SecretsManager::Secret',
    'AWS::Logs::LogGroup',
  ];

  it.each(everyStageByName)('in %s goes or stays as the profile says', (_, stage) => {
    const expected = stage.profile.removalPolicy === RemovalPolicy.RETAIN ? 'Retain' : 'Delete';
    const stateful = ofType(stage, ...STATEFUL);
    expect(new Set(stateful.map(({ resource }) => resource.Type))).toEqual(new Set(STATEFUL));
    for (const { id, stack, resource } of stateful) {
      // The key of messages: nothing that is kept is encrypted with it.
      if (stack === 'operate' && id.startsWith('MonitorAlarmTopicKey')) continue;
      expect([id, resource.DeletionPolicy, resource.UpdateReplacePolicy]).toEqual([id, expected, expected]);
    }
  });

  it.each(everyStageByName)('in %s is protected and recoverable as the profile says', (_, stage) => {
    expect(stage.model.stateStack.terminationProtection).toBe(stage.profile.terminationProtection);
    for (const { resource } of ofType(stage, 'AWS::DynamoDB::GlobalTable')) {
      expect(resource.Properties?.Replicas).toMatchObject([
        { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: stage.profile.pointInTimeRecovery } },
      ]);
    }
    const keys = ofType(stage, 'AWS::KMS::Key').filter(({ stack }) => stack === 'state');
    expect(keys.map(({ resource }) => resource.Properties?.MultiRegion ?? false)).toEqual([
      stage.profile.multiRegionKeys,
    ]);
  });

  it.each(everyStageByName)(
    'in %s is in no stack but that of state, except for logs and what waits in a queue',
    (_, stage) => {
      const elsewhere = ofType(stage, ...STATEFUL).filter(
        ({ stack, resource }) => stack !== 'state' && resource.Type !== 'AWS::Logs::LogGroup',
      );
      expect(elsewhere.map(({ id }) => id)).toEqual(
        elsewhere.length === 0 ? [] : [expect.stringMatching(/^MonitorAlarmTopicKey/)],
      );
    },
  );
});

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** Statements of identity policies, with the construct that has them. */
function statements(stage: SynthesizedStage): { construct: CfnResource; statement: Statement }[] {
  return stage.model.node
    .findAll()
    .filter((construct) => CfnResource.isCfnResource(construct))
    .flatMap((construct) => {
      const template: Template | undefined = Object.entries(stage.templates).find(
        ([id]) => id === construct.stack.node.id,
      )?.[1];
      const logicalId = construct.stack.resolve(construct.logicalId);
      if (template === undefined) throw new Error(`the stack of ${construct.node.path} is not looked at`);
      const properties = templateJson(template).Resources[logicalId]?.Properties ?? {};
      const inline = (properties.Policies ?? []) as { PolicyDocument: { Statement: Statement[] } }[];
      const attached = construct.cfnResourceType === 'AWS::IAM::Policy' ? [properties as (typeof inline)[number]] : [];
      return [...inline, ...attached].flatMap(({ PolicyDocument }) =>
        PolicyDocument.Statement.map((statement) => ({ construct, statement })),
      );
    });
}

/** Reasons acknowledged for a finding, on a construct or above it. */
function reasons(construct: IConstruct, finding: string): string[] {
  return construct.node.scopes.flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Record<string, string>))
      .filter(([id]) => id.endsWith(finding))
      .map(([, reason]) => reason),
  );
}

/** Tracing, network interfaces, deliveries of logs, metrics, scalable targets, and the token by which images are pulled. */
const KNOWS_NO_RESOURCES =
  /^(xray|ec2):|^logs:\w*(LogDelivery|LogDeliveries|ResourcePolicy|ResourcePolicies|LogGroups)$|^cloudwatch:(GetMetricData|PutMetricData)$|^ecr:GetAuthorizationToken$|^application-autoscaling:Describe/;

describe('policies', () => {
  it.each(everyStageByName)('of %s name no resource "*" without a written reason', (_, stage) => {
    const found = statements(stage);
    expect(found.length).toBeGreaterThan(15);
    const open = found.filter(({ statement }) => [statement.Resource].flat().includes('*'));
    expect(open.length).toBeGreaterThan(0);
    for (const { construct, statement } of open) {
      const why = reasons(construct, 'AwsSolutions-IAM5[Resource::*]');
      expect(why, `${construct.node.path} on ${statement.Action}`).toEqual([expect.stringMatching(/\w+ \w+ \w+/)]);
    }
  });

  it.each(everyStageByName)('of %s name "*" only for what knows no resources, and no action by "*"', (_, stage) => {
    for (const { construct, statement } of statements(stage)) {
      const actions = [statement.Action].flat();
      for (const action of actions) expect(action, construct.node.path).not.toContain('*');
      if (![statement.Resource].flat().includes('*')) continue;
      expect(
        actions.filter((action) => !KNOWS_NO_RESOURCES.test(action)),
        construct.node.path,
      ).toEqual([]);
    }
  });
});

/** Types whose tags are elsewhere than in `Tags`. */
const TAGGED_WITHIN: Readonly<Record<string, (properties: Resource['Properties']) => unknown>> = {
  'AWS::Budgets::Budget': (properties) => properties?.ResourceTags,
  'AWS::DynamoDB::GlobalTable': (properties) => (properties?.Replicas as { Tags: unknown }[] | undefined)?.[0]?.Tags,
};

/** Tags as a map, from a list or a map. */
function tagMap(tags: unknown): unknown {
  if (!Array.isArray(tags)) return tags;
  return Object.fromEntries(tags.map(({ Key, Value }: { Key: string; Value: string }) => [Key, Value]));
}

describe('tags', () => {
  it.each(everyStageByName)('of %s are on everything that can have them', (name, stage) => {
    const expected = {
      [TAG.deployment]: `spam-filter-${name}`,
      [TAG.model]: 'spam-filter',
      [TAG.stage]: name,
      [TAG.owner]: 'mail-platform',
      // Of bin/stages.ts, or without one of its own: then it is the team's.
      [TAG.costCentre]: synthesizedStages().includes(stage) && name !== 'tokens' ? 'support' : 'mail-platform',
    };
    const taggable = new Set(
      stage.model.node
        .findAll()
        .filter((construct) => CfnResource.isCfnResource(construct))
        .filter(
          (construct) =>
            TagManager.isTaggable(construct) ||
            TagManager.isTaggableV2(construct) ||
            construct.cfnResourceType in TAGGED_WITHIN ||
            // Of the CDK's own, which it makes without a tag manager.
            ['AWS::Lambda::Function', 'AWS::IAM::Role'].includes(construct.cfnResourceType),
        )
        .map((construct) => `${construct.stack.node.id} ${construct.stack.resolve(construct.logicalId)}`),
    );
    expect(taggable.size).toBeGreaterThan(30);
    for (const { id, stack, resource } of allResources(stage)) {
      if (!taggable.has(`${stack} ${id}`)) continue;
      const tags = (TAGGED_WITHIN[resource.Type] ?? ((properties) => properties?.Tags))(resource.Properties);
      // CDK adds a tag of its own to buckets that it empties.
      expect(tagMap(tags), `${stack} ${id} ${resource.Type}`).toMatchObject(expected);
    }
  });
});

/** Properties that name a resource for good. */
const NAMES =
  /^(FunctionName|AlarmName|DashboardName|QueueName|TopicName|TableName|BucketName|RoleName|LogGroupName|BudgetName|StageName)$/;
const NAMED_TYPES = new Set([
  'AWS::Lambda::Function',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::SQS::Queue',
  'AWS::SNS::Topic',
  'AWS::DynamoDB::GlobalTable',
  'AWS::S3::Bucket',
  'AWS::IAM::Role',
  'AWS::Logs::LogGroup',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Stage',
  'AWS::SSM::Parameter',
]);

describe('names', () => {
  it.each(everyStageByName)('of %s are literals that begin with the deployment and hold no clock', (_, stage) => {
    const { deployment } = stage.model;
    const names = allResources(stage)
      .filter(({ resource }) => NAMED_TYPES.has(resource.Type))
      .flatMap(({ resource }) =>
        Object.entries(resource.Properties ?? {})
          .filter(([property]) => NAMES.test(property) || property === 'Name')
          .map(([, name]) => name),
      )
      // API Gateway names its execution log after the id of the API; under another name it would not be used.
      .filter((name) => !JSON.stringify(name).includes('API-Gateway-Execution-Logs_'));
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) {
      expect(typeof name, JSON.stringify(name)).toBe('string');
      expect(Token.isUnresolved(name)).toBe(false);
      expect(String(name)).toMatch(
        new RegExp(
          `^(${deployment}(-[a-z0-9-]+)?|/slipway/${deployment}/[a-z-]+|v1|/aws/sagemaker/(Endpoints|InferenceComponents)/${deployment}(-model)?)$`,
        ),
      );
      expect(String(name)).not.toMatch(/\d{4,}/);
    }
    const { stateStack, endpointStack, serveStack, operateStack } = stage.model;
    for (const stack of [stateStack, endpointStack, serveStack, operateStack]) {
      expect(stack?.stackName ?? `${deployment}-endpoint`).toMatch(
        new RegExp(`^${deployment}-(state|endpoint|serve|operate)$`),
      );
    }
  });
});

describe('stacks', () => {
  it.each(everyStageByName)('of %s export nothing, so that neither side blocks the other', (_, stage) => {
    for (const template of Object.values(stage.templates)) {
      for (const output of Object.values(templateJson(template).Outputs ?? {})) expect(output.Export).toBeUndefined();
      expect(JSON.stringify(template.toJSON())).not.toContain('Fn::ImportValue');
    }
  });

  it.each(everyStageByName)('of %s stay well below the 500 resources and the megabyte of a stack', (_, stage) => {
    for (const template of Object.values(stage.templates)) {
      expect(Object.keys(templateJson(template).Resources).length).toBeLessThan(400);
      expect(JSON.stringify(template.toJSON()).length).toBeLessThan(800_000);
    }
  });

  it('are the same, byte for byte, when they are synthesized again', () => {
    const bytes = (stages: readonly SynthesizedStage[]) =>
      stages.flatMap(({ name, templates }) =>
        Object.entries(templates).map(([stack, template]) => [`${name} ${stack}`, JSON.stringify(template.toJSON())]),
      );
    expect(bytes(everyStage())).toEqual(bytes(synthesizedStages()));
  });

  it('are synthesized from one app', () => {
    const roots = new Set(synthesizedStages().map(({ model }) => model.node.root as App));
    expect(roots.size).toBe(1);
  });
});
