import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { ReplayObjects } from '../../../cli/data/replay-objects';
import type { DatasetSchemaDocument, QuarantinedRow } from '../../../protocol/dataset';
import type { DatasetRun } from '../../../protocol/dataset-catalogue';
import { replayFormat } from '../../../protocol/dataset-objects';
import { checked } from '../../check-data/shard';
import { EXECUTION, MemoryStage } from './memory-stage';
import { publish, quarantine, quarantined, SCHEMA, sourceOf } from './published';
import { slipwayData } from './slipway';

const RUN = '20260101T000000Z-00000001';
const LATER = '20260105T000000Z-00000005';

function objectsOf(rows: readonly QuarantinedRow[]) {
  const replay = new ReplayObjects(RUN);
  return [...rows.flatMap((row) => replay.add(row, Buffer.from(row.raw, 'base64'))), ...replay.finish()].map(
    ({ key, body, rows: count }) => ({
      key,
      text: body.toString('latin1'),
      rows: count,
    }),
  );
}

describe('objects of replayed rows', () => {
  it('of CSV have the header and the delimiter that the rows had', () => {
    const header = ['id', 'a;b', 'say "x"'];
    const rows = ['1;2;3', '4;5;6\r\n'].map((raw) => quarantined(raw, { delimiter: ';', header }));
    const [object, ...others] = objectsOf(rows);
    expect(others).toEqual([]);
    expect(object).toMatchObject({ rows: 2, text: 'id;"a;b";"say ""x"""\n1;2;3\n4;5;6\r\n' });
    expect(replayFormat(object?.key ?? '')).toEqual({ format: 'csv', delimiter: ';' });
  });

  it('of JSON Lines and of Parquet are lines', () => {
    const rows = [
      quarantined('{"id":1}', { format: 'jsonl', header: undefined }),
      quarantined('{"id":2}\n', { format: 'parquet', header: undefined, offset: undefined }),
    ];
    const [object, ...others] = objectsOf(rows);
    expect(others).toEqual([]);
    expect(object).toMatchObject({ rows: 2, text: '{"id":1}\n{"id":2}\n' });
    expect(replayFormat(object?.key ?? '')).toEqual({ format: 'jsonl' });
  });

  it('keep bytes that are no text as they were', () => {
    const raw = Buffer.from([0x31, 0x2c, 0xff, 0xfe, 0x00, 0x2c, 0x32]);
    const [object] = objectsOf([quarantined('', { raw: raw.toString('base64'), header: ['a', 'b', 'c'] })]);
    expect(object?.text).toBe(`a,b,c\n${raw.toString('latin1')}\n`);
  });

  it('are one for each header, delimiter and format, and for each object without a header', () => {
    const other = sourceOf('other.csv');
    const rows = [
      quarantined('1,2', { header: ['a', 'b'] }),
      quarantined('1,2', { header: ['b', 'a'] }),
      quarantined('1;2', { header: ['a', 'b'], delimiter: ';' }),
      quarantined('{}', { format: 'jsonl' }),
      quarantined('c,d', { header: [], row: 0 }),
      quarantined('1,2', { header: [] }),
      quarantined('3,4', { header: [] }),
      quarantined('e,f', { header: [], row: 0, object: other }),
      quarantined('1,2', { header: [], object: other }),
    ];
    expect(objectsOf(rows).map(({ rows: count, text }) => [count, text.split('\n')[0]])).toEqual([
      [1, 'a,b'],
      [1, 'b,a'],
      [1, 'a;b'],
      [1, '{}'],
      [2, 'c,d'],
      [1, 'e,f'],
    ]);
  });

  it('keep a row that leaves a quote open apart, so that it takes no other with it', () => {
    const rows = ['1,"open', '2,fine', '3,"also, open', '4,"closed, ""well"""'].map((raw) =>
      quarantined(raw, { header: ['a', 'b'] }),
    );
    expect(objectsOf(rows).map(({ text }) => text.split('\n')[1])).toEqual(['1,"open', '3,"also, open', '2,fine']);
  });

  it.each([
    ['as the worker names it', (row: QuarantinedRow) => row],
    ['told as none, since it does not fit', (row: QuarantinedRow) => ({ ...row, header: [] })],
  ])(
    'give the rows of a file whose header did not fit, under a schema that it fits, with the header %s',
    async (_, as) => {
      const columns = (...names: string[]): DatasetSchemaDocument => ({
        ...SCHEMA,
        columns: names.map((name) => ({ name, type: 'string', required: true, personal: false, severity: 'reject' })),
        key: [],
        group: [],
        subject: undefined,
      });
      const lines = ['1,x', '2,"a, ""b"""', '3,'];
      const first = await checked(Buffer.from(`id,"na;me"\r\n${lines.join('\r\n')}\r\n`), columns('id', 'name'));
      expect(first.lines.map(({ row }) => row)).toEqual([0, 1, 2, 3]);
      const [object, ...others] = objectsOf(first.lines.map(as));
      expect({ rows: object?.rows, others }).toEqual({ rows: 3, others: [] });
      const schema = columns('id', 'na;me');
      const second = await checked(Buffer.from(object?.text ?? '', 'latin1'), {
        ...schema,
        columns: schema.columns.map((column) => ({ ...column, required: column.name === 'id' })),
      });
      expect(second.lines).toEqual([]);
      expect(second.accepted.map(({ raw }) => raw)).toEqual(lines);
    },
  );

  it('are not made of rows whose header nobody has, nor of a header that nobody could read', () => {
    const replay = new ReplayObjects(RUN);
    const rows = [
      quarantined('1,2', { header: [] }),
      quarantined('1,2', { header: undefined }),
      quarantined('no text', {
        header: [],
        row: 0,
        object: sourceOf('u.csv'),
        faults: [{ rule: 'encoding', severity: 'reject', expected: '' }],
      }),
      quarantined('a,b', {
        header: [],
        row: 0,
        object: sourceOf('v.csv'),
        faults: [{ rule: 'columns', severity: 'reject', expected: '' }],
      }),
    ];
    expect([...rows.flatMap((row) => replay.add(row, Buffer.from(row.raw, 'base64'))), ...replay.finish()]).toEqual([]);
    expect(replay.withoutHeader).toBe(3);
  });

  it('hold every row once, whatever the rows', () => {
    const row = fc.record({
      format: fc.constantFrom('csv' as const, 'jsonl' as const, 'parquet' as const),
      delimiter: fc.constantFrom(',', ';', '\t'),
      header: fc.constantFrom(['a', 'b'], ['b']),
      raw: fc.string({ maxLength: 12 }),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), (rows) => {
        const made = objectsOf(rows.map(({ raw, ...changes }) => quarantined(raw, changes)));
        expect(made.reduce((sum, { rows: count }) => sum + count, 0)).toBe(rows.length);
        for (const { raw } of rows) {
          expect(made.some(({ text }) => text.includes(Buffer.from(raw).toString('latin1')))).toBe(true);
        }
      }),
    );
  });
});

let stage: MemoryStage;
beforeEach(() => {
  stage = new MemoryStage();
  publish(stage, [{ id: 'a', person: 'b', length: 1 }]);
});
const slipway = (...args: string[]) => slipwayData(stage, ['replay', 'pilot', ...args]);

/** Keys of the objects that replays made. */
function replayed(): string[] {
  return stage.objects.all.filter(({ key }) => key.startsWith('replay/')).map(({ key }) => key);
}

function endsWith(counts: DatasetRun['counts']): void {
  stage.pipeline.work = async () => {
    const run = { dataset: 'demo', run: LATER, execution: EXECUTION, startedAt: '2026-01-05T00:00:00.000Z' } as const;
    stage.catalogue.allRuns.set(LATER, { ...run, state: 'unchanged', counts });
    const [key = ''] = replayed();
    const object = { ...sourceOf(key), bucket: stage.objects.bucket };
    quarantine(stage, LATER, [quarantined('3,4', { object }), quarantined('another', { object: sourceOf('new.csv') })]);
  };
}

describe('slipway data replay', () => {
  it('says that there is nothing to replay, and starts nothing', async () => {
    expect((await slipway('--all')).out).toBe('there is nothing to replay\n');
    expect((await slipway('--run', RUN, '--json')).out).toBe(
      '{\n  "dryRun": false,\n  "replayed": [],\n  "notReplayed": []\n}\n',
    );
    expect(stage.pipeline.inputs).toEqual([]);
  });

  it('writes nothing in a dry run', async () => {
    quarantine(stage, RUN, [quarantined('1,2'), quarantined('3,4')]);
    const { code, out } = await slipway('--all', '--dry-run');
    expect(code).toBe(0);
    await expect(out).toMatchFileSnapshot('golden/replay-dry-run.txt');
    expect({ writes: stage.writes.count, started: stage.pipeline.inputs }).toEqual({ writes: 0, started: [] });
  });

  it('puts rows in again, starts the pipeline and says what became of them', async () => {
    quarantine(stage, RUN, [quarantined('1,2'), quarantined('3,4')]);
    endsWith({ rows: 3, published: 0, quarantined: 2, duplicates: 1 });
    const { code, out } = await slipway('--run', RUN);
    expect(code).toBe(0);
    expect(out).toBe(
      `2 rows of ${RUN} written\n` +
        '09:00:00  Begin\n09:00:01  Plan run\n09:00:02  Check shards\n09:00:03  End run\n' +
        'of 2 rows that were put in again, 1 were published or are duplicates, 1 are in quarantine again\n' +
        `run ${LATER} found nothing new: 3 rows in, 0 published, 1 duplicates, 2 quarantined\n`,
    );
    expect(stage.catalogue.marks.get(RUN)).toMatchObject({
      times: 1,
      rows: 2,
      replayedBy: 'arn:ada',
      objects: replayed(),
    });
  });

  it('replays nothing twice, unless it is asked to', async () => {
    quarantine(stage, RUN, [quarantined('1,2')]);
    await slipway('--all', '--no-wait');
    expect((await slipway('--all')).out).toBe('there is nothing to replay\n');
    const { code, err } = await slipway('--run', RUN);
    expect(code).toBe(1);
    expect(err).toContain(`the quarantine of ${RUN} was replayed at 2026-02-01T00:00:00.000Z by arn:ada; --again`);
    await slipway('--run', RUN, '--again', '--no-wait');
    await slipway('--all', '--again', '--no-wait');
    // The pipeline takes an object of this name and these bytes once.
    expect(new Set(replayed()).size).toBe(3);
    expect(replayed().map((key) => key.split('/')[1])).toEqual([RUN, `${RUN}.2`, `${RUN}.3`]);
    expect(stage.pipeline.inputs.length).toBe(3);
  });

  it('is completed by a rerun after a crash at any write, with objects of the same names', async () => {
    quarantine(stage, RUN, [quarantined('1,2'), quarantined('3,"4'), quarantined('{}', { format: 'jsonl' })]);
    let hour = 0;
    // The lease of the command that was killed has run out by then.
    const later = () => {
      hour += 1;
      const at = new Date(Date.UTC(2026, 1, 1, hour));
      return slipwayData(stage, ['replay', 'pilot', '--all', '--no-wait'], { now: () => at });
    };
    for (let writes = 0; writes < 5; writes += 1) {
      stage.writes.crashAt = stage.writes.count + writes;
      expect((await later()).code).toBe(1);
      expect(stage.pipeline.inputs).toEqual([]);
    }
    stage.writes.crashAt = Number.POSITIVE_INFINITY;
    expect((await later()).code).toBe(0);
    // Nor is there a second version of one, which another run would take for new.
    expect(replayed().length).toBe(3);
    expect(stage.catalogue.marks.get(RUN)?.objects.length).toBe(3);
  });

  it('puts rows together that are kept in pieces, also over files, in the order in which these were written', async () => {
    const piece = (raw: string, number: number) => quarantined(raw, { row: 5, piece: number, header: ['a', 'b'] });
    const name = (file: number) => (file === 0 ? '00000' : `00000-${file}`);
    for (let file = 0; file < 11; file += 1) quarantine(stage, RUN, [piece(`${file},`, file)], name(file));
    quarantine(stage, RUN, [quarantined('x,y', { header: ['a', 'b'] })], '00001');
    const { out } = await slipway('--all', '--dry-run', '--json');
    expect(JSON.parse(out)).toMatchObject({ replayed: [{ rows: 2, leftOut: 0 }] });
    await slipway('--all', '--no-wait');
    expect(String(stage.objects.text(replayed()[0] ?? ''))).toBe('a,b\n0,1,2,3,4,5,6,7,8,9,10,\nx,y\n');
    const listed = JSON.parse((await slipwayData(stage, ['quarantine', 'pilot', RUN, '--json'])).out);
    expect(listed.rows).toBe(2);
  });

  it('says which rows cannot be put in again: what follows a damage, and what lacks its beginning', async () => {
    const damaged = [
      quarantined('1,2', { row: 5, piece: 0 }),
      quarantined('\u0001\u0002', { row: 5, piece: 1, compressed: true }),
      quarantined('3', { row: 6, piece: 1 }),
    ];
    quarantine(stage, RUN, damaged);
    expect((await slipway('--all')).out).toMatch(/^2 rows cannot be replayed: .*\nthere is nothing to replay\n$/);
    expect(stage.pipeline.inputs).toEqual([]);
    quarantine(stage, RUN, [...damaged, quarantined('5,6')]);
    const { out } = await slipway('--all', '--dry-run', '--json');
    expect(JSON.parse(out)).toMatchObject({ replayed: [{ rows: 1, leftOut: 2 }] });
  });

  it.each([
    ['running', undefined, 'the run is still at work'],
    ['gate-failed', 'judged', 'its gate failed, and the next run reads its sources again'],
    ['failed', 'merged', 'the run ended as "failed", and the next run reads its sources again'],
    ['failed', 'committed', 'the run is not finished; "slipway data run" finishes it'],
  ] as const)('leaves the quarantine of a run that is %s (%s), and says why', async (state, phase, reason) => {
    const common = { dataset: 'demo', execution: EXECUTION, startedAt: '2026-01-05T00:00:00.000Z' } as const;
    stage.catalogue.allRuns.set(LATER, { ...common, run: LATER, state, phase });
    quarantine(stage, LATER, [quarantined('1,2')]);
    quarantine(stage, 'unknown', [quarantined('1,2')]);
    const all = await slipway('--all');
    expect(all.out).toBe(
      `not replayed: ${LATER}: ${reason}\nnot replayed: unknown: the catalogue does not know the run\nthere is nothing to replay\n`,
    );
    expect(JSON.parse((await slipway('--all', '--json')).out).notReplayed[0]).toEqual({ run: LATER, reason });
    const one = await slipway('--run', LATER);
    expect(one.code).toBe(1);
    expect(one.err).toContain(`the quarantine of ${LATER} is not replayed: ${reason}`);
    expect(stage.writes.count).toBe(0);
  });

  it('leaves while somebody else works on the dataset, and gives the lease back', async () => {
    quarantine(stage, RUN, [quarantined('1,2')]);
    const held = { round: 0, since: '2026-01-31T00:00:00Z', expiresAt: Date.UTC(2026, 1, 1, 0, 5) };
    stage.catalogue.held = { ...held, holder: 'slipway data, arn:bob, 1' };
    const { code, err } = await slipway('--all');
    expect(code).toBe(1);
    expect(err).toContain('another command works on the dataset');
    expect(stage.writes.count).toBe(0);
    stage.catalogue.held = undefined;
    expect((await slipway('--all', '--no-wait')).code).toBe(0);
    expect(stage.catalogue.held).toBeUndefined();
  });

  it('says which rows it cannot put in again for want of a header', async () => {
    quarantine(stage, RUN, [quarantined('1,2', { header: [] })]);
    expect((await slipway('--all')).out).toMatch(
      /^1 rows cannot be replayed: the header .*\nthere is nothing to replay\n$/,
    );
  });

  it('tells which run it is in JSON, without a word beside it', async () => {
    quarantine(stage, RUN, [quarantined('1,2')]);
    endsWith({ rows: 1, published: 1, quarantined: 0, duplicates: 0 });
    const { out } = await slipway('--all', '--json');
    expect(JSON.parse(out)).toMatchObject({
      dryRun: false,
      replayed: [{ run: RUN, rows: 1, times: 1 }],
      execution: EXECUTION,
      quarantinedAgain: 1,
      end: { left: false, runs: [{ run: LATER }] },
    });
  });
});
