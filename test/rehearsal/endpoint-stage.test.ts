import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeEndpointCommand,
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EndpointControl } from '../../cli/endpoint-control/control';
import type { ModelRegistry } from '../../cli/registry/registry';
import type { Mail } from '../../examples/spam-filter/mails';
import type { ControlAction } from '../../protocol/endpoint-control';
import { deniedCalls } from '../../rehearsal/observe/function-logs';
import { RehearsedStage } from '../../rehearsal/rehearsed-stage';
import type { SageMakerDouble } from '../../rehearsal/sagemaker/sagemaker-double';
import type { Caller, Callers } from '../../rehearsal/traffic/callers';
import { sendMails } from '../../rehearsal/traffic/send-mails';
import { localMails, stageController, stageRegistry, trainSpamFilter } from '../../rehearsal/traffic/train-model';
import { deploymentWith } from './changed-assembly';

/** How long `predict` trusts a routing document that it has read. */
const ROUTING_CACHE_MS = 5_000;
const ENDPOINT = 'spam-filter-pilot';

const project = join(__dirname, '../..');
let stage: RehearsedStage;
let double: SageMakerDouble;
let sageMaker: SageMakerClient;
let registry: ModelRegistry;
let control: EndpointControl;
let callers: Callers;
let caller: Caller;
let heldOut: readonly Mail[];
let version: string;
let artifact: string;

beforeAll(async () => {
  stage = new RehearsedStage({ project, stage: 'pilot', backend: 'sagemaker' });
  await stage.startEmulator();
  double = required(stage.double);
  sageMaker = new SageMakerClient({ ...stage.config, endpoint: double.url });
  await stage.synthesize();
  await stage.bootstrap();
  const { outputs } = await stage.deploy();
  registry = stageRegistry(stage.config, outputs);
  control = required(stageController(stage.config, outputs));
  callers = stage.callers();
  caller = await callers.create('alice');
  const trained = await trainSpamFilter(stage.folder, await localMails());
  heldOut = trained.holdOut;
  artifact = trained.artifact;
  const registered = await registry.register({ path: trained.artifact, metrics: trained.report.metrics });
  version = registered.version.version;
});

afterAll(async () => {
  await stage?.end();
});

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the stage has no endpoint');
  return value;
}

const SILENT = { started: () => {}, entered: () => {} };
const ask = (action: ControlAction) => control.run(action, SILENT);
const described = () => sageMaker.send(new DescribeEndpointCommand({ EndpointName: ENDPOINT }));

async function endpoints(): Promise<number | undefined> {
  return (await sageMaker.send(new ListEndpointsCommand({}))).Endpoints?.length;
}

async function predicted() {
  await sleep(ROUTING_CACHE_MS);
  return caller.post('/predictions', { input: required(heldOut[0]).text });
}

describe('a stage with an endpoint and no version', () => {
  it('has no endpoint yet, and answers 503 with the reason', async () => {
    expect(await endpoints()).toBe(0);
    const answer = await caller.post('/predictions', { input: 'hello' });
    expect(answer).toMatchObject({ status: 503, body: { type: 'urn:slipway:problem:no-model-version-live' } });
  });
});

describe('a version that is put to use', () => {
  it('starts the endpoint, and is live once it was verified to serve', async () => {
    const result = await ask({ action: 'use', version });
    expect(result).toMatchObject({ version, desiredState: 'running', updated: true });
    expect(await described()).toMatchObject({ EndpointStatus: 'InService' });
    expect(await registry.pointers()).toMatchObject({ desired: version, routing: { live: version } });
  });

  it('answers mails through the real SDK client and is right about at least 95 of 100', async () => {
    await sleep(ROUTING_CACHE_MS);
    const sent = await sendMails(caller, heldOut.slice(0, 60), { concurrency: 4 });
    expect(sent.filter(({ answer }) => answer.status !== 200).map(({ answer }) => answer.body)).toEqual([]);
    const right = sent.filter(({ judgement }) => judgement?.predicted === judgement?.truth && judgement !== undefined);
    expect(right.length).toBeGreaterThanOrEqual(57);
  });
});

describe('a rollout that SageMaker rolls back silently', () => {
  const alarm = `${ENDPOINT}-rollback-errors`;
  let second: string;

  beforeAll(async () => {
    const folder = join(stage.folder, 'second');
    cpSync(artifact, folder, { recursive: true });
    writeFileSync(join(folder, 'note.txt'), 'another version');
    second = (await registry.register({ path: folder })).version.version;
  });

  it('leaves the version of before in use, and says by which alarm', async () => {
    const { EndpointConfigName: before } = await described();
    await double.addFault({ kind: 'rollback', endpoint: ENDPOINT, alarm });
    await expect(ask({ action: 'use', version: second })).rejects.toThrow(/EndpointRolledBack/);
    expect(await registry.pointers()).toMatchObject({ desired: version, routing: { live: version } });
    expect(await described()).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: before });
    expect((await predicted()).status).toBe(200);
  });

  it('fails cdk deploy, although SageMaker reports an endpoint in service', async () => {
    const { EndpointConfigName: before } = await described();
    await double.addFault({ kind: 'rollback', endpoint: ENDPOINT, alarm });
    const changed = deploymentWith(stage, 'slower', 'endpoint', (template) =>
      template.replace(
        '"VariantName": "AllTraffic"',
        '"VariantName": "AllTraffic",\n      "ContainerStartupHealthCheckTimeoutInSeconds": 700',
      ),
    );
    // The alarm is named in the reason of the failed deployment.
    await expect(changed.deploy('pilot')).rejects.toThrow(alarm);
    expect(await described()).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: before });
    expect((await predicted()).status).toBe(200);
  });
});

describe('the controller of the endpoint', () => {
  it('stops it: predictions answer 503 with the reason, and nothing runs that costs', async () => {
    expect(await ask({ action: 'stop', reason: 'the test' })).toMatchObject({ desiredState: 'stopped' });
    expect(await endpoints()).toBe(0);
    expect(await double.serverPids()).toEqual([]);
    const answer = await predicted();
    expect(answer).toMatchObject({ status: 503, body: { detail: expect.stringMatching(/stopped/) } });
  });

  it('keeps it stopped through a deployment, and starts it with the version that was in use', async () => {
    await stage.deploy();
    expect(await endpoints()).toBe(0);
    expect(await ask({ action: 'start', reason: 'the test' })).toMatchObject({ version, desiredState: 'running' });
    expect(await described()).toMatchObject({ EndpointStatus: 'InService' });
    expect(await registry.pointers()).toMatchObject({ desired: version, routing: { live: version } });
    expect(await predicted()).toMatchObject({ status: 200, body: { modelVersion: version } });
  });

  it('lets one of two callers change it, and tells the other who does', async () => {
    const ends = await Promise.allSettled([
      ask({ action: 'stop', reason: 'one' }),
      ask({ action: 'stop', reason: 'another' }),
    ]);
    const refused = ends.filter((end) => end.status === 'rejected').map(({ reason }) => String(reason));
    expect(refused).toEqual([expect.stringMatching(/EndpointBusy/)]);
    expect(await endpoints()).toBe(0);
    await ask({ action: 'start', reason: 'the test' });
  });

  it('was refused no call by IAM', async () => {
    expect(deniedCalls(await stage.logs())).toEqual({ count: 0, calls: [] });
  });
});

describe('a stage with an endpoint', () => {
  it('leaves nothing when it is destroyed, on the emulator and on the double', async () => {
    await callers.remove();
    const { leftOver } = await stage.tearDown();
    expect(leftOver).toEqual([]);
    expect(await endpoints()).toBe(0);
    expect((await sageMaker.send(new ListEndpointConfigsCommand({}))).EndpointConfigs).toEqual([]);
    expect((await sageMaker.send(new ListModelsCommand({}))).Models).toEqual([]);
    expect(await double.serverPids()).toEqual([]);
  });
});
