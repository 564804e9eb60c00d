import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type LambdaBackendProps,
  ModelBackend,
  ModelCode,
  ModelRegistry,
  PredictionApi,
  PredictionLog,
} from '../../lib/index';
import { MODEL_FOLDER, messageOf, resourcesOf, standalone } from '../support';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-model-'));
  for (const [folder, file] of [
    ['python', '__init__.py'],
    ['image', 'Dockerfile'],
    ['empty', 'readme'],
  ] as const) {
    mkdirSync(join(root, folder));
    writeFileSync(join(root, folder, file), folder === 'image' ? 'FROM scratch\n' : '');
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function templateWith(changes: Partial<LambdaBackendProps> = {}, timeout = Duration.seconds(2)): Template {
  const { stack, registry, log } = standalone();
  new PredictionApi(stack, 'Api', {
    model: 'spam-filter',
    stageName: 'pilot',
    backend: ModelBackend.lambda({ code: ModelCode.node(MODEL_FOLDER), ...changes }),
    registry,
    log,
    timeout,
    peakRequestsPerSecond: 10,
  });
  return Template.fromStack(stack);
}

const MODEL_FUNCTION = { FunctionName: 'spam-filter-pilot-model' };

describe('a Lambda backend', () => {
  it('runs a Node folder under the host of this package, with a processor of its own', () => {
    templateWith().hasResourceProperties('AWS::Lambda::Function', {
      ...MODEL_FUNCTION,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Architectures: ['arm64'],
      MemorySize: 1769,
      Timeout: 60,
      TracingConfig: { Mode: 'Active' },
    });
  });

  it('runs a Python folder under the Python host', () => {
    templateWith({ code: ModelCode.python(join(root, 'python')) }).hasResourceProperties('AWS::Lambda::Function', {
      ...MODEL_FUNCTION,
      Runtime: 'python3.13',
      Handler: 'slipway_host.handler',
    });
  });

  it('runs a container image as it is', () => {
    templateWith({ code: ModelCode.containerImage(join(root, 'image')) }).hasResourceProperties(
      'AWS::Lambda::Function',
      { ...MODEL_FUNCTION, PackageType: 'Image', Architectures: ['arm64'] },
    );
  });

  it('takes memory, storage and time to load as it is told', () => {
    templateWith({
      memory: Size.gibibytes(4),
      ephemeralStorage: Size.gibibytes(2),
      loadTimeout: Duration.minutes(5),
    }).hasResourceProperties('AWS::Lambda::Function', {
      ...MODEL_FUNCTION,
      MemorySize: 4096,
      EphemeralStorage: { Size: 2048 },
      Timeout: 300,
    });
  });

  it('is never cut before the request’s own deadline', () => {
    templateWith({ loadTimeout: Duration.seconds(1) }, Duration.seconds(20)).hasResourceProperties(
      'AWS::Lambda::Function',
      { ...MODEL_FUNCTION, Timeout: 20 },
    );
  });

  it('is called through its alias, and by nothing but the predict function', () => {
    const template = templateWith();
    const [alias] = resourcesOf(template, 'AWS::Lambda::Alias').filter(([id]) => id.startsWith('ApiBackend'));
    const callers = resourcesOf(template, 'AWS::IAM::Policy').filter(([, { Properties }]) =>
      JSON.stringify(Properties).includes('lambda:InvokeFunction'),
    );
    expect(callers.map(([id]) => id)).toEqual([expect.stringMatching(/^ApiPredictRoleDefaultPolicy/)]);
    expect(JSON.stringify(callers[0]?.[1].Properties)).toContain(
      `"Action":"lambda:InvokeFunction","Effect":"Allow","Resource":{"Ref":"${alias?.[0]}"}`,
    );
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'spam-filter-pilot-predict',
      Environment: { Variables: { SLIPWAY_BACKEND_FUNCTION: { Ref: alias?.[0] } } },
    });
  });

  it.each<[Partial<LambdaBackendProps>, string]>([
    [{ memory: Size.mebibytes(64) }, 'memory is 64, expected a whole number from 128 to 10240'],
    [{ memory: Size.gibibytes(11) }, 'memory is 11264, expected a whole number from 128 to 10240'],
    [{ ephemeralStorage: Size.mebibytes(256) }, 'ephemeralStorage is 256, expected a whole number from 512 to 10240'],
    [{ loadTimeout: Duration.minutes(16) }, 'loadTimeout is 960000 ms, expected 1000 to 900000 ms'],
    [
      { code: ModelCode.node('no/such/folder') },
      'the model\'s folder is "no/such/folder", expected a folder that exists',
    ],
    [{ code: ModelCode.python(MODEL_FOLDER) }, 'has no __init__.py; add it, or name the folder that has it'],
  ])('fails with %j', (changes, fault) => {
    const message = messageOf(() => templateWith(changes));
    expect(message).toMatch(/^ConfigError: plain\/Api\/Backend: /);
    expect(message).toContain(fault);
  });

  it('fails with a folder that has no entry of its kind', () => {
    expect(messageOf(() => templateWith({ code: ModelCode.node(join(root, 'empty')) }))).toContain('has no index.js');
    expect(messageOf(() => templateWith({ code: ModelCode.containerImage(join(root, 'empty')) }))).toContain(
      'has no Dockerfile',
    );
  });

  it('takes a Node folder whose package.json names another entry', () => {
    const folder = join(root, 'named-entry');
    mkdirSync(join(folder, 'lib'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"main": "lib/model.js"}');
    expect(messageOf(() => templateWith({ code: ModelCode.node(folder) }))).toContain('has no index.js, nor a package');
    writeFileSync(join(folder, 'lib/model.js'), 'exports.load = exports.predict = () => {};');
    expect(() => templateWith({ code: ModelCode.node(folder) })).not.toThrow();
  });

  it('fails with a folder that holds the output of the synthesis, which would be packed into itself', () => {
    const folder = join(root, 'whole');
    mkdirSync(folder);
    writeFileSync(join(folder, 'index.js'), '');
    const stack = new Stack(new App({ outdir: join(folder, 'cdk.out') }), 'plain');
    const code = ModelCode.node(folder);
    const encryptionKey = new Key(stack, 'Key');
    const message = messageOf(
      () =>
        new PredictionApi(stack, 'Api', {
          model: 'm',
          stageName: 's',
          backend: ModelBackend.lambda({ code }),
          registry: new ModelRegistry(stack, 'Registry', { encryptionKey }),
          log: new PredictionLog(stack, 'Log', { encryptionKey }),
          timeout: Duration.seconds(2),
          peakRequestsPerSecond: 1,
        }),
    );
    expect(message).toContain(`holds the output of the synthesis, ${join(folder, 'cdk.out')}, which would be packed`);
  });

  it.each([undefined, '', 7, null])('fails with %j in place of a folder', (folder) => {
    expect(messageOf(() => templateWith({ code: ModelCode.node(folder as unknown as string) }))).toContain(
      'expected the path of a folder',
    );
  });
});
