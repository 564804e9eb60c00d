import { describe, expect, test } from 'vitest';
import type { Worker } from '../../lambdas/answer-waiting/ports';
import { WAITING_INLINE_BYTES } from '../../protocol/waiting';
import { ASYNC, EndpointWorld, refused } from '../predict/endpoint-world';
import { type Kill, killer, kills } from '../predict/killable';
import { replied } from '../predict/world';

const INPUT = ['x'.repeat(WAITING_INLINE_BYTES)];
const OUTPUT = { label: 'spam', why: 'y'.repeat(33_000) };

async function accepted(): Promise<EndpointWorld> {
  const world = new EndpointWorld();
  world.backend = () => refused('asleep');
  await world.send({ ...ASYNC, body: { input: INPUT } });
  world.backend = () => replied({ output: OUTPUT });
  world.clock.advance(20_000);
  return world;
}

const METHODS = ['find', 'replace', 'put', 'get', 'remove', 'invoke', 'liveVersion'];
const CALLS = 8;

/** Ports of a worker that is killed. */
function killable(ports: Worker['ports'], kill: Kill, onKill: (name: string) => void): Worker['ports'] {
  const wrap = killer(METHODS, kill, onKill);
  const { records, payloads, backend, waiting } = ports;
  return wrap({
    ...ports,
    records: wrap(records),
    payloads: wrap(payloads),
    backend: wrap(backend),
    waiting: wrap(waiting),
  });
}

/** Has the message dealt with by a worker that is killed; the name of the call, or none when it was done before. */
async function workAndKill(world: EndpointWorld, kill: Kill): Promise<string | undefined> {
  let onKill = (_name: string) => {};
  const killed = new Promise<string>((resolve) => {
    onKill = resolve;
  });
  world.workerChanges = (ports) => killable(ports, kill, onKill);
  const deliveries = world.queue.map(({ id, body }) => ({ messageId: id, body }));
  const name = await Promise.race([killed, world.deliver(deliveries).then(() => undefined)]);
  world.workerChanges = () => ({});
  return name;
}

const KILLS = kills(CALLS);

function expectAnswered(world: EndpointWorld): void {
  const [record, ...others] = world.records.records();
  expect(others).toEqual([]);
  expect(record).toMatchObject({ state: 'answered', status: 200 });
  expect(record).not.toHaveProperty('openUntil');
  // The output of the one record, its recorded input, and nothing that waits any more.
  expect(
    [...world.objects.keys()].every((path) => path.includes(`predictions/2026/11/22/${record?.inferenceId}/`)),
  ).toBe(true);
}

describe('a worker killed at any call', () => {
  test('is killed at each of the calls that matter', async () => {
    const reached = new Set<string | undefined>();
    for (const kill of KILLS) reached.add(await workAndKill(await accepted(), kill));
    expect([...reached]).toEqual(expect.arrayContaining(['find', 'get', 'invoke', 'put', 'replace', 'remove']));
  });

  test.each(KILLS)('has its message delivered again, which answers the request ($when call $call)', async (kill) => {
    const world = await accepted();
    await workAndKill(world, kill);
    expect(await world.work()).toEqual([]);
    expectAnswered(world);
    expect(world.asked.length).toBeLessThanOrEqual(3);
  });

  test.each(KILLS)('leaves a request that can still be given up on ($when call $call)', async (kill) => {
    const world = await accepted();
    await workAndKill(world, kill);
    const before = world.records.records()[0]?.state;
    await world.deliver(
      world.queue.map(({ id, body }) => ({ messageId: id, body })),
      true,
    );
    expect(world.records.records()[0]?.state).toBe(before === 'answered' ? 'answered' : 'failed');
    expect([...world.objects.keys()].filter((path) => path.includes('waiting/'))).toEqual([]);
  });
});

describe('a message delivered twice', () => {
  test('one after the other asks the model once', async () => {
    const world = await accepted();
    const deliveries = world.queue.map(({ id, body }) => ({ messageId: id, body }));
    await world.deliver(deliveries);
    await world.deliver(deliveries);
    expectAnswered(world);
    expect(world.asked).toHaveLength(2);
    expect(world.metrics().filter(({ DeferredAnswered }) => DeferredAnswered === 1)).toHaveLength(1);
  });

  test('at once closes the record once', async () => {
    const world = await accepted();
    const deliveries = world.queue.map(({ id, body }) => ({ messageId: id, body }));
    await Promise.all([world.deliver(deliveries), world.deliver(deliveries)]);
    expectAnswered(world);
    expect(world.metrics().filter(({ DeferredAnswered }) => DeferredAnswered === 1)).toHaveLength(1);
  });
});

describe('a message that could not be dealt with', () => {
  test('closes its record as failed, is measured, and goes', async () => {
    const world = await accepted();
    const deliveries = world.queue.map(({ id, body }) => ({ messageId: id, body }));
    expect(await world.deliver(deliveries, true)).toEqual([]);
    expect(world.records.records()[0]).toMatchObject({ state: 'failed', problem: 'internal', status: 500 });
    expect(world.metrics()).toMatchObject([{}, { DeferredFailed: 1 }, { DeferredLost: 1 }]);
    expect(world.asked).toHaveLength(1);
    expect([...world.objects.keys()].filter((path) => path.includes('waiting/'))).toEqual([]);
  });

  test('stays where it is when not even that can be written', async () => {
    const world = await accepted();
    world.workerChanges = ({ records }) => ({
      records: Object.assign(Object.create(records), { replace: () => Promise.reject(new Error('table')) }),
    });
    const deliveries = world.queue.map(({ id, body }) => ({ messageId: id, body }));
    expect(await world.deliver(deliveries, true)).toEqual(['m-1']);
  });
});

describe('a front killed while it accepted', () => {
  test('before it sent a message leaves a running record, which is cut and may be taken over', async () => {
    const world: EndpointWorld = new EndpointWorld(({ records }) => ({
      records: Object.assign(Object.create(records), {
        replace: () => new Promise(() => {}),
      }),
    }));
    world.backend = () => refused('asleep');
    void world.start({ ...ASYNC, key: 'k1' });
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    // It hangs in its first conditional write, before any message: the record is cut, and the request may be repeated.
    expect(world.queue).toEqual([]);
    expect(world.records.records()).toMatchObject([{ state: 'running' }]);
  });

  test('between message and acceptance leaves a running record, which the worker closes', async () => {
    let hang = false;
    const world: EndpointWorld = new EndpointWorld(({ records, waiting }) => ({
      waiting: {
        put: async (message, delay) => {
          await waiting?.put(message, delay);
          hang = true;
        },
      },
      records: Object.assign(Object.create(records), {
        replace: (...args: Parameters<typeof records.replace>) =>
          hang ? new Promise(() => {}) : records.replace(...args),
      }),
    }));
    world.backend = () => refused('asleep');
    void world.start({ ...ASYNC, body: { input: 'hello' } });
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    expect(world.records.records()).toMatchObject([{ state: 'running', input: { inline: 'hello' } }]);
    hang = false;
    world.backend = () => replied({ output: 'ham' });
    await world.workNext();
    expect(world.records.records()).toMatchObject([{ state: 'answered', input: { inline: 'hello' } }]);
  });
});

test('a record that the sweeper has cut is not opened again by a late message', async () => {
  const world = await accepted();
  const [record] = world.records.records();
  world.records.cut(record?.inferenceId ?? '');
  expect(await world.work()).toEqual([]);
  expect(world.records.records()[0]).toMatchObject({ state: 'cut' });
  expect(world.asked).toHaveLength(1);
});

test('an answer that comes after the sweeper has cut the record is thrown away', async () => {
  const world = await accepted();
  const [record] = world.records.records();
  world.backend = () => {
    world.records.cut(record?.inferenceId ?? '');
    return replied({ output: 'late' });
  };
  expect(await world.work()).toEqual([]);
  expect(world.records.records()[0]).toMatchObject({ state: 'cut' });
  expect(world.metrics().some(({ DeferredAnswered }) => DeferredAnswered === 1)).toBe(false);
});
