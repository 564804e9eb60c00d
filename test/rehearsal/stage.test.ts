import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelRegistry } from '../../cli/registry/registry';
import type { Mail } from '../../examples/spam-filter/mails';
import { METRIC } from '../../protocol/metrics';
import { OPEN_MARGIN_MS, type PredictionRecord } from '../../protocol/prediction';
import { collectMetrics } from '../../rehearsal/measure';
import { deniedCalls } from '../../rehearsal/observe/function-logs';
import { compareRecords, joinedFeedback } from '../../rehearsal/observe/records';
import { RehearsedStage } from '../../rehearsal/rehearsed-stage';
import { confusionOf, metricsOf } from '../../rehearsal/report/summary';
import { Inventory } from '../../rehearsal/teardown/inventory';
import type { Answer, Caller, Callers } from '../../rehearsal/traffic/callers';
import { type SentMail, sendFeedback, sendMails, warmUp } from '../../rehearsal/traffic/send-mails';
import { localMails, stageRegistry, trainSpamFilter } from '../../rehearsal/traffic/train-model';
import { badRequests } from './bad-requests';
import { leaveBehind } from './leftovers';
import { listeningAddresses } from './listening';
import { deployWithout } from './sabotage';
import { subscribeQueue } from './topic-listener';
import { workersOf } from './workers';

/** Timeout of the contract, and the margin after which an open record counts as cut. */
const TIMEOUT_MS = 5_000;
/** How long `predict` trusts a routing document that it has read. */
const ROUTING_CACHE_MS = 5_000;

const project = join(__dirname, '../..');
const since = new Date();
let stage: RehearsedStage;
let callers: Callers;
let alice: Caller;
let bob: Caller;
let registry: ModelRegistry;
let good: string;
let heldOut: readonly Mail[];
let artifact: string;

/** Predictions that some caller was answered, by inference id; the records must be these and no others. */
const answeredIds = new Set<string>();

beforeAll(async () => {
  stage = new RehearsedStage({ project, stage: 'pilot' });
  await stage.startEmulator();
  await stage.synthesize();
  await stage.bootstrap();
  await stage.deploy();
  callers = stage.callers();
  alice = await callers.create('alice');
  bob = await callers.create('bob');
  registry = stageRegistry(stage.config, stage.deployed.outputs);
});

afterAll(async () => {
  await stage?.end();
});

function seen(answers: readonly Answer[]): void {
  for (const { body } of answers) {
    if (isObject(body) && typeof body.inferenceId === 'string') answeredIds.add(body.inferenceId);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function inferenceId({ body }: Answer): string {
  if (!isObject(body) || typeof body.inferenceId !== 'string')
    throw new Error(`no inference id in ${JSON.stringify(body)}`);
  return body.inferenceId;
}

function evenly<T>(items: readonly T[], count: number): T[] {
  return items
    .filter(
      (_, index) => Math.floor((index * count) / items.length) !== Math.floor(((index - 1) * count) / items.length),
    )
    .slice(0, count);
}

describe('the emulator', () => {
  it.runIf(existsSync('/proc/net/tcp'))('listens on loopback and nowhere else', () => {
    const addresses = listeningAddresses(stage.emulator.pid);
    // 127.0.0.1, its bytes from the last to the first.
    expect(new Set(addresses)).toEqual(new Set(['0100007F']));
  });
});

describe('a deployed stage without a version', () => {
  it('answers 503 and says that no model version is live', async () => {
    const answer = await alice.post('/predictions', { input: 'hello' });
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({ type: 'urn:slipway:problem:no-model-version-live' });
  });

  it('refuses who has not signed, and who has no permission', async () => {
    const unsigned = await fetch(`${stage.apiUrl}/health`);
    expect(unsigned.status).toBe(403);
    expect(unsigned.headers.get('content-type')).toContain('application/problem+json');
    const mallory = await callers.create('mallory', ['GET/health']);
    const answer = await mallory.post('/predictions', { input: 'hello' });
    // The body is the emulator's own here; that AWS answers the gateway response is in the template.
    expect(answer.status).toBe(403);
  });
});

describe('a deployed stage with a live version', () => {
  let sent: SentMail[];

  beforeAll(async () => {
    const trained = await trainSpamFilter(stage.folder, await localMails());
    heldOut = trained.holdOut;
    artifact = trained.artifact;
    const { version } = await registry.register({ path: artifact, metrics: trained.report.metrics });
    good = version.version;
    await registry.use(good);
    await sleep(ROUTING_CACHE_MS);
    const warmed = await warmUp(alice, heldOut, 2);
    seen(warmed.map(({ answer }) => answer));
    sent = await sendMails(alice, evenly(heldOut, 60), { concurrency: 4 });
    seen(sent.map(({ answer }) => answer));
  });

  it('answers every mail and is right about at least 95 of 100', () => {
    expect(sent.filter(({ answer }) => answer.status !== 200).map(({ answer }) => answer)).toEqual([]);
    const judgements = sent.flatMap(({ judgement }) => (judgement === undefined ? [] : [judgement]));
    expect(judgements).toHaveLength(60);
    expect(new Set(judgements.map(({ truth }) => truth))).toEqual(new Set(['spam', 'ham']));
    expect(metricsOf(confusionOf(judgements)).accuracy).toBeGreaterThanOrEqual(0.95);
  });

  it('keeps one record for each answer, masked', async () => {
    const records = await stage.records();
    expect(compareRecords([...answeredIds], records)).toMatchObject({ equal: true });
    const withAddresses = sent.find(({ mail }) => /[\w.]+@[\w.]+\.(com|net|org)/.test(mail.text));
    const record = records.find((candidate) => candidate.inferenceId === withAddresses?.inferenceId);
    expect(JSON.stringify(record?.input)).toContain('[EMAIL]');
    expect(JSON.stringify(record?.input)).not.toMatch(/[\w]+@[\w]+\.com/);
  });

  it('answers an idempotent request twice alike and asks the model once', async () => {
    const [mail] = heldOut;
    const key = { 'idempotency-key': 'the-same' };
    const first = await alice.post('/predictions', { input: mail?.text }, key);
    const second = await alice.post('/predictions', { input: mail?.text }, key);
    seen([first]);
    expect(first.status).toBe(200);
    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
    expect(second.headers?.get('idempotency-replayed')).toBe('true');
    expect(await record(inferenceId(first))).toMatchObject({ state: 'answered', attempts: 1 });

    const other = await alice.post('/predictions', { input: 'something else' }, key);
    expect(other.status).toBe(422);
    expect(other.body).toMatchObject({ type: 'urn:slipway:problem:idempotency-key-reused' });
    const ofBob = await bob.post('/predictions', { input: mail?.text }, key);
    seen([ofBob]);
    expect(ofBob.status).toBe(200);
    expect(inferenceId(ofBob)).not.toBe(inferenceId(first));
  });

  it('joins feedback, takes the same label again without counting it, and takes a correction', async () => {
    expect(await sendFeedback(alice, sent, { concurrency: 4 })).toEqual({ sent: 60, failed: [] });
    expect(joinedFeedback(sent, await stage.records())).toBe(60);
    const [one] = sent;
    const path = `/predictions/${one?.inferenceId}/feedback`;
    const again = await alice.post(path, { label: one?.mail.label });
    const corrected = await alice.post(path, { label: one?.mail.label === 'spam' ? 'ham' : 'spam' });
    const back = await alice.post(path, { label: one?.mail.label });
    expect([again.status, corrected.status, back.status]).toEqual([200, 200, 200]);
    const { datapoints } = await collectMetrics(stage, since);
    const joined = datapoints.filter(({ name }) => name === METRIC.feedback).reduce((sum, { value }) => sum + value, 0);
    expect(joined).toBe(60);
  });

  it('lets no caller read or judge the prediction of another', async () => {
    const id = sent[0]?.inferenceId;
    const own = await alice.get(`/predictions/${id}`);
    expect(own.status).toBe(200);
    expect(own.body).toMatchObject({ inferenceId: id, state: 'answered', modelVersion: good });
    const foreign = await bob.get(`/predictions/${id}`);
    const unknown = await bob.get('/predictions/00000000-0000-4000-8000-000000000000');
    expect([foreign.status, unknown.status]).toEqual([404, 404]);
    expect(foreign.body).toEqual(unknown.body);
    expect((await bob.post(`/predictions/${id}/feedback`, { label: 'spam' })).status).toBe(404);
  });

  it('answers bad input with a 4xx problem document, loses nothing and goes on answering', async () => {
    const requests = badRequests(sent[0]?.inferenceId ?? '');
    expect(requests.length).toBeGreaterThanOrEqual(60);
    for (const { what, send } of requests) {
      const answer = await send(alice);
      seen([answer]);
      expect({ what, status: answer.status }).toEqual({
        what,
        status: expect.toSatisfy((status: number) => status >= 400 && status < 500),
      });
      expect({ what, type: answer.headers?.get('content-type') }).toEqual({
        what,
        type: expect.stringContaining('application/problem+json'),
      });
      expect(answer.body).toMatchObject({
        type: expect.stringMatching(/^urn:slipway:problem:[a-z-]+$/),
        title: expect.any(String),
      });
    }
    const after = await alice.post('/predictions', { input: 'Subject: lunch\n\nsee you at noon' });
    seen([after]);
    expect(after.status).toBe(200);
  });

  it('stores a payload above 32 KB in S3 and gives it back', async () => {
    const large = await alice.post('/predictions', { input: `Subject: long\n\n${'see you at noon '.repeat(4_000)}` });
    seen([large]);
    expect(large.status).toBe(200);
    expect(await record(inferenceId(large))).toMatchObject({
      input: { key: expect.stringMatching(/^predictions\/\d{4}\/\d\d\/\d\d\//) },
    });
    expect((await alice.get(`/predictions/${inferenceId(large)}`)).status).toBe(200);
  });

  it('says so in the record when a handler is killed between its writes, and answers the repeated request rightly', async () => {
    const key = { 'idempotency-key': 'killed' };
    const body = { input: heldOut[1]?.text };
    const model = workersOf(stage, 'model');
    for (const pid of model) process.kill(pid, 'SIGSTOP');
    const cut = alice.post('/predictions', body, key);
    const open = await recordInState('running');
    for (const pid of workersOf(stage, 'predict')) process.kill(pid, 'SIGKILL');
    for (const pid of model) process.kill(pid, 'SIGCONT');
    expect((await cut).status).toBeGreaterThanOrEqual(500);
    answeredIds.add(open.inferenceId);

    const tooSoon = await alice.post('/predictions', body, key);
    expect(tooSoon.status).toBe(409);
    expect(Number(tooSoon.headers?.get('retry-after'))).toBeGreaterThan(0);
    await sleep(TIMEOUT_MS + OPEN_MARGIN_MS);
    expect((await alice.get(`/predictions/${open.inferenceId}`)).body).toMatchObject({ state: 'cut' });
    const again = await alice.post('/predictions', body, key);
    expect(again.status).toBe(200);
    expect(inferenceId(again)).toBe(open.inferenceId);
    expect(await record(open.inferenceId)).toMatchObject({ state: 'answered', attempts: 2 });
  });

  it('raises the alarm when the backend fails, tells the topic, and takes it back', async () => {
    const inbox = await subscribeQueue(stage);
    const alarms = stage.alarms();
    const state = async (now: number) => {
      const { store } = await collectMetrics(stage, since);
      const all = await alarms.evaluate(store, now, { extraPeriods: 0 });
      return all.find(({ name }) => name === 'spam-filter-pilot-backend-failures')?.state;
    };
    expect(await state(Date.now())).toBe('OK');

    const broken = join(stage.folder, 'broken-artifact');
    cpSync(artifact, broken, { recursive: true });
    writeFileSync(join(broken, 'weights.bin'), 'not weights');
    const { version } = await registry.register({ path: broken });
    await registry.use(version.version);
    await sleep(ROUTING_CACHE_MS);
    const failing = await sendMails(alice, heldOut.slice(0, 30), { concurrency: 4 });
    seen(failing.map(({ answer }) => answer));
    expect(new Set(failing.map(({ answer }) => answer.status))).toEqual(new Set([503]));
    expect(failing.every(({ inferenceId: id }) => id !== undefined)).toBe(true);
    expect(await state(Date.now())).toBe('ALARM');
    expect(await inbox.received('spam-filter-pilot-backend-failures', 'ALARM')).toBe(true);

    await registry.use(good);
    await sleep(ROUTING_CACHE_MS);
    const recovered = await alice.post('/predictions', { input: heldOut[0]?.text });
    seen([recovered]);
    expect(recovered.status).toBe(200);
    // The clock of the evaluation, not of the machine, goes on by two periods.
    expect(await state(Date.now() + 600_000)).toBe('OK');
    expect(await inbox.received('spam-filter-pilot-backend-failures', 'OK')).toBe(true);
    await inbox.remove();
  });

  it('has been denied nothing and has lost no record until here', async () => {
    expect(deniedCalls(await stage.logs())).toEqual({ count: 0, calls: [] });
    const records = await stage.records();
    expect(compareRecords([...answeredIds], records)).toMatchObject({ equal: true });
  });

  it('fails when grants are taken away that only the paths need which mails do not take', async () => {
    await deployWithout(stage, ['secretsmanager:GetSecretValue', 's3:GetObject', 'dynamodb:Query']);
    const { paths } = await stage.walkPaths(alice);
    expect(paths.filter(({ ok }) => !ok).map(({ what }) => what)).toEqual([
      'prediction about a subject',
      'its replay',
      'its record',
      'scheduled run of spam-filter-pilot-sweep-records',
    ]);
  });

  it('fails when a grant is taken away: predictions are refused, not lost, and the denial is counted', async () => {
    await deployWithout(stage, ['dynamodb:PutItem']);
    const answer = await alice.post('/predictions', { input: 'Subject: lunch\n\nnoon' });
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({ type: 'urn:slipway:problem:record-failed' });
    expect(answer.body).not.toHaveProperty('output');
    const { count, calls } = deniedCalls(await stage.logs());
    expect(count).toBeGreaterThan(0);
    expect(calls).toContainEqual({ function: 'spam-filter-pilot-predict', error: 'dynamodb:PutItem' });
  });

  it('leaves nothing when it is destroyed, but for what the profile retains', async () => {
    await callers.remove();
    const { leftOver, removedRetained } = await stage.tearDown();
    expect(leftOver).toEqual([]);
    expect(removedRetained.map(({ type }) => type)).toEqual(['AWS::IAM::Role']);
  });

  it('would see what is left of every kind that it may be of, and can remove it', async () => {
    const inventory = new Inventory(stage.config);
    const before = await inventory.take();
    const types = await leaveBehind(stage.config);
    const left = [...(await inventory.take())].filter((entry) => !before.has(entry)).map((entry) => entry.split(' '));
    expect(left.map(([type]) => type).sort()).toEqual(types);
    for (const [type = '', id = ''] of left) await inventory.remove(type, id);
    expect([...(await inventory.take())].filter((entry) => !before.has(entry))).toEqual([]);
  });
});

async function record(id: string): Promise<Record<string, unknown>> {
  const records: readonly PredictionRecord[] = await stage.records();
  const found = records.find(({ inferenceId: candidate }) => candidate === id);
  if (found === undefined) throw new Error(`there is no record of ${id}`);
  return { ...found };
}

async function recordInState(state: string): Promise<PredictionRecord> {
  for (let waited = 0; waited < 100; waited += 1) {
    const records = await stage.records();
    const found = records.find((candidate) => candidate.state === state);
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error(`no record came into state ${state}`);
}
