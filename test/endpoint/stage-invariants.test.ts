import { describe, expect, it } from 'vitest';
import { ENDPOINT_PARAMETER } from '../../protocol/endpoint-control';
import { endpointStages, synthesizedEndpointStages } from '../endpoint-stages';
import { type Resource, type SynthesizedStage, templateJson } from '../support';

/** An endpoint stack as it is in its template. */
interface EndpointTemplate {
  readonly Parameters: Readonly<Record<string, { readonly Type: string; readonly Default: string }>>;
  readonly Resources: Readonly<Record<string, Resource & { readonly Condition?: string }>>;
  readonly Outputs?: Readonly<Record<string, { readonly Condition?: string; readonly Value: unknown }>>;
}

function endpointTemplate({ templates }: SynthesizedStage): EndpointTemplate {
  if (templates.endpoint === undefined) throw new Error('the stage has no endpoint stack');
  return templates.endpoint.toJSON() as EndpointTemplate;
}

const stages = synthesizedEndpointStages().map((stage) => [stage.name, stage] as const);

/** What costs money or has to follow what does; all else is there before a first version and after a stop. */
const RUNS = [
  'AWS::SageMaker::Model',
  'AWS::SageMaker::EndpointConfig',
  'AWS::SageMaker::Endpoint',
  'AWS::SageMaker::InferenceComponent',
  'AWS::ApplicationAutoScaling::ScalableTarget',
  'AWS::ApplicationAutoScaling::ScalingPolicy',
  'Custom::SlipwayVerifiedRollout',
];

function runs({ Type, Properties }: Resource): boolean {
  const wakes = Type === 'AWS::CloudWatch::Alarm' && Properties?.AlarmActions !== undefined;
  return RUNS.includes(Type) || wakes;
}

/** Logical ids that a value refers to by `Ref`, `Fn::GetAtt` or `Fn::Sub`, those that a condition chooses left out. */
function referredIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referredIn);
  if (typeof value !== 'object' || value === null) return [];
  if ('Fn::If' in value) return [];
  if ('Ref' in value) return [String(value.Ref)];
  if ('Fn::GetAtt' in value) return [String([value['Fn::GetAtt']].flat()[0])];
  if ('Fn::Sub' in value) return [...String(value['Fn::Sub']).matchAll(/\$\{(\w+)/g)].map(([, id = '']) => id);
  return Object.values(value).flatMap(referredIn);
}

describe('the endpoint stack', () => {
  it.each(stages)('of %s has what runs under the condition that it is to run, and nothing else', (_, stage) => {
    for (const [id, resource] of Object.entries(endpointTemplate(stage).Resources)) {
      expect([id, resource.Condition]).toEqual([id, runs(resource) ? 'Running' : undefined]);
    }
  });

  it.each(stages)('of %s refers to what runs from nothing that stays', (_, stage) => {
    const { Resources, Outputs } = endpointTemplate(stage);
    const conditional = new Set(Object.keys(Resources).filter((id) => Resources[id]?.Condition !== undefined));
    expect(conditional.size).toBeGreaterThan(3);
    const staying = Object.entries({ ...Resources, ...Outputs }).filter(([, { Condition }]) => Condition === undefined);
    for (const [id, content] of staying) {
      const { DependsOn: _, ...rest } = { DependsOn: undefined, ...content };
      expect([id, referredIn(rest).filter((target) => conditional.has(target))]).toEqual([id, []]);
    }
  });

  it.each(stages)('of %s takes version and state from their parameters, which have literal names', (_, stage) => {
    const { deployment } = stage.model;
    const { Parameters } = endpointTemplate(stage);
    expect(Parameters).toMatchObject({
      DesiredVersion: {
        Type: 'AWS::SSM::Parameter::Value<List<String>>',
        Default: ENDPOINT_PARAMETER.desiredVersion(deployment),
      },
      DesiredState: {
        Type: 'AWS::SSM::Parameter::Value<String>',
        Default: ENDPOINT_PARAMETER.desiredState(deployment),
      },
    });
    for (const { Default } of Object.values(Parameters)) {
      expect(Default).toMatch(new RegExp(`^(/slipway/${deployment}/[a-z-]+|/cdk-bootstrap/.+)$`));
    }
  });

  it.each(stages)(
    'of %s names the endpoint for good, and leaves what each version replaces to CloudFormation',
    (_, stage) => {
      const { deployment } = stage.model;
      const names = Object.values(endpointTemplate(stage).Resources).flatMap(({ Type, Properties }) =>
        Type.startsWith('AWS::SageMaker::')
          ? ['EndpointName', 'EndpointConfigName', 'ModelName', 'InferenceComponentName'].flatMap((name) =>
              typeof Properties?.[name] === 'string' ? [`${Type.split('::')[2]}.${name} ${Properties[name]}`] : [],
            )
          : [],
      );
      expect([...new Set(names)].sort()).toEqual(
        [
          `Endpoint.EndpointName ${deployment}`,
          ...(stage.name === 'sleeping'
            ? [
                `InferenceComponent.EndpointName ${deployment}`,
                `InferenceComponent.InferenceComponentName ${deployment}-model`,
              ]
            : []),
        ].sort(),
      );
    },
  );

  it.each(stages)('of %s is taken down from the outside in', (_, stage) => {
    const { Resources } = endpointTemplate(stage);
    const ofType = (...types: string[]) => Object.entries(Resources).filter(([, { Type }]) => types.includes(Type));
    const endpoints = ofType('AWS::SageMaker::Endpoint').map(([id]) => id);
    const components = ofType('AWS::SageMaker::InferenceComponent').map(([id]) => id);
    const dependsOn = (id: string) => Resources[id]?.DependsOn ?? [];
    for (const id of components) expect(dependsOn(id)).toEqual(expect.arrayContaining(endpoints));
    for (const [id] of ofType('AWS::ApplicationAutoScaling::ScalableTarget')) {
      expect(dependsOn(id)).toEqual(expect.arrayContaining(components.length > 0 ? components : endpoints));
    }
    // Rollback alarms exist before the endpoint that they watch, and outlive it.
    const alarms = ofType('AWS::CloudWatch::Alarm').filter(([, alarm]) => !runs(alarm));
    expect(alarms.length).toBeGreaterThan(0);
    for (const id of endpoints) expect(dependsOn(id)).toEqual(expect.arrayContaining(alarms.map(([alarm]) => alarm)));
    // A rollout is looked at when all of it has happened.
    const verified = ofType('Custom::SlipwayVerifiedRollout').flatMap(([id]) => dependsOn(id));
    expect(verified).toEqual(expect.arrayContaining([...endpoints, ...components]));
  });
});

describe('a stage with an endpoint', () => {
  it('is the same, byte for byte, when it is synthesized again', () => {
    const bytes = (made: readonly SynthesizedStage[]) =>
      made.flatMap(({ name, templates }) =>
        Object.entries(templates).map(([stack, template]) => [`${name} ${stack}`, JSON.stringify(template.toJSON())]),
      );
    expect(bytes(endpointStages())).toEqual(bytes(synthesizedEndpointStages()));
  });

  it.each(stages)(
    'in %s has four stacks, of which only that of the endpoint may have parts that are not there',
    (_, stage) => {
      expect(Object.keys(stage.templates).sort()).toEqual(['endpoint', 'operate', 'serve', 'state']);
      for (const [stack, template] of Object.entries(stage.templates)) {
        if (stack === 'endpoint') continue;
        const conditional = Object.entries(templateJson(template).Resources).filter(([, one]) => 'Condition' in one);
        expect([stack, conditional.map(([id]) => id)]).toEqual([stack, []]);
      }
    },
  );
});
