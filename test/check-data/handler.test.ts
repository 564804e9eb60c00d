import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ShardResult } from '../../lambdas/shared/dataset/shard-result';
import type { ShardTask } from '../../protocol/dataset';
import { ENV, HANDLER_CONFIG_FILE } from '../../protocol/env';
import { column, schemaOf } from '../dataset/schema';
import { S3Server } from './s3-server';
import { configOf, taskOf } from './shard';

const run = promisify(execFile);
const SCHEMA = schemaOf(
  [column('id', 'integer', { required: true }), column('mail', 'string', { personal: true, pattern: '.+@.+' })],
  {
    key: ['id'],
  },
);
const CSV = Buffer.from('id,mail\n1,a@example.com\n2,nobody-secret\n3,"c@example.com"\n');
const CHECKED = '/datasets/runs/r1/checked/00007.json';

describe('the handler check-data, as it is shipped', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-check-data-'));
  let s3: S3Server;

  beforeAll(async () => {
    s3 = await S3Server.start();
    cpSync(resolve(__dirname, '../../dist/handlers/check-data'), folder, { recursive: true });
    writeFileSync(join(folder, HANDLER_CONFIG_FILE), JSON.stringify(configOf(SCHEMA)));
  });

  afterEach(() => {
    s3.objects.clear();
    s3.requests.length = 0;
  });

  afterAll(async () => {
    await s3.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Calls it in a process of its own; what it answered and what it logged. */
  async function call(
    task: ShardTask,
  ): Promise<{ readonly answer: unknown; readonly log: readonly Record<string, unknown>[] }> {
    const script = `require(${JSON.stringify(join(folder, 'index.js'))}).handler(${JSON.stringify(task)})
      .then((answer) => console.log(JSON.stringify({ answer })), (error) => console.log(JSON.stringify({ answer: error.name })))`;
    const { stdout } = await run(process.execPath, ['-e', script], {
      env: {
        PATH: process.env.PATH,
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_ENDPOINT_URL_S3: s3.url,
        [ENV.deployment]: 'orders-pilot',
        [ENV.datasetBucket]: 'datasets',
        [ENV.logLevel]: 'INFO',
      },
    });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line));
    return { answer: lines.at(-1)?.answer, log: lines.slice(0, -1) };
  }

  const object = { bucket: 'source', key: 'in/a b.csv', etag: '"same"', bytes: CSV.length };

  it('writes blocks, quarantine and, last, what it found', async () => {
    s3.objects.set('/source/in/a b.csv', CSV);
    const { answer, log } = await call(taskOf(CSV, { object }));
    expect(answer).toEqual({ shard: '00007' });
    expect(s3.requests).toEqual([
      `GET ${CHECKED}`,
      'GET /source/in/a b.csv',
      'PUT /datasets/runs/r1/rows/00007-0.rows',
      'PUT /datasets/quarantine/r1/00007.jsonl',
      `PUT ${CHECKED}`,
    ]);
    const result: ShardResult = JSON.parse(String(s3.objects.get(CHECKED)));
    expect(result.counts).toEqual({ rows: 3, accepted: 2, quarantined: 1 });
    expect(log).toMatchObject([
      {
        event: 'checked',
        deployment: 'orders-pilot',
        dataset: 'orders',
        run: 'r1',
        shard: '00007',
        rows: 3,
        accepted: 2,
        quarantined: 1,
      },
    ]);
  });

  it('shows no value of a personal column outside of the rows themselves', async () => {
    s3.objects.set('/source/in/a b.csv', CSV);
    const { log } = await call(taskOf(CSV, { object }));
    const said = [JSON.stringify(log), String(s3.objects.get(CHECKED))].join();
    expect(said).not.toMatch(/example\.com|nobody-secret/);
    const quarantine = String(s3.objects.get('/datasets/quarantine/r1/00007.jsonl'));
    expect(quarantine).not.toContain('nobody-secret');
    expect(quarantine).toContain('"value":"***"');
  });

  it('does nothing twice', async () => {
    s3.objects.set('/source/in/a b.csv', CSV);
    await call(taskOf(CSV, { object }));
    s3.requests.length = 0;
    expect((await call(taskOf(CSV, { object }))).answer).toEqual({ shard: '00007' });
    expect(s3.requests).toEqual([`GET ${CHECKED}`]);
  });

  it('asks for its range alone', async () => {
    s3.objects.set('/source/in/a b.csv', CSV);
    await call(taskOf(CSV, { object, range: { from: 24, to: 40 }, header: ['id', 'mail'], firstRow: 2 }));
    expect(s3.requests).toContain('GET /source/in/a b.csv bytes=24-39');
    const { counts, samples }: ShardResult = JSON.parse(String(s3.objects.get(CHECKED)));
    expect([counts.rows, samples[0]?.row]).toEqual([1, 2]);
  });

  it('reads Parquet with what is in its bundle', async () => {
    const { readFileSync } = await import('node:fs');
    const file = readFileSync(join(__dirname, 'fixtures/types-zstd.parquet'));
    s3.objects.set('/source/in/a.parquet', file);
    await call(taskOf(file, { object: { ...object, key: 'in/a.parquet', bytes: file.length }, format: 'parquet' }));
    const { counts, faultsByRule }: ShardResult = JSON.parse(String(s3.objects.get(CHECKED)));
    expect([counts.rows, faultsByRule]).toEqual([4, { columns: 4 }]);
  });

  it.each<[string, Partial<ShardTask['object']>, string, boolean]>([
    ['is another now', { etag: '"other"' }, 'changed', true],
    ['is gone', {}, 'gone', false],
    ['has lost its version', { versionId: 'gone' }, 'gone', true],
  ])('says of an object that %s that it was lost', async (_, more, lost, there) => {
    if (there) s3.objects.set('/source/in/a b.csv', CSV);
    const { answer } = await call(taskOf(CSV, { object: { ...object, ...more } }));
    expect(answer).toEqual({ shard: '00007' });
    const result: ShardResult = JSON.parse(String(s3.objects.get(CHECKED)));
    expect(result).toMatchObject({ lost, counts: { rows: 0, accepted: 0, quarantined: 0 }, blocks: [] });
  });
});
