import { nearest } from '../../core/nearest';
import { type EndpointKind, KIND_NAMES } from '../endpoint/endpoint-kind';
import { type Endpoint, variantNamed, variantNames } from '../endpoint/endpoint-model';
import type { MetricUse } from '../metrics/metric-use';
import { metricUses } from '../metrics/metric-uses';
import {
  isEndpointNamespace,
  isPublishedWith,
  metricsIn,
  type Publication,
  publicationsOf,
  speakOfEndpoints,
} from '../metrics/registry';
import type { Rule, Subject, Violation } from '../rule';
import { sageMakerGuide } from '../sources';

/** A metric of an endpoint, all names of which are known. */
interface NamedMetric {
  readonly use: MetricUse;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: readonly string[];
  readonly publications: readonly Publication[];
}

const METRICS = sageMakerGuide('monitoring-cloudwatch');

export const metricRules: readonly Rule[] = [
  {
    id: 'metric-unknown',
    severity: 'warning',
    what: 'An alarm, a scaling policy or a dashboard looks at a metric that endpoints do not publish',
    limit: 'The metrics that the developer guide lists for endpoints',
    source: METRICS,
    fix: 'Name a metric of the list, as it is written there',
    *check(subject) {
      for (const { use, namespace, metric, dimensions, publications } of namedMetrics(subject)) {
        if (publications.length > 0 || !speakOfEndpoints(dimensions)) continue;
        const near = nearest(metric, metricsIn(namespace));
        const message = `${namespace} has no metric ${metric} of endpoints`;
        yield { at: use.at, message, ...(near === undefined ? {} : { fix: `Did you mean ${near}?` }) };
      }
    },
  },
  {
    id: 'metric-dimensions',
    severity: 'error',
    what: 'A metric of endpoints is looked at with dimensions with which it is not published: it never has data',
    limit: 'Exactly the dimensions that the metric is published with, such as `EndpointName` and `VariantName`',
    source: METRICS,
    fix: 'Use the dimensions that the metric is published with',
    *check(subject) {
      for (const { use, metric, dimensions, publications } of namedMetrics(subject)) {
        if (publications.length === 0 || matching(publications, dimensions).length > 0) continue;
        const published = publications.map((publication) => publication.dimensions.join(' and ')).join(', or with ');
        const given = dimensions.length === 0 ? 'no dimensions' : dimensions.join(' and ');
        yield { at: use.at, message: `${metric} is published with ${published}, not with ${given}` };
      }
    },
  },
  {
    id: 'metric-endpoint-kind',
    severity: 'error',
    what: 'A metric is looked at that this kind of endpoint does not publish, such as one of asynchronous endpoints on a real-time one',
    limit: 'The metrics that are listed for the kind: real-time, serverless, asynchronous, inference components',
    source: sageMakerGuide('async-inference-monitor'),
    fix: 'Use a metric of this kind of endpoint',
    *check(subject) {
      for (const { use, metric, dimensions, publications } of namedMetrics(subject)) {
        const kind = endpointOf(use, subject)?.config?.kind;
        const fitting = matching(publications, dimensions);
        if (kind === undefined || fitting.length === 0) continue;
        if (fitting.some(({ kinds }) => kinds.includes(kind))) continue;
        yield { at: use.at, message: `${KIND_NAMES[kind]} does not publish ${metric}`, fix: insteadOf(metric, kind) };
      }
    },
  },
  {
    id: 'metric-variant',
    severity: 'error',
    what: 'A metric is looked at for a variant that the endpoint does not have: it never has data',
    limit: 'The names in `ProductionVariants` and `ShadowProductionVariants` of the endpoint that is served',
    source: METRICS,
    fix: 'Use the name of a variant of the endpoint, and keep it from version to version',
    *check(subject) {
      for (const { use } of namedMetrics(subject)) {
        const config = endpointOf(use, subject)?.config;
        const dimension = use.dimensions.find(({ name }) => name === 'VariantName');
        const names = config === undefined ? undefined : variantNames(config);
        const name = dimension?.at.text;
        if (config === undefined || dimension === undefined || names === undefined || name === undefined) continue;
        if (variantNamed(config, name) !== undefined) continue;
        yield { at: dimension.at, message: `the endpoint has no variant "${name}"; it has ${names.join(', ')}` };
      }
    },
  },
  {
    id: 'metric-name-is-arn',
    severity: 'error',
    what: 'A dimension has the ARN of an endpoint or of an inference component, where its name belongs: the metric never has data',
    limit: 'A name. `Ref` of an endpoint or of an inference component is its ARN',
    source: METRICS,
    fix: 'Use Fn::GetAtt with EndpointName or InferenceComponentName',
    *check(subject) {
      for (const { use } of namedMetrics(subject)) {
        for (const { at, name } of use.dimensions) {
          if (name !== 'EndpointName' && name !== 'InferenceComponentName') continue;
          if (isArn(at, subject)) yield { at, message: `${name} is ${String(at.shown)}, which is an ARN` };
        }
      }
    },
  },
];

function isArn(at: Violation['at'], { set }: Subject): boolean {
  if (at.text?.startsWith('arn:')) return true;
  const meant = set.meantBy(at, 'AWS::SageMaker::Endpoint', 'AWS::SageMaker::InferenceComponent');
  return meant !== undefined && (at.meaning?.attribute === 'Ref' || at.meaning?.attribute?.endsWith('Arn') === true);
}

const uses = new WeakMap<Subject, readonly NamedMetric[]>();

/** Metrics of endpoints that are named without parameters. Every rule asks for them; they are read once. */
function namedMetrics(subject: Subject): readonly NamedMetric[] {
  const known = uses.get(subject) ?? metricUses(subject.set).flatMap(named);
  uses.set(subject, known);
  return known;
}

function named(use: MetricUse): NamedMetric[] {
  const { namespace, metric, isComplete } = use;
  const dimensions = use.dimensions.map(({ name }) => name).filter((name) => name !== undefined);
  if (namespace === undefined || metric === undefined || !isEndpointNamespace(namespace)) return [];
  if (!isComplete || dimensions.length < use.dimensions.length) return [];
  return [{ use, namespace, metric, dimensions, publications: publicationsOf(namespace, metric) }];
}

function matching(publications: readonly Publication[], dimensions: readonly string[]): Publication[] {
  return publications.filter((publication) => isPublishedWith(publication, dimensions));
}

function endpointOf(use: MetricUse, { endpoints }: Subject): Endpoint | undefined {
  if (use.isElsewhere) return undefined;
  const name = use.dimensions.find((dimension) => dimension.name === 'EndpointName')?.value;
  return endpoints.endpointNamed(name, use.at.resource.template);
}

/** What to look at where the kind does not publish a metric. */
function insteadOf(metric: string, kind: EndpointKind): string {
  if (kind === 'asynchronous') {
    return 'Use a metric of asynchronous endpoints, such as ApproximateBacklogSizePerInstance or InvocationsProcessed';
  }
  if (kind === 'serverless')
    return 'Use a metric of serverless endpoints, such as ServerlessConcurrentExecutionsUtilization';
  if (/Backlog|Processed|TotalProcessingTime/.test(metric)) {
    return 'Use InvocationsPerInstance or ConcurrentRequestsPerModel, or make the endpoint asynchronous';
  }
  return 'Use a metric that the guide lists for this kind of endpoint';
}
