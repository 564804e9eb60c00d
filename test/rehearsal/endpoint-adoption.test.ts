import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ListEndpointsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Mail } from '../../examples/spam-filter/mails';
import { ARCHIVE, IMPORTED_ENDPOINT } from '../../rehearsal/backends';
import { deniedCalls } from '../../rehearsal/observe/function-logs';
import { compareRecords, differingRecords } from '../../rehearsal/observe/records';
import { RehearsedStage } from '../../rehearsal/rehearsed-stage';
import type { Caller, Callers } from '../../rehearsal/traffic/callers';
import { type SentMail, sendMails } from '../../rehearsal/traffic/send-mails';
import { localMails, stageController, stageRegistry, trainSpamFilter } from '../../rehearsal/traffic/train-model';
import { deployElsewhere, described } from './imported-endpoint';

/** The endpoint of the stage's own. */
const OWN = 'spam-filter-pilot';

const project = join(__dirname, '../..');
let stage: RehearsedStage;
let sageMaker: SageMakerClient;
let callers: Callers;
let caller: Caller;
let heldOut: readonly Mail[];
let version: string;
/** Everything that was asked of either endpoint. */
const sent: SentMail[] = [];

/** The stage asks an endpoint that somebody else deployed before; then it gets one of its own, without instances. */
beforeAll(async () => {
  stage = new RehearsedStage({ project, stage: 'pilot', backend: 'sagemaker-imported' });
  await stage.startEmulator();
  sageMaker = new SageMakerClient({ ...stage.config, endpoint: stage.double?.url });
  const { artifact, holdOut } = await trainSpamFilter(stage.folder, await localMails());
  heldOut = holdOut;
  await deployElsewhere(sageMaker, stage.config, { endpoint: IMPORTED_ENDPOINT, artifact });
  // What serverless endpoints load; it lies beside the files that it holds.
  execFileSync('tar', ['-czf', ARCHIVE, 'weights.bin', 'model.json'], { cwd: artifact });
  await stage.synthesize();
  await stage.bootstrap();
  const { outputs } = await stage.deploy();
  callers = stage.callers();
  caller = await callers.create('alice');
  const registry = stageRegistry(stage.config, outputs);
  version = (await registry.register({ path: artifact })).version.version;
  await registry.use(version);
});

afterAll(async () => {
  await stage?.end();
});

/** Sends mails, which are all answered and at least 19 of 20 rightly. The version that is live stays: no routing is waited for. */
async function expectAnswers(mails: readonly Mail[]): Promise<void> {
  const answered = await sendMails(caller, mails, { concurrency: 4 });
  sent.push(...answered);
  expect(answered.filter(({ answer }) => answer.status !== 200).map(({ answer }) => answer.body)).toEqual([]);
  const right = answered.filter(({ judgement, mail }) => judgement?.predicted === mail.label);
  expect(right.length / mails.length).toBeGreaterThanOrEqual(0.95);
}

/** Of each answer there is a record that says the same, and of nothing else. */
async function expectRecords(): Promise<void> {
  const records = await stage.records();
  const ids = sent.flatMap(({ inferenceId }) => inferenceId ?? []);
  expect(compareRecords(ids, records)).toEqual({ answers: sent.length, records: sent.length, equal: true });
  expect(differingRecords(sent, records)).toEqual([]);
}

/** Requests of which SageMaker says that they reached the endpoint. */
async function invocations(endpoint: string): Promise<number> {
  const metrics = (await stage.double?.metrics()) ?? [];
  return metrics.filter(({ name, dimensions }) => name === 'Invocations' && dimensions.EndpointName === endpoint)
    .length;
}

describe('a stage that imports an endpoint', () => {
  it('has no endpoint of its own, and nothing that would change the other one', async () => {
    const { Endpoints = [] } = await sageMaker.send(new ListEndpointsCommand({}));
    expect(Endpoints.map(({ EndpointName }) => EndpointName)).toEqual([IMPORTED_ENDPOINT]);
    expect(stage.templates.stacks.map(({ stackName }) => stackName)).not.toContain(`${OWN}-endpoint`);
    expect(stageController(stage.config, stage.deployed.outputs)).toBeUndefined();
  });

  it('answers mails by it, with a record of each answer', async () => {
    await expectAnswers(heldOut.slice(0, 40));
    expect(await invocations(IMPORTED_ENDPOINT)).toBe(40);
    await expectRecords();
  });

  it('was refused no call by IAM', async () => {
    expect(deniedCalls(await stage.logs())).toEqual({ count: 0, calls: [] });
  });
});

describe('the same stage with a serverless endpoint', () => {
  beforeAll(async () => {
    await stage.synthesize('sagemaker-serverless');
    await stage.deploy();
    const controller = stageController(stage.config, stage.deployed.outputs);
    await controller?.run({ action: 'use', version }, { started: () => {}, entered: () => {} });
  });

  it('has one of its own, without instances', async () => {
    expect(await described(sageMaker, OWN)).toMatchObject({
      EndpointStatus: 'InService',
      ProductionVariants: [{ CurrentServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 20 } }],
    });
  });

  it('answers mails by the archive of the version, with a record of each answer', async () => {
    // Its first request is the one that warms it up.
    const before = await invocations(OWN);
    await expectAnswers(heldOut.slice(40, 80));
    expect(await invocations(OWN)).toBe(before + 40);
    expect(await invocations(IMPORTED_ENDPOINT)).toBe(40);
    await expectRecords();
  });

  it('was refused no call by IAM', async () => {
    expect(deniedCalls(await stage.logs())).toEqual({ count: 0, calls: [] });
  });

  it('leaves nothing when it is destroyed, and the other endpoint as it was', async () => {
    await callers.remove();
    const { leftOver } = await stage.tearDown();
    expect(leftOver).toEqual([]);
    const { Endpoints = [] } = await sageMaker.send(new ListEndpointsCommand({}));
    expect(Endpoints.map(({ EndpointName }) => EndpointName)).toEqual([IMPORTED_ENDPOINT]);
    expect(await described(sageMaker, IMPORTED_ENDPOINT)).toMatchObject({ EndpointStatus: 'InService' });
    expect(await stage.double?.serverPids()).toHaveLength(1);
  });
});
