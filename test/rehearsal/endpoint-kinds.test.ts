import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeInferenceComponentCommand,
  SageMakerClient,
  UpdateInferenceComponentRuntimeConfigCommand,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Mail } from '../../examples/spam-filter/mails';
import { deniedCalls } from '../../rehearsal/observe/function-logs';
import { RehearsedStage } from '../../rehearsal/rehearsed-stage';
import type { RehearsedBackend } from '../../rehearsal/stage/cdk';
import type { Answer, Caller } from '../../rehearsal/traffic/callers';
import { localMails, stageController, stageRegistry, trainSpamFilter } from '../../rehearsal/traffic/train-model';

const project = join(__dirname, '../..');
/** How long `predict` trusts a routing document that it has read. */
const ROUTING_CACHE_MS = 5_000;
/** A message that must wait is looked at again after a minute. */
const WAKING_MS = 150_000;

let stage: RehearsedStage;
let caller: Caller;
let heldOut: readonly Mail[];
let artifact: string;
let version: string;

/** A stage with a version in use. */
async function startStage(backend: RehearsedBackend): Promise<void> {
  stage = new RehearsedStage({ project, stage: 'pilot', backend });
  await stage.startEmulator();
  await stage.synthesize();
  await stage.bootstrap();
  const { outputs } = await stage.deploy();
  caller = await stage.callers().create('alice');
  const trained = await trainSpamFilter(stage.folder, await localMails());
  heldOut = trained.holdOut;
  artifact = trained.artifact;
  const registered = await stageRegistry(stage.config, outputs).register({ path: artifact });
  version = registered.version.version;
  await use(version);
  await sleep(ROUTING_CACHE_MS);
}

async function use(id: string): Promise<void> {
  const control = stageController(stage.config, stage.deployed.outputs);
  if (control === undefined) throw new Error('the stage has no endpoint');
  await control.run({ action: 'use', version: id }, { started: () => {}, entered: () => {} });
}

function mail(n: number): string {
  const found = heldOut[n];
  if (found === undefined) throw new Error(`there is no mail ${n}`);
  return found.text;
}

/** Looks at a prediction until it has ended. */
async function ended(location: string, withinMs: number): Promise<Answer> {
  const path = location.replace(/^\/v1/, '');
  for (let waited = 0; ; waited += 500) {
    const answer = await caller.get(path);
    const { state } = answer.body as { readonly state?: string };
    if (state !== 'accepted' && state !== 'running') return answer;
    if (waited > withinMs) throw new Error(`${location} is still ${state}`);
    await sleep(500);
  }
}

describe('an asynchronous endpoint', () => {
  beforeAll(() => startStage('sagemaker-async'));
  afterAll(() => stage?.end());

  it('accepts a request and answers it later, by way of S3 and a notification', async () => {
    const accepted = await caller.post('/predictions', { input: mail(0) });
    expect(accepted).toMatchObject({ status: 202, body: { state: 'accepted' } });
    const answer = await ended(accepted.headers?.get('location') ?? '', 30_000);
    expect(answer).toMatchObject({
      status: 200,
      body: { state: 'answered', output: { label: expect.stringMatching(/^(spam|ham)$/) } },
    });
  });

  it('closes the record of a request that the model fails', async () => {
    await stage.double?.addFault({ kind: 'model-error', status: 500 });
    const accepted = await caller.post('/predictions', { input: mail(1) });
    const answer = await ended(accepted.headers?.get('location') ?? '', 30_000);
    expect(answer.body).toMatchObject({ state: 'failed' });
  });

  it('leaves no input in the bucket, and was refused no call by IAM', async () => {
    const client = new S3Client({ ...stage.config, forcePathStyle: true });
    const Bucket = stage.deployed.outputs.PayloadBucketName;
    const keys: string[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix: 'async/input/' }))
      keys.push(...Contents.map(({ Key = '' }) => Key));
    expect(keys).toEqual([]);
    expect(deniedCalls(await stage.logs())).toEqual({ count: 0, calls: [] });
  });
});

describe('a fleet that sleeps', () => {
  const component = 'spam-filter-pilot-model';
  let sageMaker: SageMakerClient;

  beforeAll(async () => {
    await startStage('sagemaker-zero');
    sageMaker = new SageMakerClient({ ...stage.config, endpoint: stage.double?.url });
    await sageMaker.send(
      new UpdateInferenceComponentRuntimeConfigCommand({
        InferenceComponentName: component,
        DesiredRuntimeConfig: { CopyCount: 0 },
      }),
    );
    while ((await copies()) !== 0) await sleep(200);
  });
  afterAll(() => stage?.end());

  const described = () => sageMaker.send(new DescribeInferenceComponentCommand({ InferenceComponentName: component }));

  async function copies(): Promise<number | undefined> {
    return (await described()).RuntimeConfig?.CurrentCopyCount;
  }

  it('lets a request wait that asks for it, is woken by it, and answers it', async () => {
    const accepted = await caller.post('/predictions', { input: mail(0) }, { prefer: 'respond-async' });
    expect(accepted).toMatchObject({ status: 202, body: { state: 'accepted' } });
    expect(accepted.headers?.get('preference-applied')).toBe('respond-async');
    const answer = await ended(accepted.headers?.get('location') ?? '', WAKING_MS);
    expect(answer.body).toMatchObject({ state: 'answered', output: { label: expect.any(String) } });
    expect(await copies()).toBe(1);
  });

  it('answers at once when it is awake', async () => {
    expect((await caller.post('/predictions', { input: mail(1) })).status).toBe(200);
  });

  it('fails a rollout whose component SageMaker rolls back silently, and goes on with the version of before', async () => {
    const registry = stageRegistry(stage.config, stage.deployed.outputs);
    const folder = join(stage.folder, 'second');
    cpSync(artifact, folder, { recursive: true });
    writeFileSync(join(folder, 'note.txt'), 'another version');
    const second = (await registry.register({ path: folder })).version.version;
    const { Specification: before } = await described();
    const alarm = 'spam-filter-pilot-rollback-errors';
    await stage.double?.addFault({ kind: 'rollback', component, alarm });
    await expect(use(second)).rejects.toThrow(/EndpointRolledBack/);
    expect(await stage.double?.pendingFaults()).toEqual([]);
    expect(await described()).toMatchObject({ InferenceComponentStatus: 'InService', Specification: before });
    expect(await registry.pointers()).toMatchObject({ desired: version, routing: { live: version } });
    await sleep(ROUTING_CACHE_MS);
    const answer = await caller.post('/predictions', { input: mail(2) });
    expect(answer).toMatchObject({ status: 200, body: { modelVersion: version } });
  });

  it('was refused no call by IAM', async () => {
    expect(deniedCalls(await stage.logs())).toEqual({ count: 0, calls: [] });
  });
});
