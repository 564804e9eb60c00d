import { describe, expect, it } from 'vitest';
import { ENV } from '../protocol/env';
import { DEPLOYMENT_DIMENSION, GUARD_RULE_DIMENSION, METRIC, METRIC_NAMESPACE } from '../protocol/metrics';
import { synthesizedEndpointStages } from './endpoint-stages';
import {
  handlerNames,
  metricsEmitted,
  sourceOf,
  variablesOfPythonHost,
  variablesRead,
  variablesReadIfSet,
} from './handler-sources';
import { allResources, type SynthesizedStage, synthesizedStages } from './support';

const everyStage = [...synthesizedStages(), ...synthesizedEndpointStages()];
const everyStageByName = everyStage.map((stage) => [stage.name, stage] as const);

/** Which handler a function of a stage runs, by its literal name. */
const HANDLER_OF: Readonly<Record<string, string>> = {
  'answer-async': 'answer-async',
  'answer-waiting': 'answer-waiting',
  predict: 'predict',
  records: 'records',
  'sweep-records': 'sweep-records',
  authorize: 'authorize',
  'api-logging-role': 'api-logging-role',
  model: 'model-host',
  'endpoint-control': 'endpoint-controller',
  'endpoint-params': 'endpoint-parameters',
  'endpoint-watch': 'endpoint-watch',
  'verify-rollout': 'verify-rollout',
  'check-data': 'check-data',
  'match-keys': 'match-keys',
  'split-data': 'split-data',
  'data-steps': 'data-steps',
  'data-watch': 'data-watch',
};
/** Read by Node itself, not by a handler. */
const OF_THE_RUNTIME = ['NODE_OPTIONS'];

/** Variables that mean something only beside another: how long a request may wait, only where it may. */
const ONLY_WITH: Readonly<Record<string, readonly string[]>> = {
  [ENV.waitSeconds]: [ENV.waitingQueue, ENV.asyncInputs],
  [ENV.asyncTimeoutSeconds]: [ENV.asyncInputs],
};

function isMoot(name: string, set: readonly string[]): boolean {
  const others = ONLY_WITH[name];
  return others !== undefined && !others.some((other) => set.includes(other));
}

interface DeployedHandler {
  readonly handler: string;
  readonly variables: string[];
}

function deployedHandlers(stage: SynthesizedStage): DeployedHandler[] {
  return allResources(stage)
    .filter(({ resource, id }) => resource.Type === 'AWS::Lambda::Function' && !id.startsWith('CustomS3AutoDelete'))
    .map(({ resource }) => {
      const { FunctionName, Environment } = resource.Properties as {
        FunctionName: string;
        Environment?: { Variables: Record<string, unknown> };
      };
      const variables = Object.keys(Environment?.Variables ?? {});
      const name = FunctionName.replace(`${stage.model.deployment}-`, '');
      // The same function of a stage is another handler in front of an endpoint.
      const onEndpoint = name === 'predict' && variables.includes(ENV.endpoint);
      const handler = onEndpoint ? 'predict-endpoint' : HANDLER_OF[name];
      if (handler === undefined) throw new Error(`no handler is known for the function ${FunctionName}`);
      return { handler, variables };
    });
}

describe('the verification of a rollout', () => {
  it('is called again when a model of an inference component changes, which alone changes nothing of the endpoint', () => {
    const sleeping = everyStage.find(({ name }) => name === 'sleeping');
    const found = sleeping === undefined ? [] : allResources(sleeping);
    const [verified] = found.filter(({ resource }) => resource.Type === 'Custom::SlipwayVerifiedRollout');
    const [component] = found.filter(({ resource }) => resource.Type === 'AWS::SageMaker::InferenceComponent');
    const { Specifications, Specification = Specifications } = component?.resource.Properties ?? {};
    const { ModelName } = Specification as { readonly ModelName: object };
    expect(ModelName).toEqual({ 'Fn::GetAtt': [expect.any(String), 'ModelName'] });
    expect(verified?.resource.Properties?.Components).toEqual([
      { Component: 'spam-filter-sleeping-model', Model: ModelName },
    ]);
  });
});

describe('environment variables', () => {
  it.each(everyStageByName)('of %s are what each handler reads, no more and no less', (_, stage) => {
    const handlers = deployedHandlers(stage);
    expect(handlers.length).toBeGreaterThanOrEqual(4);
    for (const { handler, variables } of handlers) {
      const own = variables.filter((name) => !OF_THE_RUNTIME.includes(name));
      const source = sourceOf(handler);
      // What only some stages set is read if it is set, and what follows from one of these, only with it.
      const absent = variablesReadIfSet(source).filter((name) => !own.includes(name));
      const expected = variablesRead(source).filter((name) => !absent.includes(name) && !isMoot(name, own));
      expect(own.sort(), handler).toEqual(expected);
    }
  });

  it('that are read only if they are set are set in some stage, and not in some other', () => {
    const handlers = everyStage.flatMap((stage) => deployedHandlers(stage));
    for (const handler of handlerNames()) {
      const deployed = handlers.filter((one) => one.handler === handler);
      // What two handlers share may be read for the other one's sake.
      for (const name of variablesReadIfSet(sourceOf(handler))) {
        const having = everyStage
          .flatMap((stage) => deployedHandlers(stage))
          .filter(({ variables }) => variables.includes(name));
        expect(having.length, `${name} of ${handler}`).toBeGreaterThan(0);
        expect(having.length, `${name} of ${handler}`).toBeLessThan(handlers.length);
      }
      expect(deployed.length, handler).toBeGreaterThan(0);
    }
  });

  it.each(everyStageByName)(
    'of %s let stack traces of our handlers point at their source, and leave the user’s alone',
    (_, stage) => {
      for (const { handler, variables } of deployedHandlers(stage)) {
        expect(variables.includes('NODE_OPTIONS'), handler).toBe(handler !== 'model-host');
      }
    },
  );

  it('are set for every handler in some stage', () => {
    const deployed = everyStage.flatMap((stage) => deployedHandlers(stage).map(({ handler }) => handler));
    expect([...new Set(deployed)].sort()).toEqual(handlerNames().sort());
  });

  it('of a model are the same whether its host is Node or Python', () => {
    expect(variablesOfPythonHost()).toEqual(variablesRead(sourceOf('model-host')));
  });

  it('are found in a source by their name in the protocol, through what it imports', () => {
    expect(variablesRead('requiredEnv(ENV.model); requiredInteger(ENV.timeoutMs, {})')).toEqual([
      'SLIPWAY_MODEL',
      'SLIPWAY_TIMEOUT_MS',
    ]);
    expect(sourceOf('predict')).toContain('export function requiredEnv');
    expect(() => variablesRead('ENV.nonsense')).toThrow('ENV.nonsense does not exist');
  });
});

/** A metric with its dimensions, as alarms and widgets name it. */
interface ReadMetric {
  readonly name: string;
  readonly dimensions: Readonly<Record<string, unknown>>;
  readonly reader: string;
}

function alarmMetrics(stage: SynthesizedStage): ReadMetric[] {
  return allResources(stage)
    .filter(({ resource }) => resource.Type === 'AWS::CloudWatch::Alarm')
    .flatMap(({ id, resource }) => {
      const properties = resource.Properties as unknown as CfnMetric & {
        Metrics?: { MetricStat?: { Metric: CfnMetric } }[];
      };
      const metrics = properties.Metrics?.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []) ?? [properties];
      return metrics
        .filter(({ Namespace }) => Namespace === METRIC_NAMESPACE)
        .map(({ MetricName, Dimensions }) => ({
          name: MetricName,
          dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])),
          reader: id,
        }));
    });
}

interface CfnMetric {
  readonly Namespace?: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
}

function widgetMetrics(stage: SynthesizedStage): ReadMetric[] {
  const [dashboard] = allResources(stage).filter(({ resource }) => resource.Type === 'AWS::CloudWatch::Dashboard');
  const { widgets } = JSON.parse(literal(dashboard?.resource.Properties?.DashboardBody)) as {
    widgets: { properties: { title?: string; metrics?: unknown[][] } }[];
  };
  return widgets.flatMap(({ properties }) =>
    (properties.metrics ?? [])
      .filter(([namespace]) => namespace === METRIC_NAMESPACE)
      .map((metric) => {
        const [, name, ...rest] = metric.filter((part) => typeof part === 'string');
        const pairs = rest.flatMap((part, index) => (index % 2 === 0 ? [[part, rest[index + 1]]] : []));
        return { name: String(name), dimensions: Object.fromEntries(pairs), reader: properties.title ?? '' };
      }),
  );
}

/** A joined text whose references are left out. */
function literal(value: unknown): string {
  if (typeof value === 'string') return value;
  const { 'Fn::Join': join } = value as { 'Fn::Join': [string, unknown[]] };
  return join[1].map((part) => (typeof part === 'string' ? part : 'x')).join(join[0]);
}

describe('metrics', () => {
  const emitted = new Set(handlerNames().flatMap((handler) => metricsEmitted(sourceOf(handler))));

  it.each(everyStageByName)('of %s that an alarm or a widget reads are emitted by a handler', (_, stage) => {
    const read = [...alarmMetrics(stage), ...widgetMetrics(stage)];
    expect(read.length).toBeGreaterThan(30);
    const here = new Set(deployedHandlers(stage).flatMap(({ handler }) => metricsEmitted(sourceOf(handler))));
    for (const { name, reader } of read) expect(here, `${name}, read by ${reader}`).toContain(name);
  });

  it.each(everyStageByName)('of %s are read by the dimensions that they are emitted with', (_, stage) => {
    const ofDeployment = { [DEPLOYMENT_DIMENSION]: stage.model.deployment };
    for (const { name, dimensions, reader } of [...alarmMetrics(stage), ...widgetMetrics(stage)]) {
      const perRule = dimensions[GUARD_RULE_DIMENSION];
      const expected = perRule === undefined ? ofDeployment : { ...ofDeployment, [GUARD_RULE_DIMENSION]: perRule };
      expect(dimensions, `${name}, read by ${reader}`).toEqual(expected);
      if (perRule !== undefined) expect(name).toBe(METRIC.guardInterventions);
    }
  });

  it('are all looked at by somebody: an alarm, a widget, or the rehearsal’s report', () => {
    const read = new Set(
      everyStage.flatMap((stage) => [...alarmMetrics(stage), ...widgetMetrics(stage)].map(({ name }) => name)),
    );
    const unread = [...emitted].filter((name) => !read.has(name));
    // Counted for the record: neither is a reason to wake anybody.
    expect(unread.sort()).toEqual([METRIC.recordsCut]);
  });

  it('are all emitted', () => {
    expect([...emitted].sort()).toEqual(Object.values(METRIC).sort());
  });

  it('are found where they are a key with a value, not where they only have a unit', () => {
    expect(metricsEmitted("{ [METRIC.latency]: 'Milliseconds', [METRIC.feedback]: 1 }")).toEqual(['Feedback']);
  });
});
