import type { MetricDatapoint } from './metric-store';

/** Datapoints of one log line, or why a line that claims to be embedded metric format is not. */
export type EmfExtraction = { readonly datapoints: readonly MetricDatapoint[] } | { readonly malformed: string };

// Limits of the embedded metric format specification in the CloudWatch user guide.
const MAX_DIMENSIONS = 30;
const MAX_METRICS = 100;
const MAX_VALUES = 100;
const MAX_NAME_LENGTH = 255;

type JsonObject = Readonly<Record<string, unknown>>;

/** A document that breaks the specification. Messages name members of the schema, and never carry a value. */
class MalformedEmf extends Error {}

/**
 * Reads a log line as CloudWatch Logs does: undefined for a line that is not embedded metric format. Lambda may put a time
 * stamp, a request id and a level before the document. One fault refuses the whole document, as nothing of it can be trusted.
 */
export function extractEmf(line: string): EmfExtraction | undefined {
  const document = documentIn(line);
  if (document === undefined) return undefined;
  if ('malformed' in document) return document;
  try {
    return { datapoints: datapointsOf(document.root) };
  } catch (error) {
    if (error instanceof MalformedEmf) return { malformed: error.message };
    throw error;
  }
}

function documentIn(line: string): { readonly root: JsonObject } | { readonly malformed: string } | undefined {
  const start = line.indexOf('{');
  if (start < 0) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(line.slice(start));
  } catch {
    // A line cut off in transport still shows what it was meant to be.
    return line.includes('"_aws"') && line.includes('"CloudWatchMetrics"')
      ? { malformed: 'the document is not valid JSON' }
      : undefined;
  }
  return isObject(parsed) && Object.hasOwn(parsed, '_aws') ? { root: parsed } : undefined;
}

function datapointsOf(root: JsonObject): readonly MetricDatapoint[] {
  const metadata = root._aws;
  if (!isObject(metadata)) throw new MalformedEmf('_aws is not an object');
  const timestamp = metadata.Timestamp;
  if (typeof timestamp !== 'number' || !Number.isSafeInteger(timestamp) || timestamp < 0) {
    throw new MalformedEmf('_aws.Timestamp is not a whole number of milliseconds since 1970');
  }
  const directives = arrayAt(metadata, 'CloudWatchMetrics', '_aws');
  return directives.flatMap((directive, index) =>
    directiveDatapoints(root, directive, timestamp, `_aws.CloudWatchMetrics[${index}]`),
  );
}

function directiveDatapoints(root: JsonObject, directive: unknown, timestamp: number, path: string): MetricDatapoint[] {
  if (!isObject(directive)) throw new MalformedEmf(`${path} is not an object`);
  const namespace = nameAt(directive, 'Namespace', path);
  const dimensionSets = arrayAt(directive, 'Dimensions', path);
  if (dimensionSets.length === 0)
    throw new MalformedEmf(`${path}.Dimensions has no dimension set; an empty set is [[]]`);
  const definitions = arrayAt(directive, 'Metrics', path);
  if (definitions.length > MAX_METRICS) {
    throw new MalformedEmf(`${path}.Metrics has ${definitions.length} metrics, more than ${MAX_METRICS}`);
  }
  const metrics = definitions.map((definition, index) => metricOf(root, definition, `${path}.Metrics[${index}]`));
  return dimensionSets.flatMap((set, index) => {
    const dimensions = dimensionsOf(root, set, `${path}.Dimensions[${index}]`);
    return metrics.flatMap(({ values, ...metric }) =>
      values.map((value) => ({ namespace, ...metric, dimensions, timestamp, value })),
    );
  });
}

function dimensionsOf(root: JsonObject, set: unknown, path: string): Readonly<Record<string, string>> {
  if (!Array.isArray(set)) throw new MalformedEmf(`${path} is not an array`);
  if (set.length > MAX_DIMENSIONS) {
    throw new MalformedEmf(`${path} has ${set.length} dimensions, more than ${MAX_DIMENSIONS}`);
  }
  return Object.fromEntries(
    set.map((key: unknown, index): [string, string] => {
      const name = checkedName(key, `${path}[${index}]`);
      const value = targetOf(root, name, `${path}[${index}]`);
      if (typeof value !== 'string' || value === '') {
        throw new MalformedEmf(`dimension "${name}" has no text as its value at the root`);
      }
      return [name, value];
    }),
  );
}

function metricOf(
  root: JsonObject,
  definition: unknown,
  path: string,
): Pick<MetricDatapoint, 'name' | 'unit' | 'storageResolution'> & { readonly values: readonly number[] } {
  if (!isObject(definition)) throw new MalformedEmf(`${path} is not an object`);
  const name = nameAt(definition, 'Name', path);
  const { Unit: unit = 'None', StorageResolution: storageResolution = 60 } = definition;
  if (typeof unit !== 'string') throw new MalformedEmf(`${path}.Unit is not text`);
  if (storageResolution !== 1 && storageResolution !== 60) {
    throw new MalformedEmf(`${path}.StorageResolution is neither 1 nor 60`);
  }
  return { name, unit, storageResolution, values: valuesOf(root, name, path) };
}

function valuesOf(root: JsonObject, name: string, path: string): readonly number[] {
  const target = targetOf(root, name, path);
  const values: readonly unknown[] = Array.isArray(target) ? target : [target];
  if (values.length > MAX_VALUES) {
    throw new MalformedEmf(`metric "${name}" has ${values.length} values, more than ${MAX_VALUES}`);
  }
  return values.map((value) => {
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw new MalformedEmf(`metric "${name}" has a value at the root that is not a number`);
  });
}

function targetOf(root: JsonObject, name: string, path: string): unknown {
  if (!Object.hasOwn(root, name)) throw new MalformedEmf(`${path} names "${name}", which is not a member of the root`);
  return root[name];
}

function nameAt(object: JsonObject, member: string, path: string): string {
  return checkedName(object[member], `${path}.${member}`);
}

function checkedName(value: unknown, path: string): string {
  if (typeof value === 'string' && value !== '' && value.length <= MAX_NAME_LENGTH) return value;
  throw new MalformedEmf(`${path} is not text of 1 to ${MAX_NAME_LENGTH} characters`);
}

function arrayAt(object: JsonObject, member: string, path: string): readonly unknown[] {
  const value = object[member];
  if (Array.isArray(value)) return value;
  throw new MalformedEmf(`${path}.${member} is not an array`);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
