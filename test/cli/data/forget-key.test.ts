import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { forgetDataCommand } from '../../../cli/data/commands/forget-command';
import { Subject } from '../../../cli/data/forget/subject';
import { KEY, ROWS, RUN } from './ada';
import { MemoryStage } from './memory-stage';
import { manifestIn, publish, rowsIn, sourceOf } from './published';
import { slipwayData } from './slipway';

let stage: MemoryStage;
beforeEach(() => {
  stage = new MemoryStage();
});

const slipway = (...args: string[]) => slipwayData(stage, ['forget', 'pilot', ...args]);

describe('the key of slipway data forget', () => {
  const SECRET = 'grace@example.com';

  it('is in nothing that is printed, whatever fails', async () => {
    publish(stage, ROWS);
    const fail = (thing: object, method: string) => {
      Object.assign(thing, { [method]: async () => Promise.reject(new Error(`no access to ${SECRET}, sorry`)) });
    };
    for (const [thing, method] of [
      [stage.records, 'of'],
      [stage.objects, 'versions'],
      [stage.catalogue, 'latest'],
    ] as const) {
      fail(thing, method);
      const { code, out, err } = await slipway('--key', SECRET, '--yes');
      expect(code).toBe(1);
      expect(err).toContain('no access to ***, sorry');
      expect(out + err).not.toContain('grace');
    }
  });

  it.each([[['--key', SECRET, SECRET]], [[SECRET]], [[`--keys=${SECRET}`]], [['--kye', SECRET]]])(
    'is not repeated where it was typed at the wrong place: %j',
    async (args) => {
      const { code, out, err } = await slipway(...args);
      expect(code).toBe(2);
      expect(out + err).not.toContain('grace');
      expect(err).toMatch(/^slipway: .*\n$/);
    },
  );

  it('is not repeated as the name of a file or of a stage, nor by whatever fails while the stage is looked for', async () => {
    const file = await slipway('--key-file', `/nowhere/${SECRET}`);
    expect(file.code).toBe(2);
    expect(file.err).toBe('slipway: the file that --key-file names cannot be read\n');
    const connect = async (name: string) => Promise.reject(new Error(`no stage "${name}" for ${SECRET}`));
    for (const args of [
      [SECRET, '--key', 'x'],
      ['pilot', '--key', SECRET],
    ]) {
      const { code, out, err } = await slipwayData(stage, ['forget', ...args], { connect });
      expect(code).toBe(1);
      expect(out + err).toMatch(/^slipway: could not find the stage: no stage /);
      if (args[0] === SECRET) expect(err).toContain('no stage "***"');
      expect(out + err).not.toContain('grace');
    }
  });

  it('is shown in no name of an object, in whichever spelling, and such names are counted', async () => {
    const names = [`of-${SECRET}.csv`, `of-${encodeURIComponent(SECRET)}.csv`, 'plain.csv'];
    publish(stage, ROWS, { sources: names.map(sourceOf) });
    for (const name of names) stage.sourceBytes.set(`inbox/${name}`, Buffer.from(`id,person\n1,${SECRET}\n`));
    const json = (await slipway('--key', SECRET, '--json')).out;
    const text = (await slipway('--key', SECRET)).out;
    expect(json + text).not.toContain('grace');
    expect(JSON.parse(json).sources).toMatchObject({
      namesHolding: 2,
      holding: ['s3://inbox/***', 's3://inbox/of-***.csv', 's3://inbox/plain.csv'],
    });
    expect(text).toContain('names of 2 source objects hold the value, and are shown without it');
    expect(text).toContain('copies that "slipway data fetch" made stay where they are');
  });

  it('is taken from a file without its byte order mark, and help says who sees it otherwise', async () => {
    publish(stage, ROWS);
    const readFile = async () => `\ufeff${KEY}\n`;
    const { out } = await slipwayData(stage, ['forget', 'pilot', '--key-file', 'x', '--json'], { readFile });
    expect(JSON.parse(out).rows).toBe(2);
    expect(forgetDataCommand({}).helpInformation().replace(/\s+/g, ' ')).toContain('in the list of processes');
  });

  it('is not in a subject that is logged or serialized', () => {
    const subject = new Subject(SECRET);
    expect(inspect(subject, { depth: 9, showHidden: true }) + JSON.stringify(subject) + String(subject)).not.toContain(
      'grace',
    );
  });
});

describe('slipway data forget beside others', () => {
  beforeEach(() => {
    publish(stage, ROWS);
  });
  const held = { round: 0, since: '2026-01-31T00:00:00Z', expiresAt: Date.UTC(2026, 1, 1, 0, 5) };

  it('leaves while a run of the pipeline is under way', async () => {
    const holder = 'arn:aws:states:::execution:other';
    stage.catalogue.held = { ...held, holder, run: RUN };
    stage.pipeline.running.add(holder);
    const { code, err } = await slipway('--key', KEY, '--yes');
    expect(code).toBe(1);
    expect(err).toContain(`run ${RUN} of the pipeline is under way; try again when it has ended`);
    expect(stage.writes.count).toBe(0);
  });

  it('leaves a run that was cut off to the pipeline, which needs what it has left', async () => {
    stage.catalogue.held = { ...held, holder: 'arn:aws:states:::execution:other', run: 'cut' };
    const { code, err } = await slipway('--key', KEY, '--yes');
    expect(code).toBe(1);
    expect(err).toContain('run cut was cut off and is not finished; "slipway data run" finishes it');
  });

  it('takes the lease of an execution that ended, and of a command that was killed long ago', async () => {
    stage.catalogue.held = { ...held, holder: 'arn:aws:states:::execution:other', run: RUN };
    expect((await slipway('--key', 'x', '--yes')).code).toBe(0);
    stage.catalogue.held = { ...held, holder: 'slipway data, arn:bob, 1', expiresAt: Date.UTC(2026, 0, 31) };
    expect((await slipway('--key', 'x', '--yes')).code).toBe(0);
    stage.catalogue.held = { ...held, holder: 'slipway data, arn:bob, 1' };
    const { code, err } = await slipway('--key', 'x', '--yes');
    expect(code).toBe(1);
    expect(err).toContain(
      'another command works on the dataset (slipway data, arn:bob, 1); if it was killed, try again after 2026-02-01T00:05:00.000Z',
    );
  });

  it('starts the pipeline where somebody asked for it meanwhile', async () => {
    const { records, catalogue } = stage;
    const find = records.of.bind(records);
    records.of = async (subject: string) => {
      if (catalogue.held !== undefined) catalogue.held = { ...catalogue.held, again: true };
      return find(subject);
    };
    await slipway('--key', KEY, '--yes');
    expect(stage.pipeline.inputs).toEqual([{}]);
    expect(stage.catalogue.held).toBeUndefined();
  });

  it('goes on no more where it has lost its lease', async () => {
    let at = Date.UTC(2026, 1, 1);
    const now = () => {
      at += 61_000;
      return new Date(at);
    };
    stage.catalogue.renewLease = async () => false;
    const { code, err } = await slipwayData(stage, ['forget', 'pilot', '--key', KEY, '--yes'], { now });
    expect(code).toBe(1);
    expect(err).toContain('somebody else has begun to work on the dataset');
    expect(rowsIn(stage, manifestIn(stage, stage.catalogue.newest?.version ?? '')).length).toBe(3);
  });

  it('gives the lease back after a failure', async () => {
    stage.announcements.published = async () => Promise.reject(new Error('EventBridge is not there'));
    const { code } = await slipway('--key', KEY, '--yes');
    expect({ code, held: stage.catalogue.held }).toEqual({ code: 1, held: undefined });
  });
});
