import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailRow } from '../../examples/spam-filter/mail-batches';
import { loadMails } from '../../examples/spam-filter/mails';
import { isolatedEnvironment } from '../../rehearsal/aws';
import { StageData } from '../../rehearsal/data/stage-data';
import { ChildGroup } from '../../rehearsal/process';
import { RehearsedStage } from '../../rehearsal/rehearsed-stage';
import { stageRegistry } from '../../rehearsal/traffic/train-model';

const project = join(__dirname, '../..');
const COUNT = 400;
/** Mails with a label that the schema does not know. */
const UNLABELLED = 4;

const stage = new RehearsedStage({ project, stage: 'pilot' });
const children = new ChildGroup();
let folder: string;
let data: StageData;
let forgotten: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-data-'));
  await stage.startEmulator();
  await stage.synthesize();
  await stage.bootstrap();
  const { outputs } = await stage.deploy();
  const found = StageData.of(stage.config, outputs);
  if (found === undefined) throw new Error('the pilot has no data pipeline');
  data = found;
  const mails = (await loadMails()).filter((_, i) => i % 15 === 0).slice(0, COUNT);
  const rows = mails.map(mailRow);
  forgotten = rows[7]?.id ?? '';
  const good = rows.map((row) => `${JSON.stringify(row)}\n`);
  const bad = rows
    .slice(0, UNLABELLED)
    .map((row, i) => `${JSON.stringify({ ...row, id: `unlabelled/${i}`, label: 'unknown' })}\n`);
  await data.arrive('mails/all.jsonl', Buffer.from([...good, ...bad].join('')));
});

afterAll(async () => {
  children.kill();
  await stage.end();
  rmSync(folder, { recursive: true, force: true });
});

/** `slipway data ...` as a user types it, in a process of its own. */
async function slipway(...args: readonly string[]): Promise<string> {
  return children.run(process.execPath, [join(project, 'dist/bin/slipway.js'), 'data', ...args], {
    what: `slipway data ${args[0]}`,
    cwd: project,
    env: isolatedEnvironment(stage.emulator.endpoint, stage.region, join(stage.folder, 'home')),
  });
}

async function json<T>(...args: readonly string[]): Promise<T> {
  return JSON.parse(await slipway(...args, '--json')) as T;
}

interface Listed {
  readonly versions: readonly {
    readonly version: string;
    readonly rows: { readonly train: number; readonly holdout: number };
  }[];
}

const versions = async () => (await json<Listed>('list', 'pilot')).versions;

describe('slipway data, on a deployed stage', () => {
  it('runs the pipeline and follows it to a version', async () => {
    expect(await slipway('run', 'pilot')).toMatch(/published d-[0-9a-f]{16}/);
    const [version] = await versions();
    expect((version?.rows.train ?? 0) + (version?.rows.holdout ?? 0)).toBe(COUNT);
  });

  it('shows, fetches and verifies a version, and shows no value of a personal column', async () => {
    const [latest] = await versions();
    const version = latest?.version ?? '';
    const shown = await slipway('show', 'pilot', version);
    expect(shown).toContain(version);
    const to = join(folder, 'fetched');
    await slipway('fetch', 'pilot', version, '--to', to);
    expect(JSON.parse(readFileSync(join(to, 'manifest.json'), 'utf8'))).toMatchObject({ version, dataset: 'mails' });
    expect(await slipway('verify', 'pilot', version)).toContain(version);
    const { profile } = await json<{ readonly profile: unknown }>('show', 'pilot', version);
    expect(JSON.stringify(profile)).not.toContain('Subject:');
  });

  it('lists what was set apart with its reason and without its text', async () => {
    const [run] = (await data.catalogue.runs()).map(({ run: id }) => id);
    const listed = await slipway('quarantine', 'pilot', run ?? '');
    expect(listed).toContain('allowed');
    expect(listed).not.toContain('Subject:');
  });

  it('puts what was set apart in again, where it is as wrong as it was, and not twice', async () => {
    const before = await versions();
    const [first] = (await data.catalogue.runs()).map(({ run }) => run);
    await expect(slipway('replay', 'pilot', '--run', first ?? '')).rejects.toThrow(/gate/);
    const last = (await data.catalogue.runs()).at(-1);
    expect(last?.counts).toEqual({ rows: UNLABELLED, published: 0, quarantined: UNLABELLED, duplicates: 0 });
    expect(await versions()).toEqual(before);
    await expect(slipway('replay', 'pilot', '--run', first ?? '')).rejects.toThrow(/replayed/);
  });

  it('forgets one subject: first it counts, then it erases, and every version still verifies', async () => {
    const [before] = await versions();
    const registry = stageRegistry(stage.config, stage.deployed.outputs);
    const artifact = join(project, 'package.json');
    const {
      version: { version: model },
    } = await registry.register({ path: artifact, parents: [before?.version ?? ''] });
    const counted = await slipway('forget', 'pilot', '--key', forgotten);
    expect(counted).not.toContain(forgotten);
    expect(await versions()).toHaveLength(1);
    const erased = await slipway('forget', 'pilot', '--key', forgotten, '--yes');
    expect(erased).toContain(model);
    expect(erased).not.toContain(forgotten);
    const all = await versions();
    expect(all).toHaveLength(2);
    for (const { version } of all) {
      await slipway('verify', 'pilot', version);
      const manifest = await data.manifest(version);
      const rows = await data.rows(manifest, join(folder, version));
      const ids = [...rows.train, ...rows.holdout].map((row) => (row as { readonly id: string }).id);
      expect(ids).toHaveLength(COUNT - 1);
      expect(ids).not.toContain(forgotten);
    }
  });
});
