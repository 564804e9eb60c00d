import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateEndpointCommand, CreateModelCommand, type ModelDataSource } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from '../../rehearsal/process';
import { serverOf } from '../../rehearsal/sagemaker/hosting/image-map';
import { FakeAws } from './fake-aws';
import { IMAGE, ROLE, World } from './world';

let world: World;
let aws: FakeAws;

beforeAll(async () => {
  world = await World.start();
  aws = await FakeAws.start();
  world.server.double.connect(aws.url);
});
afterAll(async () => {
  await world.stop();
  await aws.stop();
});

/** What the server of an endpoint with this artefact read of it, or why it was not started. */
async function served(name: string, source: { ModelDataSource?: ModelDataSource; ModelDataUrl?: string }) {
  const PrimaryContainer = { Image: IMAGE, ...source };
  await world.sageMaker.send(new CreateModelCommand({ ModelName: name, ExecutionRoleArn: ROLE, PrimaryContainer }));
  await world.config(name, name);
  await world.sageMaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name }));
  const { FailureReason } = await world.settled(name);
  return FailureReason ?? (await world.invoke(name, {})).body.artefact;
}

const prefix = (S3Uri: string): { ModelDataSource: ModelDataSource } => ({
  ModelDataSource: { S3DataSource: { S3Uri, S3DataType: 'S3Prefix', CompressionType: 'None' } },
});

describe('an artefact', () => {
  it('is everything below its prefix in S3', async () => {
    aws.objects.set('models/v-1/model.txt', Buffer.from('weights of v-1'));
    aws.objects.set('models/v-1/deep/er.txt', Buffer.from('more'));
    aws.objects.set('models/v-10/model.txt', Buffer.from('weights of v-10'));
    expect(await served('by-prefix', prefix('s3://models/v-1/'))).toBe('weights of v-1');
  });

  it('may be an archive, which is unpacked', async () => {
    const folder = world.folder;
    writeFileSync(join(folder, 'model.txt'), 'weights of the archive');
    execFileSync('tar', ['-czf', join(folder, 'model.tar.gz'), '-C', folder, 'model.txt']);
    aws.objects.set('models/archive/model.tar.gz', readFileSync(join(folder, 'model.tar.gz')));
    expect(await served('by-url', { ModelDataUrl: 's3://models/archive/model.tar.gz' })).toBe('weights of the archive');
  });

  it.each([
    ['not-there', 's3://models/none/', 'no object begins with this prefix'],
    ['not-in-s3', 'https://example.com/model/', 'it is not an S3 URI'],
  ])('that is %s fails the endpoint', async (name, uri, reason) => {
    expect(await served(name, prefix(uri))).toMatch(new RegExp(`^Failed to download model data .*"${uri}".*${reason}`));
  });

  it('does not leave its folder by the name of an object', async () => {
    aws.objects.set('models/evil/../../../escaped.txt', Buffer.from('x'));
    aws.objects.set('models/evil/model.txt', Buffer.from('weights'));
    expect(await served('evil', prefix('s3://models/evil/'))).toBe('weights');
    const found = execFileSync('find', [world.folder, '-name', 'escaped.txt'], { encoding: 'utf8' }).trim().split('\n');
    expect(found).toEqual([expect.stringMatching(/\/double\/model-\w+\/escaped\.txt$/)]);
  });
});

describe('the server of an image', () => {
  const [one, two, three] = ['one', 'two', 'three'].map((program) => ({ command: [program] }));
  const servers = {
    'repo/model:1': one ?? { command: [] },
    'repo/*': two ?? { command: [] },
    'repo/model*': three ?? { command: [] },
  };

  it.each([
    ['repo/model:1', one],
    ['repo/model:2', three],
    ['repo/other@sha256:0', two],
    ['elsewhere/model:1', undefined],
  ])('%s is that of its URI, or else of the longest beginning', (image, expected) => {
    expect(serverOf(image, servers)).toBe(expected);
  });
});

describe('a double that is stopped', () => {
  it('ends its servers, also those that are only starting, and drops what was in progress', async () => {
    const other = await World.start({ timings: { creating: 0, updating: 60_000 } });
    await other.endpoint('running');
    await other.model('second');
    await other.config('second', 'second');
    await other.sageMaker.send(new CreateEndpointCommand({ EndpointName: 'second', EndpointConfigName: 'second' }));
    const pids = other.server.double.pids;
    expect(pids.filter(isAlive)).toHaveLength(1);
    const started = performance.now();
    await other.stop();
    expect(performance.now() - started).toBeLessThan(5_000);
    expect([...pids, ...other.server.double.pids].filter(isAlive)).toEqual([]);
    expect(other.reported).toEqual([]);
    await expect(fetch(other.server.url)).rejects.toThrow();
  });
});
