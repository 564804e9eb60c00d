import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectTaggingCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FlightRow, flightObjects, loadFlights } from '../../examples/flights/flights';
import { flights } from '../../examples/flights/stack';
import { accountsHold, type DatasetManifest } from '../../protocol/dataset';
import type { DatasetRun } from '../../protocol/dataset-catalogue';
import { METRIC } from '../../protocol/metrics';
import { PipelineStack } from '../../rehearsal/data/pipeline-stack';
import { deniedCalls, extractMetrics, readFunctionLogs } from '../../rehearsal/observe/function-logs';
import { CrashingMachine } from './crashing-machine';
import { processesOf } from './workers';

const FOLDER = 'flights/';

const emulator = new PipelineStack({ project: join(__dirname, '../..'), name: 'flights', stack: flights });
let machine: CrashingMachine;
const all = loadFlights();
/** Flights of another year, in no order: what arrives in small batches is like what is there. */
const spare = all.map((_, i): FlightRow => {
  const row = all[(i * 7_919) % all.length];
  if (row === undefined) throw new Error('there are no flights');
  return { ...row, departure: `2000-${row.departure.slice(5)}` };
});
let taken = 0;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-flights-'));
  await emulator.start();
  machine = await CrashingMachine.of(emulator.config, emulator.machineArn);
});

afterAll(async () => {
  await emulator.end();
  rmSync(folder, { recursive: true, force: true });
});

/** New rows, never seen before, as an object of JSON Lines. */
async function arriveNew(name: string, count: number): Promise<readonly FlightRow[]> {
  const rows = spare.slice(taken, taken + count);
  taken += count;
  await emulator.data.arrive(
    `${FOLDER}${name}.jsonl`,
    Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
  );
  return rows;
}

async function onlyRun(): Promise<DatasetRun> {
  const { runs } = await emulator.data.run();
  expect(runs).toHaveLength(1);
  const [run] = runs;
  if (run === undefined) throw new Error('the execution left no run');
  return run;
}

async function latest(): Promise<DatasetManifest> {
  const pointer = await emulator.data.catalogue.latest();
  if (pointer === undefined) throw new Error('nothing was published');
  return emulator.data.manifest(pointer.version);
}

async function versionCount(): Promise<number> {
  return (await emulator.data.catalogue.versions()).length;
}

describe('the pipeline of the flights', () => {
  it('makes one version of objects in three formats, every row accounted for', async () => {
    for (const { name, body } of flightObjects(all)) await emulator.data.arrive(`${FOLDER}${name}`, body);
    const run = await onlyRun();
    expect(run).toMatchObject({
      state: 'published',
      counts: { rows: 20_000, published: 20_000, quarantined: 0, duplicates: 0 },
      gate: { passed: true },
    });
    const manifest = await latest();
    expect(manifest).toMatchObject({ version: run.version, parent: null, dataset: 'flights' });
    expect(manifest.sources.map(({ key }) => key)).toEqual(
      flightObjects(all).map(({ name }) => `inbox/${FOLDER}${name}`),
    );
    expect(await emulator.data.isWhole(manifest)).toBe(true);
    const rows = await emulator.data.rows(manifest, join(folder, manifest.version));
    const departures = (side: readonly unknown[]) => (side as readonly FlightRow[]).map(({ departure }) => departure);
    expect(departures(rows.train).every((departure) => departure < '2001-03-15')).toBe(true);
    expect(departures(rows.holdout).every((departure) => departure >= '2001-03-15')).toBe(true);
    expect([...rows.train, ...rows.holdout].map((row) => JSON.stringify(row)).toSorted()).toEqual(
      all.map((row) => JSON.stringify(row)).toSorted(),
    );
  });

  it('says of the objects that it has taken that they may go with time', async () => {
    const s3 = new S3Client({ ...emulator.config, forcePathStyle: true });
    const { sources } = await latest();
    for (const { bucket, key, versionId } of sources) {
      const { TagSet } = await s3.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
      expect(TagSet, key).toEqual([{ Key: 'slipway', Value: 'taken' }]);
    }
    expect(sources.length).toBeGreaterThan(1);
  });

  it('is looked at: how long ago it ran', async () => {
    const { FunctionError } = await new LambdaClient(emulator.config).send(
      new InvokeCommand({ FunctionName: 'flights-data-watch' }),
    );
    expect(FunctionError).toBeUndefined();
    const { datapoints } = extractMetrics(await readFunctionLogs(emulator.config, 'flights-data-watch'));
    const ages = datapoints.filter(({ name }) => name === METRIC.dataRunAge).map(({ value }) => value);
    expect(ages).toHaveLength(1);
    expect(ages[0]).toBeLessThan(600);
  });

  it('makes no version of what it has, under another name and in another format', async () => {
    const [january] = flightObjects(all);
    await emulator.data.arrive(`${FOLDER}again.csv.gz`, gzipSync(january?.body ?? ''));
    const before = await versionCount();
    const run = await onlyRun();
    expect(run.state).toBe('unchanged');
    expect(run.counts?.duplicates).toBe(run.counts?.rows);
    expect(run.counts?.rows).toBeGreaterThan(5_000);
    expect(await versionCount()).toBe(before);
    expect((await onlyRun()).state).toBe('unchanged');
  });

  it('sets damaged rows apart with their bytes, and the gate refuses a batch of them until it is mended', async () => {
    const rows = spare.slice(taken, taken + 40).map((row) => `${JSON.stringify(row)}\n`);
    taken += rows.length;
    const damaged = Array.from({ length: 10 }, (_, i) => `{"departure":"yesterday","delay":${i}\n`);
    await emulator.data.arrive(`${FOLDER}damaged.jsonl`, Buffer.from([...rows, ...damaged].join('')));
    const before = await versionCount();
    await expect(emulator.data.run()).rejects.toThrow(/gate: .*maximum-bad-share/);
    const [refused] = (await emulator.data.catalogue.runs()).filter(({ state }) => state === 'gate-failed');
    expect(refused?.counts).toEqual({ rows: 50, published: 40, quarantined: 10, duplicates: 0 });
    expect(await versionCount()).toBe(before);
    const apart = await emulator.data.quarantined(refused?.run ?? '');
    expect(apart.map(({ raw }) => Buffer.from(raw, 'base64').toString('utf8').trimEnd()).toSorted()).toEqual(
      damaged.map((line) => line.trimEnd()).toSorted(),
    );
    expect(apart.map(({ row }) => row).toSorted((a, b) => a - b)).toEqual(damaged.map((_, i) => rows.length + 1 + i));
    // What was refused is read again; with the object replaced, the batch passes.
    await emulator.data.arrive(`${FOLDER}damaged.jsonl`, Buffer.from(rows.join('')));
    expect(await onlyRun()).toMatchObject({ state: 'published', counts: { rows: 40, published: 40 } });
  });
});

describe('a crash', () => {
  // Of `MatchKeys` and the like each object of work is small; what matters is where it ends.
  it('at any state is made good by the next run: one version, every row accounted for', async () => {
    const states = machine.workingStates.filter((state) => state !== 'KeepEvidence' && state !== 'HandOver');
    expect(states).toEqual([
      'TakeLease',
      'PlanRun',
      'CheckShards',
      'MergeChecks',
      'MatchKeys',
      'SplitRows',
      'JudgeRun',
      'PublishVersion',
      'TellOthers',
      'EndRun',
    ]);
    for (const state of states) {
      const before = await latest();
      const rows = await arriveNew(`crash-at-${state}`, 60);
      const versions = await versionCount();
      await machine.crashAt(state);
      await expect(emulator.data.run(), state).rejects.toThrow('Crash');
      await machine.mend();
      const { runs } = await emulator.data.run();
      expect(await versionCount(), state).toBe(versions + 1);
      const after = await latest();
      expect(after.parent, state).toBe(before.version);
      expect(after.counts, state).toEqual({ rows: rows.length, published: rows.length, quarantined: 0, duplicates: 0 });
      expect(after.rows.train + after.rows.holdout, state).toBe(before.rows.train + before.rows.holdout + rows.length);
      expect(await emulator.data.isWhole(after), state).toBe(true);
      for (const run of runs) expect(['published', 'unchanged'], state).toContain(run.state);
    }
    const counted = (await emulator.data.catalogue.runs()).flatMap(({ counts }) =>
      counts === undefined ? [] : [counts],
    );
    expect(counted.filter((counts) => !accountsHold(counts))).toEqual([]);
    // Nothing new is left over.
    expect((await onlyRun()).state).toBe('unchanged');
  });
});

describe('a function that dies while it works', () => {
  it.each(['check-data', 'match-keys', 'split-data', 'data-steps'])(
    '(%s) is started again, and the run publishes once',
    async (handler) => {
      const before = await latest();
      const rows = await arriveNew(`killed-${handler}`, 60);
      const execution = await emulator.data.start();
      let killed = 0;
      for (let look = 0; look < 400 && killed === 0; look += 1) {
        await sleep(10);
        // Those of earlier runs wait for work: the first that is gone does not answer the call that it is given.
        for (const pid of processesOf(emulator.folder, `flights-${handler}`)) {
          process.kill(pid, 'SIGKILL');
          killed += 1;
        }
      }
      expect(killed).toBeGreaterThan(0);
      const { runs } = await emulator.data.follow(execution);
      expect(runs.at(-1)?.state).toBe('published');
      const after = await latest();
      expect(after.parent).toBe(before.version);
      expect(after.counts).toEqual({ rows: rows.length, published: rows.length, quarantined: 0, duplicates: 0 });
    },
  );

  it('(the one that keeps evidence, too) leaves the run to the next', async () => {
    const rows = await arriveNew('no-evidence', 60);
    const before = await versionCount();
    await machine.failAndCrashAt('PublishVersion', 'KeepEvidence');
    await expect(emulator.data.run()).rejects.toThrow('Crash');
    await machine.mend();
    await emulator.data.run();
    expect(await versionCount()).toBe(before + 1);
    expect((await latest()).counts.published).toBe(rows.length);
  });
});

describe('two executions at once', () => {
  it('are one that works and one that leaves, and miss nothing', async () => {
    const before = await latest();
    const first = await arriveNew('at-once-first', 30);
    const one = await emulator.data.start();
    const second = await arriveNew('at-once-second', 30);
    const two = await emulator.data.start();
    const ends = await Promise.all([emulator.data.follow(one), emulator.data.follow(two)]);
    expect(ends.filter(({ left }) => left)).toHaveLength(1);
    const after = await latest();
    expect(after.rows.train + after.rows.holdout).toBe(
      before.rows.train + before.rows.holdout + first.length + second.length,
    );
  });
});

describe('arriving objects', () => {
  it('start one run of all that came within the time to settle', async () => {
    const before = await latest();
    await emulator.listen(true);
    const rows = [...(await arriveNew('arrival-1', 10)), ...(await arriveNew('arrival-2', 10))];
    await expect.poll(async () => (await latest()).parent, { timeout: 60_000, interval: 500 }).toBe(before.version);
    const after = await latest();
    expect(after.counts.published).toBe(rows.length);
    await emulator.listen(false);
  });
});

describe('the permissions of the pipeline', () => {
  it('are enough: nothing was denied', async () => {
    expect(deniedCalls(await readFunctionLogs(emulator.config, 'flights'))).toEqual({ count: 0, calls: [] });
  });
});
