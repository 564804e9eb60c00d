import { describe, expect, it } from 'vitest';
import { checkOnce } from '../../lambdas/check-data/check-once';
import { checkShard } from '../../lambdas/check-data/check-shard';
import { ShardKeeper } from '../../lambdas/check-data/shard-keeper';
import { SourceLost } from '../../lambdas/shared/dataset/source-lost';
import { column, schemaOf } from '../dataset/schema';
import { checked, configOf, taskOf } from './shard';

const SCHEMA = schemaOf([column('id', 'integer', { required: true }), column('note', 'string')]);
const CONFIG = configOf(SCHEMA);
const MIB = 1024 * 1024;

/** As much CSV as somebody asks for; every third row is bad. */
async function* rowsOf(bytes: number): AsyncGenerator<Buffer> {
  yield Buffer.from('id,note\n');
  const chunk = Buffer.from('1,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n2,"b"\nx,c\n'.repeat(2000));
  for (let sent = 0; sent < bytes; sent += chunk.length) yield chunk;
}

describe('a shard', () => {
  it('is put away in blocks and files of bounded size, one at a time', async () => {
    const keeper = new ShardKeeper(taskOf(Buffer.alloc(0)), CONFIG, 400_000, 300_000);
    const sizes = { block: 0, quarantine: 0 };
    let open = 0;
    let most = 0;
    const put = async (key: string, bytes: Buffer) => {
      open += 1;
      most = Math.max(most, open);
      const kind = key.startsWith('quarantine/') ? 'quarantine' : 'block';
      sizes[kind] = Math.max(sizes[kind], bytes.length);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
    };
    const result = await checkShard(taskOf(Buffer.alloc(0)), CONFIG, { open: () => rowsOf(6 * MIB), put }, keeper);
    expect(result.blocks.length).toBeGreaterThan(20);
    expect(result.quarantineFiles.length).toBeGreaterThan(20);
    expect(result.quarantineFiles.slice(0, 3)).toEqual([
      'quarantine/r1/00007.jsonl',
      'quarantine/r1/00007-1.jsonl',
      'quarantine/r1/00007-2.jsonl',
    ]);
    expect(sizes.block).toBeLessThanOrEqual(400_000);
    expect(sizes.quarantine).toBeLessThanOrEqual(301_000);
    expect(most).toBe(1);
    expect(result.blocks.reduce((sum, { rows }) => sum + rows, 0)).toBe(result.counts.accepted);
    expect(result.counts.quarantined * 2).toBe(result.counts.accepted);
  });

  it('takes no more of its stream than what it can put away', async () => {
    let asked = 0;
    let putting: (() => void) | undefined;
    async function* counted() {
      for await (const chunk of rowsOf(3 * MIB)) {
        asked += chunk.length;
        yield chunk;
      }
    }
    const keeper = new ShardKeeper(taskOf(Buffer.alloc(0)), CONFIG, 50_000, 50_000);
    const put = () => new Promise<void>((resolve) => (putting = resolve));
    const all = checkShard(taskOf(Buffer.alloc(0)), CONFIG, { open: counted, put }, keeper);
    while (putting === undefined) await new Promise((resolve) => setImmediate(resolve));
    const before = asked;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(asked).toBe(before);
    expect(asked).toBeLessThan(300_000);
    const done = all.then(() => true);
    for (let over = false; !over; ) {
      putting?.();
      putting = undefined;
      over = await Promise.race([done, new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]);
    }
    expect(asked).toBeGreaterThan(3 * MIB);
  });

  it('without rows has a result, and nothing is put away', async () => {
    const { result, files } = await checked(Buffer.from('id,note\n'), SCHEMA);
    expect([files.size, result.blocks, result.quarantineFiles]).toEqual([0, [], []]);
    expect(result.profile.rows).toBe(0);
  });

  it('whose object changes while it is read counts nothing, and names the files that are void', async () => {
    async function* changing() {
      yield* rowsOf(1);
      throw new SourceLost('changed');
    }
    const task = taskOf(Buffer.alloc(0));
    const keeper = new ShardKeeper(task, CONFIG, 400_000, 1000);
    const result = await checkShard(task, CONFIG, { open: changing, put: async () => {} }, keeper);
    expect(result).toMatchObject({ lost: 'changed', counts: { rows: 0 }, blocks: [], faultsByRule: {}, samples: [] });
    expect(result.quarantineFiles).toEqual(['quarantine/r1/00007.jsonl']);
  });

  it('whose reading fails otherwise has no result', async () => {
    const written: string[] = [];
    const store = { get: async () => undefined, put: async (key: string) => void written.push(key) };
    async function* failing() {
      yield* rowsOf(1);
      throw new Error('connection reset');
    }
    await expect(checkOnce(taskOf(Buffer.alloc(0)), CONFIG, store, failing)).rejects.toThrow('connection reset');
    expect(written).toEqual([]);
  });
});
