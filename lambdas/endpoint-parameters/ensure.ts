import { INITIAL_PARAMETERS } from '../../protocol/endpoint-control';
import { type CustomResourceRequest, textProperty } from '../shared/custom-resource';

export interface ParameterStore {
  /** Creates a parameter; one that exists stays as it is. */
  create(name: string, value: string, kind: 'StringList' | 'String'): Promise<void>;
  /** ISO 8601: when the oldest value that is remembered was written. */
  oldestValueAt(name: string): Promise<string>;
  /** Deletes a parameter, if it exists. */
  remove(name: string): Promise<void>;
}

/** Of a creation that failed: deleting it must not take parameters that were there before. */
export const NOTHING_CREATED = 'nothing-created';

/**
 * Creates what is absent, and never sets what is there: the values are the controller's. An update of the resource creates
 * a parameter again that somebody deleted by hand.
 */
export async function ensureParameters(
  request: CustomResourceRequest,
  store: ParameterStore,
): Promise<{ readonly physicalId: string; readonly data: Readonly<Record<string, string>> }> {
  if (request.RequestType === 'Delete') return removeParameters(request, store);
  const version = textProperty(request, 'VersionParameter');
  const state = textProperty(request, 'StateParameter');
  await store.create(version, INITIAL_PARAMETERS.version, 'StringList');
  await store.create(state, INITIAL_PARAMETERS.state, 'String');
  // A changed name is another resource, whose predecessor CloudFormation deletes.
  return { physicalId: version, data: { CreatedAt: await store.oldestValueAt(version) } };
}

async function removeParameters(request: CustomResourceRequest, store: ParameterStore) {
  const physicalId = request.PhysicalResourceId ?? NOTHING_CREATED;
  const { VersionParameter, StateParameter, Retain } = request.ResourceProperties;
  const names = [VersionParameter, StateParameter].filter((name) => typeof name === 'string');
  if (Retain === 'false' && physicalId === VersionParameter) for (const name of names) await store.remove(name);
  return { physicalId, data: {} };
}
