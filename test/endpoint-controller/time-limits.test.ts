import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DescribeEndpointCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { warmUp } from '../../lambdas/endpoint-controller/io/warm-up';
import { beginning } from '../../lambdas/endpoint-controller/run';
import { runStep } from '../../lambdas/endpoint-controller/steps';
import { callsWithin } from '../../lambdas/shared/clients/call-limits';
import { Loopback } from '../loopback';
import { serving, use } from './world';

const EXECUTION = 'arn:execution:hanging';
const ATTEMPT_MS = 200;
/** An attempt ends in a fifth of a second, and the SDK pauses between attempts; 2 s are a machine that is busy. */
const MUST_END_MS = 2_000;

let silent: Loopback;
beforeAll(async () => {
  silent = await Loopback.start();
  silent.reply = () => new Promise(() => {});
});
afterAll(() => silent.stop());
beforeEach(() => {
  silent.received.length = 0;
});

const at = (attempts: number) => ({
  ...callsWithin({ attemptMs: ATTEMPT_MS, attempts }),
  endpoint: silent.url,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

describe('a service that never answers', { timeout: 5_000 }, () => {
  it('is given up on, and asked again as often as was said', async () => {
    const began = Date.now();
    const asked = new SageMakerClient(at(2)).send(new DescribeEndpointCommand({ EndpointName: 'demo' }));
    await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(Date.now() - began).toBeLessThan(MUST_END_MS);
    expect(silent.received).toHaveLength(2);
  });

  it('is not warm yet, which the step says instead of being killed', async () => {
    const cloud = await serving('v1');
    const began = Date.now();
    cloud.lease = {
      restore: undefined,
      holding: {
        holder: EXECUTION,
        requestedBy: 'arn:ada',
        action: 'use',
        since: new Date(cloud.time).toISOString(),
        expiresAt: cloud.time + 600_000,
      },
    };
    const world = cloud.world();
    const client = new SageMakerRuntimeClient(at(1));
    const request = { endpoint: 'demo', contentType: 'application/json', body: '{}' };
    const hanging = { ...world, endpoint: { ...world.endpoint, warmUp: () => warmUp(client, request) } };
    const step = { step: 'settle', execution: EXECUTION, startedAt: new Date(cloud.time).toISOString() } as const;
    const run = await runStep(hanging, { ...step, run: beginning(use('v1'), cloud.time) });
    expect(run.outcome).toBe('wait');
    expect(Date.now() - began).toBeLessThan(MUST_END_MS);
    expect(silent.received).toHaveLength(1);
  });
});

describe('time limits of SDK clients', () => {
  const lambdas = resolve(__dirname, '../../lambdas');
  const sources = readdirSync(lambdas, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => [name, readFileSync(join(lambdas, name), 'utf8')] as const);
  const limited = sources.filter(([, source]) => /requestTimeout:/.test(source));
  /** It downloads artefacts of any size, once in a process, and its caller has a deadline. */
  const UNLIMITED = ['model-host/index.ts'];
  const making = sources.filter(
    ([name, source]) =>
      /from '@aws-sdk\/client-/.test(source) && /new \w+Client\(/.test(source) && !UNLIMITED.includes(name),
  );

  it('are set somewhere', () => {
    expect(limited.length).toBeGreaterThan(0);
  });

  it('are looked for where clients are made', () => {
    expect(making.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        'endpoint-watch/index.ts',
        'endpoint-parameters/index.ts',
        'api-logging-role/io/account.ts',
      ]),
    );
  });

  it.each(making)('are given to each that %s makes', (_, source) => {
    expect(source.match(/new \w+Client\(\{\}\)/g)).toBeNull();
    // Calls of the model end with the deadline of their request.
    expect(source).toMatch(/callsWithin\(|requestTimeout:|abortSignal/);
  });

  it.each(limited)('in %s are more than a warning', (_, source) => {
    expect(source.match(/throwOnRequestTimeout: true/g)?.length).toBe(source.match(/requestTimeout:/g)?.length);
  });
});
