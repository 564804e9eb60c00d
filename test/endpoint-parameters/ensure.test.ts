import { describe, expect, it } from 'vitest';
import { ensureParameters, NOTHING_CREATED, type ParameterStore } from '../../lambdas/endpoint-parameters/ensure';
import type { CustomResourceRequest } from '../../lambdas/shared/custom-resource';

const VERSION = '/slipway/demo-pilot/desired-version';
const STATE = '/slipway/demo-pilot/desired-state';

/** Parameters as SSM keeps them: creating one that exists changes nothing. */
class Memory implements ParameterStore {
  readonly values = new Map<string, string>();
  readonly kinds = new Map<string, string>();
  failsAt: string | undefined;

  async create(name: string, value: string, kind: string) {
    if (name === this.failsAt) throw new Error('throttled');
    if (this.values.has(name)) return;
    this.values.set(name, value);
    this.kinds.set(name, kind);
  }
  async oldestValueAt() {
    return '2026-11-25T00:00:00.000Z';
  }
  async remove(name: string) {
    this.values.delete(name);
  }
}

function request(changes: Partial<CustomResourceRequest> = {}): CustomResourceRequest {
  return {
    RequestType: 'Create',
    ResponseURL: '',
    StackId: '',
    RequestId: '',
    LogicalResourceId: '',
    ResourceProperties: { VersionParameter: VERSION, StateParameter: STATE, Retain: 'false' },
    ...changes,
  };
}

describe('the parameters of an endpoint', () => {
  it('are created with nothing in use, and running once something is', async () => {
    const store = new Memory();
    expect(await ensureParameters(request(), store)).toEqual({
      physicalId: VERSION,
      data: { CreatedAt: '2026-11-25T00:00:00.000Z' },
    });
    expect([...store.values]).toEqual([
      [VERSION, 'none,none,none'],
      [STATE, 'running'],
    ]);
    expect([...store.kinds.values()]).toEqual(['StringList', 'String']);
  });

  it.each(['Create', 'Update'] as const)('that are there are left as they are by a %s', async (RequestType) => {
    const store = new Memory();
    store.values.set(VERSION, 'v-1,s3://a/,none').set(STATE, 'stopped');
    await ensureParameters(request({ RequestType, PhysicalResourceId: VERSION }), store);
    expect([...store.values.values()]).toEqual(['v-1,s3://a/,none', 'stopped']);
  });

  it('of which one was deleted by hand come back with an update', async () => {
    const store = new Memory();
    store.values.set(VERSION, 'v-1,s3://a/,none');
    await ensureParameters(request({ RequestType: 'Update', PhysicalResourceId: VERSION }), store);
    expect(store.values.get(STATE)).toBe('running');
    expect(store.values.get(VERSION)).toBe('v-1,s3://a/,none');
  });

  it('go with the stack, where the stage does not keep what it has', async () => {
    const store = new Memory();
    await ensureParameters(request(), store);
    await ensureParameters(request({ RequestType: 'Delete', PhysicalResourceId: VERSION }), store);
    expect(store.values.size).toBe(0);
  });

  it.each([
    ['the stage keeps them', { Retain: 'true' }, VERSION],
    ['nothing says whether', {}, VERSION],
    ['their creation failed: they were there before', { Retain: 'false' }, NOTHING_CREATED],
  ])('stay where %s', async (_, properties, PhysicalResourceId) => {
    const store = new Memory();
    await ensureParameters(request(), store);
    const ResourceProperties = { VersionParameter: VERSION, StateParameter: STATE, ...properties };
    await ensureParameters(request({ RequestType: 'Delete', PhysicalResourceId, ResourceProperties }), store);
    expect(store.values.size).toBe(2);
  });

  it('fail where one cannot be created', async () => {
    const store = new Memory();
    store.failsAt = STATE;
    await expect(ensureParameters(request(), store)).rejects.toThrow('throttled');
  });
});
