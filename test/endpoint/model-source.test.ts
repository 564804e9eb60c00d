import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeepLearningContainer, EndpointHosting, ModelImage, ModelSource } from '../../lib/index';
import { messageOf, newApp, property, resourcesOf } from '../support';
import { endpointWith, OBJECTIVES, type Parts, REGION, templateOf } from './endpoints';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-source-'));
  mkdirSync(join(root, 'container'));
  writeFileSync(join(root, 'container', 'Dockerfile'), 'FROM scratch\n');
  writeFileSync(join(root, 'model.tar.gz'), 'x');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function templateWith(model: (parts: Parts) => ModelSource, region: string | undefined = 'eu-west-1') {
  const stack = new Stack(newApp(), 'endpoint', { env: { account: REGION.account, region } });
  return templateOf(endpointWith(stack, (parts) => ({ model: model(parts), objectives: OBJECTIVES })));
}

const container = (expected: object) => ({ PrimaryContainer: expected });
const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

function granted(of: ReturnType<typeof templateWith>): string {
  return JSON.stringify(resourcesOf(of, 'AWS::IAM::Policy').map(([, { Properties }]) => Properties?.PolicyDocument));
}

describe('a model', () => {
  it('of a bucket is unpacked from one object, which is all that the role may read', () => {
    const of = templateWith(({ bucket, image }) => ModelSource.fromBucket(bucket, 'v7/model.tar.gz', { image }));
    of.hasResourceProperties(
      'AWS::SageMaker::Model',
      container({ ModelDataUrl: 's3://models-of-mine/v7/model.tar.gz' }),
    );
    expect(granted(of)).toContain('"Resource":"arn:aws:s3:::models-of-mine/v7/model.tar.gz"');
    expect(granted(of)).not.toContain('s3:ListBucket');
    // Through the service that keeps the object, and no other way.
    expect(granted(of)).toContain('"kms:ViaService"');
  });

  it('of a bucket is loaded as it is from below a prefix', () => {
    const of = templateWith(({ bucket, image }) =>
      ModelSource.fromBucket(bucket, 'v7/', { image, environment: { MODEL: 'v7' } }),
    );
    of.hasResourceProperties(
      'AWS::SageMaker::Model',
      container({
        Environment: { MODEL: 'v7' },
        ModelDataSource: {
          S3DataSource: { S3DataType: 'S3Prefix', CompressionType: 'None', S3Uri: 's3://models-of-mine/v7/' },
        },
      }),
    );
    expect(granted(of)).toContain('"Resource":"arn:aws:s3:::models-of-mine/v7/*"');
    expect(granted(of)).toContain('"s3:prefix":["v7/*"]');
  });

  it('of this machine is uploaded', () => {
    const of = templateWith(({ image }) => ModelSource.fromAsset(join(root, 'model.tar.gz'), { image }));
    of.hasResourceProperties(
      'AWS::SageMaker::Model',
      container({ ModelDataUrl: Match.stringLikeRegexp('^s3://cdk-.*\\.gz$') }),
    );
  });

  it('of a folder with a Dockerfile is built for the processors of SageMaker', () => {
    const of = templateWith(() => ModelSource.fromImage(join(root, 'container'), { environment: { A: 'b' } }));
    of.hasResourceProperties(
      'AWS::SageMaker::Model',
      container({ Image: { 'Fn::Sub': Match.stringLikeRegexp('\\.dkr\\.ecr\\.') }, Environment: { A: 'b' } }),
    );
    expect(granted(of)).toContain('container-assets');
  });

  it.each([
    ['ml.m7i.large', 'linux/amd64'],
    ['ml.c7g.large', 'linux/arm64'],
    ['ml.g5.xlarge', 'linux/amd64'],
  ])('is built, for %s, for %s', (instanceType, platform) => {
    const stack = new Stack(newApp(), 'endpoint', { env: REGION });
    endpointWith(stack, () => ({
      model: ModelSource.fromImage(join(root, 'container')),
      hosting: EndpointHosting.realTime({ instanceType }),
      objectives: OBJECTIVES,
    }));
    const assembly = App.of(stack)?.synth();
    const assets = readFileSync(join(assembly?.directory ?? '', 'endpoint.assets.json'), 'utf8');
    expect(JSON.parse(assets).dockerImages).toEqual({
      [String(Object.keys(JSON.parse(assets).dockerImages)[0])]: expect.objectContaining({
        source: expect.objectContaining({ platform }),
      }),
    });
  });

  it('of a repository is pulled from there and nowhere else', () => {
    const of = templateWith(({ repository }) => ModelSource.fromEcr(repository, `sha256:${'a'.repeat(64)}`));
    const [[, model] = []] = resourcesOf(of, 'AWS::SageMaker::Model');
    expect(JSON.stringify(model?.Properties)).toContain(`/reranker@sha256:${'a'.repeat(64)}`);
    expect(granted(of)).toContain(
      JSON.stringify({
        Action: PULL,
        Effect: 'Allow',
        Resource: 'arn:aws:ecr:eu-west-1:123456789012:repository/reranker',
      }).slice(1, -1),
    );
  });

  it.each<[string, (parts: Parts) => ModelSource, string]>([
    [
      'an archive that SageMaker does not unpack',
      ({ bucket, image }) => ModelSource.fromBucket(bucket, 'v7/model.zip', { image }),
      'the artefact\'s key is "v7/model.zip", expected a .tar.gz or a prefix that ends in a slash',
    ],
    [
      'a file that is not there',
      ({ image }) => ModelSource.fromAsset('no/such/model.tar.gz', { image }),
      'the artefact is "no/such/model.tar.gz", expected a .tar.gz that exists; looked at /',
    ],
    ['a folder as archive', ({ image }) => ModelSource.fromAsset(root, { image }), 'expected a .tar.gz that exists'],
    ['a folder without a Dockerfile', () => ModelSource.fromImage(root), 'expected one with a Dockerfile; looked in /'],
    [
      'a tag that cannot be one',
      ({ repository }) => ModelSource.fromEcr(repository, 'v 7'),
      'the image\'s tag is "v 7", expected a tag or "sha256:"',
    ],
    [
      'the registry of a stage that there is not',
      ({ image }) => ModelSource.fromRegistry({ image }),
      'the model comes from the registry, expected a ProductionModel around the endpoint',
    ],
    [
      'a bucket without a key',
      ({ bucket }) => ModelSource.deepLearningContainer(DeepLearningContainer.lmi('1'), { bucket }),
      'bucket and key go together, expected both or neither',
    ],
  ])('fails with %s', (_, model, fault) => {
    expect(messageOf(() => templateWith(model))).toContain(fault);
  });
});

describe('a deep learning container', () => {
  const lmi = () => ModelSource.deepLearningContainer(DeepLearningContainer.lmi('0.36.0-lmi21.0.0-cu129'));

  it.each([
    ['eu-west-1', '763104351884'],
    ['eu-south-1', '692866216735'],
    ['me-central-1', '914824155844'],
    ['us-gov-west-1', '442386744353'],
    ['cn-north-1', '727897471807'],
  ])('lies, in %s, in account %s', (region, account) => {
    const of = templateWith(lmi, region);
    const [[, model] = []] = resourcesOf(of, 'AWS::SageMaker::Model');
    const image = JSON.stringify(property<object>(model, 'PrimaryContainer'));
    expect(image).toContain(`${account}.dkr.ecr.${region}.`);
    expect(image).toContain('/djl-inference:0.36.0-lmi21.0.0-cu129');
    expect(granted(of)).toContain(`:ecr:${region}:${account}:repository/djl-inference`);
  });

  it.each<[DeepLearningContainer, string]>([
    [DeepLearningContainer.huggingFaceTgi('t'), 'huggingface-pytorch-tgi-inference'],
    [DeepLearningContainer.huggingFacePytorch('t'), 'huggingface-pytorch-inference'],
    [DeepLearningContainer.pytorch('t'), 'pytorch-inference'],
    [DeepLearningContainer.of('tensorflow-inference', 't'), 'tensorflow-inference'],
  ])('is one of a family: %#', (family, repository) => {
    const of = templateWith(() => ModelSource.deepLearningContainer(family));
    expect(JSON.stringify(of.findResources('AWS::SageMaker::Model'))).toContain(`/${repository}:t`);
  });

  it('loads weights of a bucket, or an artefact under another source', () => {
    const weights = templateWith(({ bucket }) =>
      ModelSource.deepLearningContainer(DeepLearningContainer.lmi('1'), { bucket, key: 'qwen/' }),
    );
    expect(JSON.stringify(weights.findResources('AWS::SageMaker::Model'))).toContain('s3://models-of-mine/qwen/');
    const image = ModelImage.deepLearningContainer(DeepLearningContainer.pytorch('1'));
    const artefact = templateWith(({ bucket }) => ModelSource.fromBucket(bucket, 'm.tar.gz', { image }));
    expect(JSON.stringify(artefact.findResources('AWS::SageMaker::Model'))).toContain('/pytorch-inference:1');
  });

  it.each<[string, () => unknown, string]>([
    [
      'a region that is not known',
      () => templateWith(lmi, 'eu-wset-1'),
      'no account is known that holds djl-inference in eu-wset-1 (did you mean eu-west-1)',
    ],
    ['"latest"', () => DeepLearningContainer.lmi('latest'), 'tag is "latest", expected a tag other than "latest"'],
    [
      'a whole address',
      () => DeepLearningContainer.of('1.dkr.ecr/x:y', 't'),
      'repository is "1.dkr.ecr/x:y", expected a repository such as',
    ],
  ])('fails with %s', (_, make, fault) => {
    expect(messageOf(make)).toContain(fault);
  });

  it('fails where the region is known only at deployment', () => {
    const stack = new Stack(newApp(), 'anywhere');
    expect(messageOf(() => endpointWith(stack, () => ({ model: lmi() })))).toContain(
      "the stack's region is known only when it is deployed",
    );
  });
});
