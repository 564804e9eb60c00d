import type { EndpointKind } from '../endpoint/endpoint-kind';

/** One way in which a metric is published: with exactly these dimensions, by these kinds of endpoints. */
export interface Publication {
  readonly dimensions: readonly string[];
  readonly kinds: readonly EndpointKind[];
}

type Registry = Readonly<Record<string, Readonly<Record<string, readonly Publication[]>>>>;

const ENDPOINT = ['EndpointName'];
const VARIANT = ['EndpointName', 'VariantName'];
const COMPONENT = ['InferenceComponentName'];

const INSTANCES: readonly EndpointKind[] = ['real-time', 'asynchronous', 'component'];
const SYNCHRONOUS: readonly EndpointKind[] = ['real-time', 'serverless', 'component'];
const EVERY: readonly EndpointKind[] = ['real-time', 'serverless', 'asynchronous', 'component'];
const REAL_TIME: readonly EndpointKind[] = ['real-time', 'component'];

const component: Publication = { dimensions: COMPONENT, kinds: ['component'] };

function ofVariant(...kinds: readonly EndpointKind[]): Publication {
  return { dimensions: VARIANT, kinds };
}

function each(names: string, ...publications: readonly Publication[]): Record<string, readonly Publication[]> {
  return Object.fromEntries(names.split(' ').map((name) => [name, publications]));
}

/**
 * What endpoints publish to CloudWatch, as the developer guide lists it (November 2026): "Amazon SageMaker AI metrics in Amazon
 * CloudWatch", and the exhaustive lists for serverless and for asynchronous endpoints.
 */
const REGISTRY: Registry = {
  'AWS/SageMaker': {
    ...each('Invocation4XXErrors Invocation5XXErrors ModelLatency', ofVariant(...EVERY), component),
    ...each('Invocations OverheadLatency', ofVariant(...SYNCHRONOUS), component),
    ...each('InvocationModelErrors', ofVariant(...REAL_TIME), component),
    ...each('InvocationsPerInstance ConcurrentRequestsPerModel', ofVariant(...REAL_TIME)),
    ...each('InvocationsPerCopy ConcurrentRequestsPerCopy NoCapacityInvocationFailures', component),
    ...each('ExplanationsPerInstance ContainerLatency', ofVariant(...REAL_TIME)),
    ...each('MidStreamErrors FirstChunkLatency', ofVariant(...REAL_TIME), component),
    ...each('FirstChunkModelLatency FirstChunkOverheadLatency', ofVariant(...REAL_TIME), component),
    ...each('ModelLoadingWaitTime ModelUnloadingTime ModelDownloadingTime', ofVariant(...REAL_TIME)),
    ...each('ModelLoadingTime ModelCacheHit', ofVariant(...REAL_TIME)),
    ...each('ModelSetupTime ServerlessConcurrentExecutionsUtilization', ofVariant('serverless')),
    ...each('ServerlessProvisionedConcurrencyExecutions', ofVariant('serverless')),
    ...each('ServerlessProvisionedConcurrencyUtilization', ofVariant('serverless')),
    ...each('ServerlessProvisionedConcurrencyInvocations', ofVariant('serverless')),
    ...each('ServerlessProvisionedConcurrencySpilloverInvocations', ofVariant('serverless')),
    ...each(
      'ApproximateBacklogSize ApproximateBacklogSizePerInstance ApproximateAgeOfOldestRequest HasBacklogWithoutCapacity',
      { dimensions: ENDPOINT, kinds: ['asynchronous'] },
    ),
    ...each(
      // The guide writes the second of these with three s.
      'InvocationsProcessed InvocationsProcesssed InvocationFailures ExpiredRequests RequestDownloadFailures ' +
        'ResponseUploadFailures NotificationFailures RequestDownloadLatency ResponseUploadLatency TimeInBacklog ' +
        'TotalProcessingTime',
      ofVariant('asynchronous'),
    ),
  },
  '/aws/sagemaker/Endpoints': {
    ...each('MemoryUtilization', ofVariant(...EVERY)),
    ...each('CPUUtilization DiskUtilization GPUUtilization GPUMemoryUtilization', ofVariant(...INSTANCES)),
    ...each('LoadedModelCount', ofVariant(...REAL_TIME)),
    ...each('CPUReservation GPUReservation MemoryReservation', ofVariant('component')),
    ...each('CPUUtilizationNormalized GPUUtilizationNormalized', ofVariant('component')),
    ...each('GPUMemoryUtilizationNormalized MemoryUtilizationNormalized', ofVariant('component')),
  },
  '/aws/sagemaker/InferenceComponents': {
    ...each('CPUUtilizationNormalized GPUUtilizationNormalized', component),
    ...each('GPUMemoryUtilizationNormalized MemoryUtilizationNormalized', component),
    // Listed by container only.
    ...each('CPUUtilization GPUUtilization GPUMemoryUtilization MemoryUtilization', component),
  },
};

/** Added to the dimensions above where metrics are published for each instance, container, device or zone too. */
const FINER: ReadonlySet<string> = new Set([
  'InstanceId',
  'ContainerId',
  'ContainerName',
  'AcceleratorId',
  'Region',
  'AvailabilityZone',
  'InstanceType',
]);

/** Dimensions that metrics of endpoints have, and what is taken for them. */
const OF_ENDPOINTS: ReadonlySet<string> = new Set([
  ...VARIANT,
  ...COMPONENT,
  'Endpoint',
  'Variant',
  'InferenceComponent',
]);

export function isEndpointNamespace(namespace: string): boolean {
  return Object.hasOwn(REGISTRY, namespace);
}

/** Metrics of a namespace. */
export function metricsIn(namespace: string): readonly string[] {
  return Object.keys(REGISTRY[namespace] ?? {});
}

/** How a metric is published; none where it is not known. */
export function publicationsOf(namespace: string, metric: string): readonly Publication[] {
  const metrics = REGISTRY[namespace];
  return metrics !== undefined && Object.hasOwn(metrics, metric) ? (metrics[metric] ?? []) : [];
}

/** Whether dimensions are those of a metric of an endpoint, rightly or wrongly written. */
export function speakOfEndpoints(dimensions: readonly string[]): boolean {
  return dimensions.some((name) => OF_ENDPOINTS.has(name));
}

/** Whether the metric is published with these dimensions. */
export function isPublishedWith({ dimensions }: Publication, given: readonly string[]): boolean {
  const coarse = given.filter((name) => !FINER.has(name));
  if (coarse.length === given.length) return isSameSet(given, dimensions);
  // For each container of a component, the metrics name endpoint and variant as well.
  return isSameSet(coarse, dimensions) || isSameSet(coarse, [...VARIANT, ...COMPONENT]);
}

function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && right.every((name) => left.includes(name));
}
