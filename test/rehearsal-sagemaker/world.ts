import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  type CreateEndpointConfigInput,
  CreateModelCommand,
  DescribeEndpointCommand,
  type DescribeEndpointOutput,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import {
  InvokeEndpointCommand,
  type InvokeEndpointInput,
  SageMakerRuntimeClient,
} from '@aws-sdk/client-sagemaker-runtime';
import type { DoubleOptions } from '../../rehearsal/sagemaker/double';
import { DoubleServer } from '../../rehearsal/sagemaker/http/double-server';
import type { Timings } from '../../rehearsal/sagemaker/timings';

const REGION = 'eu-west-1';
const ACCOUNT = '000000000000';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/model`;
export const IMAGE = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/echo:1`;

/**
 * A server of the container contract that does what its input says: `fail` answers with that status, `sleepMs` is slow, and any
 * other input comes back with the text of the artefact, the environment and how many requests there were at once. It does not
 * start where the artefact says "broken".
 */
const ECHO_SERVER = `
const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const artefact = readFileSync(process.env.SM_MODEL_DIR + '/model.txt', 'utf8');
if (artefact === 'broken') process.exit(1);
let atOnce = 0;
createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  if (request.url === '/ping') return response.end();
  const input = JSON.parse(Buffer.concat(chunks).toString());
  atOnce += 1;
  const seen = atOnce;
  if (input.sleepMs) await new Promise((resolve) => setTimeout(resolve, input.sleepMs));
  atOnce -= 1;
  const status = input.fail ?? 200;
  const { headers } = request;
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-sagemaker-custom-attributes': 'trace=1' });
  const inferenceId = headers['x-amzn-sagemaker-inference-id'];
  response.end(JSON.stringify({ artefact, input, inferenceId, atOnce: seen, greeting: process.env.GREETING }));
}).listen(process.env.SAGEMAKER_BIND_TO_PORT, '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
`;

/** Transitions as short as they can be and still be seen. */
const FAST: Partial<Timings> = {
  creating: 100,
  updating: 150,
  baking: 150,
  rollingBack: 150,
  deleting: 50,
  waking: 100,
  metrics: 20,
  startUp: 10_000,
};

/** What a double needs on disk: a server for the image, and artefacts `v1`, `v2` and `broken`. */
export function prepare(timings: Partial<Timings> = {}): DoubleOptions & { readonly root: string } {
  const root = mkdtempSync(join(tmpdir(), 'slipway-sagemaker-'));
  writeFileSync(join(root, 'server.js'), ECHO_SERVER);
  const artefacts: Record<string, string> = {};
  for (const version of ['v1', 'v2', 'broken']) {
    mkdirSync(join(root, version));
    writeFileSync(join(root, version, 'model.txt'), version);
    artefacts[artefactUri(version)] = join(root, version);
  }
  return {
    root,
    region: REGION,
    account: ACCOUNT,
    folder: join(root, 'double'),
    images: { [IMAGE]: { command: [process.execPath, join(root, 'server.js')] } },
    artefacts,
    timings: { ...FAST, ...timings },
  };
}

/** The real clients of a double, and what tests ask of it again and again. */
export class World {
  readonly sageMaker: SageMakerClient;
  readonly runtime: SageMakerRuntimeClient;
  readonly scaling: ApplicationAutoScalingClient;
  /** Errors that no caller was told. */
  readonly reported: unknown[] = [];
  readonly folder: string;
  private started: DoubleServer | undefined;

  /** Clients of a double that is somewhere else. */
  constructor(url: string, folder: string) {
    this.folder = folder;
    const config = {
      endpoint: url,
      region: REGION,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    };
    this.sageMaker = new SageMakerClient(config);
    this.runtime = new SageMakerRuntimeClient(config);
    this.scaling = new ApplicationAutoScalingClient(config);
  }

  /** With a double in this process. */
  static async start({ timings }: { readonly timings?: Partial<Timings> } = {}): Promise<World> {
    const { root, ...options } = prepare(timings);
    const reported: unknown[] = [];
    const server = await DoubleServer.start(options, (error) => reported.push(error));
    const world = new World(server.url, root);
    world.started = server;
    return Object.assign(world, { reported });
  }

  get server(): DoubleServer {
    if (this.started === undefined) throw new Error('the double is in another process');
    return this.started;
  }

  async stop(): Promise<void> {
    await this.started?.stop();
    for (const client of [this.sageMaker, this.runtime, this.scaling]) client.destroy();
    rmSync(this.folder, { recursive: true, force: true });
    if (this.reported.length > 0) throw new AggregateError(this.reported, 'the double reported errors');
  }

  async model(name: string, { version = 'v1', image = IMAGE, environment = {} } = {}): Promise<string> {
    const S3DataSource = {
      S3Uri: artefactUri(version),
      S3DataType: 'S3Prefix' as const,
      CompressionType: 'None' as const,
    };
    await this.sageMaker.send(
      new CreateModelCommand({
        ModelName: name,
        ExecutionRoleArn: ROLE,
        PrimaryContainer: { Image: image, Environment: environment, ModelDataSource: { S3DataSource } },
      }),
    );
    return name;
  }

  async config(
    name: string,
    model: string | undefined,
    more: Partial<CreateEndpointConfigInput> = {},
  ): Promise<string> {
    const variant = { VariantName: 'AllTraffic', ModelName: model, InstanceType: 'ml.m5.large' as const };
    await this.sageMaker.send(
      new CreateEndpointConfigCommand({
        EndpointConfigName: name,
        ProductionVariants: [{ ...variant, InitialInstanceCount: 1, InitialVariantWeight: 1 }],
        ...more,
      }),
    );
    return name;
  }

  /** Model, configuration and endpoint of these names, in service. */
  async endpoint(name: string, more: Partial<CreateEndpointConfigInput> = {}): Promise<string> {
    await this.model(`${name}-model`);
    await this.config(`${name}-config`, `${name}-model`, more);
    await this.sageMaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: `${name}-config` }));
    await this.settled(name);
    return name;
  }

  describe(EndpointName: string): Promise<DescribeEndpointOutput> {
    return this.sageMaker.send(new DescribeEndpointCommand({ EndpointName }));
  }

  /** Waits until nothing is in progress; gives the statuses that were seen on the way, too. */
  async settled(name: string): Promise<DescribeEndpointOutput & { readonly seen: readonly string[] }> {
    const seen: string[] = [];
    for (let waited = 0; waited < 2_000; waited += 1) {
      const endpoint = await this.describe(name);
      const status = endpoint.EndpointStatus ?? '';
      if (seen.at(-1) !== status) seen.push(status);
      if (status === 'InService' || status === 'Failed') return { ...endpoint, seen };
      await sleep(5);
    }
    throw new Error(`endpoint ${name} is still ${seen.at(-1)}`);
  }

  async invoke(endpoint: string, input: unknown, more: Partial<InvokeEndpointInput> = {}) {
    const reply = await this.runtime.send(
      new InvokeEndpointCommand({
        EndpointName: endpoint,
        ContentType: 'application/json',
        Body: JSON.stringify(input),
        ...more,
      }),
    );
    return { ...reply, body: JSON.parse(Buffer.from(reply.Body).toString()) };
  }
}

export function artefactUri(version: string): string {
  return `s3://artefacts/models/echo/${version}/`;
}

/** Waits until it holds; fails after ten seconds. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 500; waited += 1) {
    if (await holds()) return;
    await sleep(20);
  }
  throw new Error(`still not so after ten seconds: ${what}`);
}
