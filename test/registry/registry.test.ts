import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelRegistry } from '../../cli/registry/registry';
import { MemoryArtifacts, MemoryStore } from './memory-ports';

let root: string;
let store: MemoryStore;
let artifacts: MemoryArtifacts;
let clock: number;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-registry-'));
  store = new MemoryStore();
  artifacts = new MemoryArtifacts();
  clock = Date.UTC(2026, 0, 1);
});
afterEach(() => rm(root, { recursive: true, force: true }));

function tick(): Date {
  clock += 1000;
  return new Date(clock);
}

function registryOf(who: string): ModelRegistry {
  return new ModelRegistry({
    model: 'demo',
    store,
    artifacts,
    identity: async () => who,
    now: tick,
  });
}

async function artifact(content: string): Promise<string> {
  const path = join(root, content);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'weights.bin'), content);
  return path;
}

async function registered(content: string): Promise<string> {
  return (await registryOf('arn:ada').register({ path: await artifact(content) })).version.version;
}

describe('registering', () => {
  it('stores the files under the version and what is known of it', async () => {
    const parent = await registered('one');
    const { version, created } = await registryOf('arn:ada').register({
      path: await artifact('two'),
      parents: [parent, parent],
      metrics: { f1: 0.97, drift: 0 },
      description: 'second',
    });
    expect(created).toBe(true);
    expect(version).toMatchObject({
      model: 'demo',
      parents: [parent],
      metrics: { f1: 0.97, drift: 0 },
      description: 'second',
      registeredBy: 'arn:ada',
      registeredAt: '2026-01-01T00:00:02.000Z',
      artifact: { bucket: 'artifacts', prefix: `models/demo/${version.version}/` },
    });
    expect(artifacts.objects.get(`models/demo/${version.version}/weights.bin`)).toBe('two');
    expect(await registryOf('arn:bob').show(version.version)).toEqual(version);
  });

  it('the same content again changes nothing and says what differs', async () => {
    const registry = registryOf('arn:ada');
    const path = await artifact('one');
    const first = await registry.register({ path, metrics: { f1: 0.9 } });
    const uploads = artifacts.uploads;
    const again = await registryOf('arn:bob').register({ path, metrics: { f1: 0.8 }, description: 'other' });
    expect(again).toEqual({ version: first.version, created: false, differs: ['metrics', 'description'] });
    expect(await registry.register({ path, metrics: { f1: 0.9 } })).toMatchObject({ created: false, differs: [] });
    expect(await registry.register({ path })).toMatchObject({ created: false, differs: [] });
    expect(artifacts.uploads).toBe(uploads);
    expect(await registry.list()).toEqual([first.version]);
  });

  it('of the same content by two at once makes one version', async () => {
    const path = await artifact('one');
    const both = await Promise.all(['arn:ada', 'arn:bob'].map((who) => registryOf(who).register({ path })));
    expect(both.map(({ created }) => created).toSorted()).toEqual([false, true]);
    expect(both[0]?.version).toEqual(both[1]?.version);
  });

  it('that was killed before the version was written is completed by doing it again', async () => {
    const registry = registryOf('arn:ada');
    const path = await artifact('one');
    store.beforeWrite = () => Promise.reject(new Error('killed'));
    await expect(registry.register({ path })).rejects.toThrow('killed');
    expect(artifacts.objects.size).toBe(1);
    expect(await registry.list()).toEqual([]);
    store.beforeWrite = async () => undefined;
    expect((await registry.register({ path })).created).toBe(true);
    expect(artifacts.objects.size).toBe(1);
  });

  it('writes no version when a file could not be stored', async () => {
    const registry = registryOf('arn:ada');
    artifacts.upload = () => Promise.reject(new Error('no way to the bucket'));
    await expect(registry.register({ path: await artifact('one') })).rejects.toThrow('no way to the bucket');
    expect(store.items.size).toBe(0);
  });

  it('takes dataset versions of the stage as parents, and no others', async () => {
    const there = 'd-0123456789abcdef';
    const datasets = { hasVersion: async (version: string) => version === there };
    const options = { model: 'demo', store, artifacts, identity: async () => 'arn:ada', datasets };
    const parent = await registered('one');
    const path = await artifact('two');
    const registering = new ModelRegistry(options).register({ path, parents: ['d-00000000000000ff', there] });
    await expect(registering).rejects.toThrow('parents d-00000000000000ff are not registered here');
    const { version } = await new ModelRegistry(options).register({ path, parents: [parent, there] });
    expect(version.parents).toEqual([there, parent]);
    await expect(registryOf('arn:ada').register({ path: await artifact('three'), parents: [there] })).rejects.toThrow(
      `parent ${there} is a dataset version, and the stage has no data pipeline that makes them`,
    );
  });

  it('fails with parents that are not registered, before anything is stored', async () => {
    const path = await artifact('one');
    const registering = registryOf('arn:ada').register({ path, parents: ['v-1', 'v-2'] });
    await expect(registering).rejects.toThrow('parents v-1, v-2 are not registered here');
    expect(artifacts.uploads).toBe(0);
  });

  it('fails with a metric that is no number', async () => {
    const path = await artifact('one');
    await expect(registryOf('arn:ada').register({ path, metrics: { f1: Number.NaN } })).rejects.toThrow(
      'metric "f1" is NaN',
    );
  });
});

describe('using a version', () => {
  it('moves desired and live, and appends who did it', async () => {
    const [one, two] = [await registered('one'), await registered('two')];
    expect(await registryOf('arn:ada').use(one)).toMatchObject({ changed: true, from: null });
    const { changed, from, pointers } = await registryOf('arn:bob').use(two);
    expect({ changed, from }).toEqual({ changed: true, from: one });
    expect(pointers).toEqual({
      revision: 2,
      desired: two,
      desiredState: 'running',
      routing: { live: two, canary: null, shadow: null },
      changedBy: 'arn:bob',
      changedAt: '2026-01-01T00:00:04.000Z',
    });
    expect(await registryOf('arn:ada').pointers()).toEqual(pointers);
    expect(await registryOf('arn:ada').history()).toEqual([
      { model: 'demo', revision: 1, from: null, to: one, changedBy: 'arn:ada', changedAt: '2026-01-01T00:00:03.000Z' },
      { model: 'demo', revision: 2, from: one, to: two, changedBy: 'arn:bob', changedAt: '2026-01-01T00:00:04.000Z' },
    ]);
  });

  it('leaves a stopped stage stopped', async () => {
    const [one, two] = [await registered('one'), await registered('two')];
    const { pointers } = await registryOf('arn:ada').use(one);
    store.current = { ...pointers, desiredState: 'stopped' };
    expect((await registryOf('arn:ada').use(two)).pointers.desiredState).toBe('stopped');
  });

  it('that is live already changes nothing', async () => {
    const one = await registered('one');
    const { pointers } = await registryOf('arn:ada').use(one);
    expect(await registryOf('arn:bob').use(one)).toEqual({ changed: false, from: one, pointers });
    expect(store.changes).toHaveLength(1);
  });

  it('two at once: one wins, and the other is told by whom and to what', async () => {
    const [one, two] = [await registered('one'), await registered('two')];
    // Both have read the pointers before either writes.
    let arrived = 0;
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    store.beforeWrite = () => {
      if (++arrived === 2) open();
      return gate;
    };
    const [ada, bob] = await Promise.allSettled([registryOf('arn:ada').use(one), registryOf('arn:bob').use(two)]);
    expect(ada.status).toBe('fulfilled');
    expect(bob).toMatchObject({
      status: 'rejected',
      reason: {
        name: 'PointerConflict',
        message: expect.stringContaining(`${two} is not in use: arn:ada moved the pointers to ${one} at 2026-`),
      },
    });
    expect(store.current).toMatchObject({ revision: 1, routing: { live: one } });
    expect(store.changes).toHaveLength(1);
  });

  it('two at once who want the same: the second finds it done', async () => {
    const one = await registered('one');
    const both = await Promise.all(['arn:ada', 'arn:bob'].map((who) => registryOf(who).use(one)));
    expect(both.map(({ changed }) => changed)).toEqual([true, false]);
  });

  it('waits for another transaction to end, but not for ever', async () => {
    const one = await registered('one');
    store.outcomes.push('busy', 'busy');
    expect((await registryOf('arn:ada').use(one)).changed).toBe(true);
    const two = await registered('two');
    store.outcomes.push('busy', 'busy', 'busy', 'busy');
    await expect(registryOf('arn:ada').use(two)).rejects.toThrow(
      'another change of the pointers is under way; try again',
    );
    expect(store.current?.routing.live).toBe(one);
  });

  it.each(['canary', 'shadow'] as const)('as %s is refused, because nothing enforces it', async (role) => {
    const one = await registered('one');
    await expect(registryOf('arn:ada').use(one, { as: role })).rejects.toThrow(`cannot be used as ${role} yet`);
    expect(store.current).toBeUndefined();
  });

  it('fails with a version that is not registered', async () => {
    await expect(registryOf('arn:ada').use('v-0')).rejects.toThrow('model demo has no version "v-0" here');
    expect(store.current).toBeUndefined();
  });
});

describe('the list', () => {
  it('is in order of registration, the latest first', async () => {
    const versions = [await registered('one'), await registered('two'), await registered('three')];
    expect((await registryOf('arn:ada').list()).map(({ version }) => version)).toEqual(versions.toReversed());
  });
});
