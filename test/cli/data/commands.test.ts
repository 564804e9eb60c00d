import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetManifest } from '../../../protocol/dataset';
import { DATASET_OBJECTS } from '../../../protocol/dataset-objects';
import { EXECUTION, MemoryStage } from './memory-stage';
import { lineOf, manifestIn, publish, quarantine, quarantined, rowsOf, twoVersions } from './published';
import { slipwayData } from './slipway';

const RUN = '20260101T000000Z-00000001';
const VERSION = 'd-0123456789abcdef';

let stage: MemoryStage;
let root: string;
beforeEach(async () => {
  stage = new MemoryStage();
  root = await mkdtemp(join(tmpdir(), 'slipway-data-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const slipway = (...args: string[]) => slipwayData(stage, args);

describe('slipway data, typed wrong, asks nobody and ends with code 2 and one line:', () => {
  const connect = () => Promise.reject(new Error('nobody may be asked about what was typed wrong'));

  it.each([
    ['run', [], "missing required argument 'stage'"],
    ['run', ['pilot', 'now'], "too many arguments for 'run'"],
    ['list', [], "missing required argument 'stage'"],
    ['list', ['pilot', '--run'], "unknown option '--run'"],
    ['show', ['pilot'], "missing required argument 'version|run'"],
    ['show', ['pilot', 'latest'], '"latest" is no dataset version, such as d-0123456789abcdef, and no run'],
    ['show', ['pilot', 'v-0123456789abcdef'], 'is no dataset version'],
    ['diff', ['pilot', VERSION], "missing required argument 'to'"],
    ['diff', ['pilot', VERSION, 'd-1'], 'dataset version is "d-1", expected d- and 16 hex digits'],
    ['diff', ['pilot', 'd-1', VERSION], 'dataset version is "d-1"'],
    ['fetch', ['pilot', VERSION], "required option '--to <folder>' not specified"],
    ['fetch', ['pilot', 'd-1', '--to', 'x'], 'dataset version is "d-1"'],
    [
      'fetch',
      ['pilot', VERSION, '--to', 'x', '--side', 'test'],
      "'test' is invalid. Allowed choices are train, holdout",
    ],
    ['verify', ['pilot'], "missing required argument 'version'"],
    ['verify', ['pilot', 'D-0123456789abcdef'], 'dataset version is "D-0123456789abcdef"'],
    ['quarantine', ['pilot'], "missing required argument 'run'"],
    ['quarantine', ['pilot', '7'], 'run is "7", expected a time and 8 hex digits'],
    ['quarantine', ['pilot', RUN, '--limit', 'all'], '--limit is "all", expected a whole number of rows'],
    ['replay', ['pilot'], 'give either --run with the id of a run, or --all'],
    ['replay', ['pilot', '--run', RUN, '--all'], 'give either --run with the id of a run, or --all'],
    ['replay', ['pilot', '--run', 'last'], 'run is "last", expected a time and 8 hex digits'],
    ['forget', ['pilot'], 'give either --key or --key-file'],
    ['forget', ['pilot', '--key', 'a', '--key-file', 'b'], 'give either --key or --key-file'],
    ['forget', ['pilot', '--key', ''], 'the key is empty'],
    ['forget', ['pilot', '--key-file', '/no/such/file'], 'the file that --key-file names cannot be read'],
  ])('%s %j', async (command, args, message) => {
    const { code, out, err } = await slipwayData(stage, [command, ...args], { connect });
    expect({ code, out, lines: err.trimEnd().split('\n').length }).toEqual({ code: 2, out: '', lines: 1 });
    expect(err).toMatch(/^slipway: /);
    expect(err).toContain(message);
  });

  it('without a command prints its usage', async () => {
    const { code, err } = await slipway();
    expect(code).toBe(2);
    expect(err).toMatch(/^Usage: slipway data /);
  });
});

describe('slipway data, about what is not there, ends with code 2 and one line:', () => {
  it.each([
    [['show', 'pilot', VERSION], 'there is no dataset version "d-0123456789abcdef" here; "slipway data list" shows'],
    [['show', 'pilot', RUN], `there is no run "${RUN}" here; "slipway data list --runs" shows`],
    [['diff', 'pilot', VERSION, VERSION], 'there is no dataset version'],
    [['fetch', 'pilot', VERSION, '--to', 'FOLDER'], 'there is no dataset version'],
    [['verify', 'pilot', VERSION], 'there is no dataset version'],
    [['quarantine', 'pilot', RUN], 'there is no run'],
    [['replay', 'pilot', '--run', RUN], 'there is no run'],
  ])('%j', async (args, message) => {
    const given = args.map((arg) => (arg === 'FOLDER' ? join(root, 'new') : arg));
    const { code, out, err } = await slipway(...given);
    expect({ code, out, lines: err.trimEnd().split('\n').length }).toEqual({ code: 2, out: '', lines: 1 });
    expect(err).toContain(message);
  });
});

describe('slipway data run', () => {
  it('follows the pipeline state by state and says how it ended', async () => {
    stage.pipeline.work = async () => {
      const { version, counts, run } = publish(stage, rowsOf(3));
      stage.catalogue.allRuns.set(run, {
        dataset: 'demo',
        run,
        state: 'published',
        execution: EXECUTION,
        startedAt: '2026-01-01T00:00:00.000Z',
        counts,
        version,
      });
    };
    const { code, out } = await slipway('run', 'pilot');
    expect(code).toBe(0);
    expect(out).toBe(
      'execution one; it goes on where this command is interrupted\n' +
        '09:00:00  Begin\n09:00:01  Plan run\n09:00:02  Check shards\n09:00:03  End run\n' +
        `run ${RUN} published ${stage.catalogue.newest?.version}: 4 rows in, 3 published, 0 duplicates, 1 quarantined\n`,
    );
    expect(stage.pipeline.inputs).toEqual([{}]);
  });

  it('says that another run was at work', async () => {
    stage.pipeline.end = { kind: 'succeeded', output: { run: 'r', outcome: 'left' } };
    const { code, out } = await slipway('run', 'pilot');
    expect(code).toBe(0);
    expect(out).toContain('another run is under way; it looks again when it is done');
  });

  it('ends with code 1 and the reason where the gate did not pass', async () => {
    stage.pipeline.end = { kind: 'failed', error: 'DataGateFailed', cause: 'the gate did not pass' };
    stage.catalogue.allRuns.set(RUN, {
      dataset: 'demo',
      run: RUN,
      state: 'gate-failed',
      execution: EXECUTION,
      startedAt: '2026-01-01T00:00:00.000Z',
      counts: { rows: 9, published: 0, quarantined: 9, duplicates: 0 },
      gate: {
        passed: false,
        checks: [{ rule: 'maximum-null-share', column: 'kind', passed: false, measured: 0.5, expected: 'at most 0.1' }],
      },
    });
    const { code, err } = await slipway('run', 'pilot');
    expect(code).toBe(1);
    expect(err).toBe(
      `slipway: run ${RUN} did not pass the gate: 9 rows in, 0 published, 0 duplicates, 9 quarantined (gate: maximum-null-share of kind); ` +
        `execution one did not succeed: DataGateFailed: the gate did not pass; "slipway data show" with ${RUN} tells more\n`,
    );
  });

  it('leaves at once where nobody waits', async () => {
    const { code, out } = await slipway('run', 'pilot', '--no-wait', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ execution: EXECUTION });
  });
});

describe('slipway data list', () => {
  it('says what to do where nothing was published or run', async () => {
    expect((await slipway('list', 'pilot')).out).toBe(
      'nothing was published yet; "slipway data run pilot" runs the pipeline\n',
    );
    expect((await slipway('list', 'pilot', '--runs')).out).toBe(
      'the pipeline has not run yet; "slipway data run pilot" runs it\n',
    );
    expect(JSON.parse((await slipway('list', 'pilot', '--json')).out)).toEqual({ versions: [], latest: null });
  });

  it('shows versions, the latest first', async () => {
    const [first, second] = twoVersions(stage);
    const { out } = await slipway('list', 'pilot');
    await expect(out).toMatchFileSnapshot('golden/list.txt');
    const { versions, latest } = JSON.parse((await slipway('list', 'pilot', '--json')).out);
    expect(versions.map(({ version }: DatasetManifest) => version)).toEqual([second.version, first.version]);
    expect(latest).toBe(second.version);
  });

  it('shows runs, also those that failed, the latest first', async () => {
    twoVersions(stage);
    const run = '20260109T000000Z-00000009';
    stage.catalogue.allRuns.set(run, {
      dataset: 'demo',
      run,
      state: 'failed',
      execution: EXECUTION,
      startedAt: '2026-01-09T00:00:00.000Z',
      error: 'rows in are not all accounted for',
    });
    const { out } = await slipway('list', 'pilot', '--runs');
    await expect(out).toMatchFileSnapshot('golden/list-runs.txt');
    const { runs } = JSON.parse((await slipway('list', 'pilot', '--runs', '--json')).out);
    expect(runs.map((one: { run: string }) => one.run)).toEqual([
      run,
      '20260102T000000Z-00000002',
      '20260101T000000Z-00000001',
    ]);
  });
});

describe('slipway data show', () => {
  it('shows a version with the profile of each column', async () => {
    const [, { version }] = twoVersions(stage);
    await expect((await slipway('show', 'pilot', version)).out).toMatchFileSnapshot('golden/show.txt');
  });

  it('shows no value of a personal column, not even where a profile has them', async () => {
    const [, { version }] = twoVersions(stage);
    const manifest = JSON.parse(JSON.stringify(manifestIn(stage, version)));
    const person = manifest.profile.columns[1];
    person.texts = [['someone@example.com', 140]];
    person.personal = false;
    person.distinct = null;
    stage.objects.put(DATASET_OBJECTS.manifest(version), JSON.stringify(manifest));
    const json = (await slipway('show', 'pilot', version, '--json')).out;
    const text = (await slipway('show', 'pilot', version)).out;
    expect(json + text).not.toContain('@example.com');
    expect(JSON.parse(json).profile.columns[2].numbers.count).toBe(140);
  });

  it('shows a run and its gate', async () => {
    twoVersions(stage);
    await expect((await slipway('show', 'pilot', RUN)).out).toMatchFileSnapshot('golden/show-run.txt');
    expect(JSON.parse((await slipway('show', 'pilot', RUN, '--json')).out)).toMatchObject({
      run: RUN,
      state: 'published',
    });
  });
});

describe('slipway data diff', () => {
  it('shows the drift of each column, rows added and changes of the schema', async () => {
    const [first, second] = twoVersions(stage);
    const [id, ...columns] = second.schema.columns;
    const schema = {
      ...second.schema,
      columns: [id, ...columns.slice(0, -1), { ...columns.at(-1), required: false }],
      minimumRows: 10,
    };
    stage.objects.put(DATASET_OBJECTS.manifest(second.version), JSON.stringify({ ...second, schema }));
    await expect((await slipway('diff', 'pilot', first.version, second.version)).out).toMatchFileSnapshot(
      'golden/diff.txt',
    );
    const diff = JSON.parse((await slipway('diff', 'pilot', first.version, second.version, '--json')).out);
    expect(diff.rows).toEqual({ added: 80, removed: 0, from: 60, to: 140 });
    expect(diff.schema).toEqual(['column kind: required was true, is false', 'minimumRows was none, is 10']);
    expect(diff.columns.map(({ column, on }: { column: string; on: string }) => [column, on])).toEqual([
      ['id', 'values'],
      ['person', 'lengths'],
      ['length', 'values'],
      ['at', 'values'],
      ['kind', 'values'],
    ]);
    const [, , length] = diff.columns;
    expect(length.psi).toBeGreaterThan(0);
    expect(length.jensenShannon).toBeGreaterThan(0);
    expect(length.ks.pValue).toBeLessThan(1);
  });

  it('of a version and itself finds nothing', async () => {
    const [, { version }] = twoVersions(stage);
    const diff = JSON.parse((await slipway('diff', 'pilot', version, version, '--json')).out);
    expect(diff.rows).toMatchObject({ added: 0, removed: 0 });
    expect(diff.schema).toEqual([]);
    for (const column of diff.columns) expect(column.psi).toBe(0);
  });
});

describe('slipway data quarantine', () => {
  const raw = 'row-9,carl@example.com,-1,2026-01-01,spam';

  it('lists rows without their bytes, and without values of personal or unknown columns', async () => {
    publish(stage, rowsOf(2));
    const fault = { severity: 'reject', value: 'carl@example.com', expected: 'a known person' } as const;
    quarantine(stage, RUN, [
      quarantined(raw),
      quarantined(raw, {
        offset: undefined,
        faults: [
          { ...fault, rule: 'pattern', column: 'person' },
          { ...fault, rule: 'columns' },
          { ...fault, rule: 'type', column: 'unknown' },
        ],
      }),
    ]);
    const text = (await slipway('quarantine', 'pilot', RUN)).out;
    await expect(text).toMatchFileSnapshot('golden/quarantine.txt');
    const json = (await slipway('quarantine', 'pilot', RUN, '--json', '--limit', '1')).out;
    expect(JSON.parse(json)).toMatchObject({ run: RUN, rows: 2, shown: [{ row: 7, faults: [{ value: '-1' }] }] });
    const all = (await slipway('quarantine', 'pilot', RUN, '--json')).out;
    for (const printed of [text, json, all]) {
      expect(printed).not.toContain('carl');
      expect(printed).not.toContain(Buffer.from(raw).toString('base64').slice(0, 20));
    }
  });

  it('masks every value while no version says which columns are personal', async () => {
    publish(stage, rowsOf(2));
    stage.catalogue.newest = undefined;
    quarantine(stage, RUN, [quarantined(raw)]);
    const { shown } = JSON.parse((await slipway('quarantine', 'pilot', RUN, '--json')).out);
    expect(shown[0].faults[0].value).toBe('***');
  });

  it('says how many rows it did not list, or that there are none', async () => {
    publish(stage, rowsOf(2));
    expect((await slipway('quarantine', 'pilot', RUN)).out).toBe(`run ${RUN} set no row apart\n`);
    quarantine(stage, RUN, [quarantined(raw), quarantined(raw), quarantined(raw)]);
    expect((await slipway('quarantine', 'pilot', RUN, '--limit', '1')).out).toContain('2 more; --limit 3 lists all\n');
  });

  it('writes the bytes to a new file only, with a warning', async () => {
    publish(stage, rowsOf(2));
    quarantine(stage, RUN, [quarantined(raw), quarantined(`${raw}\n`)]);
    const file = join(root, 'rows.csv');
    const { out } = await slipway('quarantine', 'pilot', RUN, '--raw', file);
    expect(await readFile(file, 'utf8')).toBe(`${raw}\n${raw}\n`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(out).toContain('they may hold personal data');
    const again = await slipway('quarantine', 'pilot', RUN, '--raw', file);
    expect(again.code).toBe(2);
    expect(again.err).toContain('is there already; name a new file');
  });

  it('does not show a line that is damaged', async () => {
    publish(stage, rowsOf(2));
    stage.objects.put(DATASET_OBJECTS.quarantineFile(RUN, '00000'), '{"raw": carl@example.com');
    const { code, err } = await slipway('quarantine', 'pilot', RUN);
    expect({ code, err }).toEqual({
      code: 1,
      err: `slipway: line 1 of quarantine/${RUN}/00000.jsonl is no JSON: the quarantine file is damaged\n`,
    });
  });

  it('reads lines as they are', () => {
    expect(lineOf({ id: 'a', person: 'b', length: 1 })).toBe(
      '{"id":"a","person":"b","length":1,"at":"2026-01-01T00:00:00.001Z","kind":"ham"}',
    );
  });
});
