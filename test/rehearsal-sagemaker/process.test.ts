import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChildGroup, isAlive } from '../../rehearsal/process';
import { SageMakerDouble } from '../../rehearsal/sagemaker/sagemaker-double';
import { eventually, prepare, World } from './world';

const children = new ChildGroup();
const { root, ...options } = prepare();

beforeAll(async () => {
  await build({
    entryPoints: [join(__dirname, '../../rehearsal/sagemaker/index.ts')],
    outfile: join(root, 'dist/rehearsal/sagemaker/index.js'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
  });
}, 60_000);
afterAll(() => {
  children.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

function start(name: string): Promise<SageMakerDouble> {
  return SageMakerDouble.start({ ...options, project: root, folder: join(root, name) }, children);
}

/** Makes an endpoint; gives the process ids of the double's servers. */
async function withEndpoint(double: SageMakerDouble): Promise<readonly number[]> {
  const { AWS_ENDPOINT_URL_SAGEMAKER = '' } = double.environment;
  const world = new World(AWS_ENDPOINT_URL_SAGEMAKER, root);
  await world.endpoint('e');
  return double.serverPids();
}

describe('the process of the double', () => {
  it('tells its address, hosts models, takes faults, and ends with its servers', async () => {
    const double = await start('first');
    expect(Object.keys(double.environment).sort()).toEqual([
      'AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING',
      'AWS_ENDPOINT_URL_SAGEMAKER',
      'AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME',
    ]);
    const pids = await withEndpoint(double);
    expect(pids.filter(isAlive)).toHaveLength(1);
    await double.addFault({ kind: 'throttle', times: 2 });
    expect(await double.pendingFaults()).toEqual([{ kind: 'throttle', times: 2 }]);
    await double.clearFaults();
    expect(await double.pendingFaults()).toEqual([]);
    await double.flushMetrics();
    await double.stop();
    expect([double.pid, ...pids].filter(isAlive)).toEqual([]);
    await expect(fetch(double.url)).rejects.toThrow();
    await double.stop();
  });

  it('fails to be told of services that are not on this machine', async () => {
    const double = await start('second');
    await double.connect('http://127.0.0.1:9');
    await expect(double.connect('https://sagemaker.eu-west-1.amazonaws.com')).rejects.toThrow('expected 127.0.0.1');
    await double.stop();
  });

  it('is ended with its servers when whoever started it ends everything', async () => {
    const double = await start('third');
    const pids = await withEndpoint(double);
    children.kill('SIGKILL');
    await eventually('all are gone', () => [double.pid, ...pids].filter(isAlive).length === 0);
  });

  it('that does not start fails with the end of its log', async () => {
    const project = join(root, 'broken-project');
    mkdirSync(join(project, 'dist/rehearsal/sagemaker'), { recursive: true });
    writeFileSync(join(project, 'dist/rehearsal/sagemaker/index.js'), 'throw new Error("no such thing")');
    const broken = SageMakerDouble.start({ ...options, project, folder: join(root, 'fourth') }, children);
    await expect(broken).rejects.toThrow(
      /^the double of SageMaker did not start; the end of its log \(.*sagemaker\.log\):\n[\s\S]*no such thing/,
    );
  });
});
