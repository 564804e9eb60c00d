import { Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  AlarmRoute,
  Column,
  DataPipeline,
  type DataPipelineProps,
  DataSchedule,
  DataSource,
  DatasetSchema,
  type DatasetSchemaProps,
  FaultSeverity,
  Monitor,
  SourceFormat,
} from '../../lib/index';
import { newApp, property, REGION, type Resource, resourcesOf, templateJson } from '../support';

export const DEPLOYMENT = 'flights-pilot';

/** A schema without a fault, with what a test changes. */
export function schemaOf(changes: Partial<DatasetSchemaProps> = {}): DatasetSchema {
  return new DatasetSchema({
    columns: [
      Column.string('id', { required: true, pattern: '[A-Z]{2}\\d+' }),
      Column.timestamp('departure', { required: true, minimum: '2001-01-01T00:00:00Z' }),
      Column.integer('delay', { minimum: -120, maximum: 2_880, maxPsi: 0.25, onFault: FaultSeverity.FAIL_GATE }),
      Column.string('origin', { allowed: ['DUB', 'ORK', 'SNN'], maxNullShare: 0.01 }),
      Column.boolean('cancelled', { required: true }),
    ],
    key: ['id'],
    maximumBadShare: 0.02,
    freshness: { column: 'departure', maxAge: Duration.days(2) },
    classBalance: { column: 'cancelled', shares: { true: { maximum: 0.2 } } },
    ...changes,
  });
}

/** A pipeline with everything that one can have, in a stack of its own. */
export function pipelineWith(changes: Partial<DataPipelineProps> = {}, app = newApp()) {
  const stack = new Stack(app, 'data', { env: REGION });
  const monitor = new Monitor(stack, 'Monitor', { deployment: DEPLOYMENT, route: AlarmRoute.toOwnTopic() });
  const pipeline = new DataPipeline(stack, 'Pipeline', {
    deployment: DEPLOYMENT,
    dataset: 'flights',
    sources: [
      DataSource.inbox(),
      DataSource.prefix('arrivals-of-flights', 'daily/', {
        format: SourceFormat.CSV,
        delimiter: ';',
        encryptionKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
      }),
    ],
    schema: schemaOf(),
    schedule: DataSchedule.daily({ at: '02:30' }),
    startOnArrival: true,
    monitor,
    ...changes,
  });
  return { app, stack, pipeline };
}

export function templateWith(changes: Partial<DataPipelineProps> = {}): Template {
  return Template.fromStack(pipelineWith(changes).stack);
}

interface StateMachineDefinition {
  readonly TimeoutSeconds: number;
  readonly StartAt: string;
  readonly States: Readonly<Record<string, { readonly Type: string; readonly [field: string]: unknown }>>;
}

/** The definition as it is deployed; references are named by their logical ids. */
export function definitionOf(template: Template): StateMachineDefinition {
  const [[, machine] = []] = resourcesOf(template, 'AWS::StepFunctions::StateMachine');
  const { 'Fn::Join': join } = property<{ 'Fn::Join': [string, unknown[]] }>(machine, 'DefinitionString');
  return JSON.parse(join[1].map((part) => (typeof part === 'string' ? part : nameOf(part))).join(''));
}

function nameOf(reference: unknown): string {
  const { Ref, 'Fn::GetAtt': attribute } = reference as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
  const name = Ref ?? attribute?.[0] ?? 'other';
  return name.startsWith('AWS::') ? name.slice(5).toLowerCase() : name;
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** Statements of the role whose logical id begins with `id`. */
export function statementsOf(template: Template, id: string): Statement[] {
  const { Resources } = templateJson(template);
  const [role] = Object.keys(Resources).filter(
    (name) => name.startsWith(id) && Resources[name]?.Type === 'AWS::IAM::Role',
  );
  if (role === undefined) throw new Error(`there is no role ${id}`);
  const inline = (Resources[role]?.Properties?.Policies ?? []) as { PolicyDocument: { Statement: Statement[] } }[];
  const attached = Object.values(Resources).filter(
    ({ Type, Properties }) =>
      Type === 'AWS::IAM::Policy' && JSON.stringify(Properties?.Roles) === JSON.stringify([{ Ref: role }]),
  );
  return [
    ...inline.flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
    ...attached.flatMap((policy) => property<{ Statement: Statement[] }>(policy, 'PolicyDocument').Statement),
  ];
}

/** An alarm by the last part of its name. */
export function alarmOf(template: Template, id: string): Resource | undefined {
  return resourcesOf(template, 'AWS::CloudWatch::Alarm').find(
    ([, { Properties }]) => Properties?.AlarmName === `${DEPLOYMENT}-${id}`,
  )?.[1];
}
