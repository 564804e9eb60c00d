import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Token } from 'aws-cdk-lib';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { CfnModel } from 'aws-cdk-lib/aws-sagemaker';
import type { Construct } from 'constructs';
import { show } from '../core/checks';
import { ConfigError } from '../core/config-error';
import type { IModelRegistry } from '../lifecycle/api';
import type { DeepLearningContainer } from './deep-learning-container';
import type { DesiredVersion } from './desired-version';
import { grantImage, grantPrefix } from './execution-role';
import { type ImageBuildOptions, ModelImage } from './model-image';

/** What the container is told. */
export interface ModelEnvironmentOptions {
  /**
   * Environment variables of the container; nothing secret, they are shown by `DescribeModel`.
   * @default none
   */
  readonly environment?: { [name: string]: string };
}

/** A container and an artefact. */
export interface ArtifactSourceOptions extends ModelEnvironmentOptions {
  /** The container that loads the artefact, from `/opt/ml/model`. */
  readonly image: ModelImage;
}

/** A model of which the registry says which version serves. */
export interface RegistrySourceOptions extends ModelEnvironmentOptions {
  /** The container that loads the versions, from `/opt/ml/model`. */
  readonly image: ModelImage;
  /**
   * A `.tar.gz` among the files of each version, which is then all that is loaded. Serverless endpoints load nothing else.
   * @default the files of the version are loaded as they are
   */
  readonly archive?: string;
}

/** A model in an image of its own. */
export interface ImageSourceOptions extends ModelEnvironmentOptions, ImageBuildOptions {}

/** A container of AWS, with the weights that it is given or told to fetch. */
export interface DeepLearningSourceOptions extends ModelEnvironmentOptions {
  /**
   * Bucket of the weights.
   * @default none: the container fetches them from a hub, as its environment says, which needs `NetworkIsolation.off`
   */
  readonly bucket?: IBucket;
  /**
   * Key of a `.tar.gz` in the bucket, or a prefix that ends in a slash.
   * @default needed with `bucket`
   */
  readonly key?: string;
}

/** @internal */
export interface SourceContext {
  readonly role: Role;
  /** Whether the hosting loads uncompressed artefacts; serverless endpoints do not. */
  readonly loadsPrefixes: boolean;
  /** Of the instances, as Docker names it. */
  readonly platform: string;
  /** Within a stage only. */
  readonly stage?: StageSource;
}

/** @internal */
export interface StageSource {
  readonly desired: DesiredVersion;
  readonly registry: IModelRegistry;
  readonly model: string;
  readonly demandsRollbackAlarm: boolean;
  readonly payloadBucket?: IBucket;
}

/** Where a model and its container come from. */
export class ModelSource {
  /**
   * The version that the stage's registry says; within a `ProductionModel` only. `npx slipway models use` changes it.
   *
   * @example
   * ModelSource.fromRegistry({ image: ModelImage.fromFolder('container') });
   */
  static fromRegistry(options: RegistrySourceOptions): ModelSource {
    return new ModelSource((scope, context) => registrySource(scope, context, options), true);
  }

  /**
   * An artefact that lies in a bucket.
   *
   * @param key of a `.tar.gz`, or a prefix that ends in a slash
   */
  static fromBucket(bucket: IBucket, key: string, options: ArtifactSourceOptions): ModelSource {
    return new ModelSource((scope, context) => ({
      ...containerOf(scope, context, options.image, options),
      ...artifactIn(scope, context, bucket, key),
    }));
  }

  /** A `.tar.gz` on this machine, uploaded when the stack is deployed. */
  static fromAsset(path: string, options: ArtifactSourceOptions): ModelSource {
    return new ModelSource((scope, context) => {
      const asset = new Asset(scope, 'Artifact', { path: archiveAt(scope, path) });
      return {
        ...containerOf(scope, context, options.image, options),
        // Its key ends in .gz only, as keys of assets do; SageMaker looks into the object, not at its name.
        ...archiveIn(context, asset.bucket, asset.s3ObjectKey),
      };
    });
  }

  /** A folder with a Dockerfile whose image holds the model. */
  static fromImage(folder: string, options: ImageSourceOptions = {}): ModelSource {
    return new ModelSource((scope, context) =>
      containerOf(scope, context, ModelImage.fromFolder(folder, options), options),
    );
  }

  /** An image of an ECR repository that holds the model. */
  static fromEcr(repository: IRepository, tagOrDigest: string, options: ModelEnvironmentOptions = {}): ModelSource {
    return new ModelSource((scope, context) =>
      containerOf(scope, context, ModelImage.fromEcr(repository, tagOrDigest), options),
    );
  }

  /**
   * A container that AWS builds.
   *
   * @example
   * ModelSource.deepLearningContainer(DeepLearningContainer.lmi('0.36.0-lmi21.0.0-cu129'), {
   *   environment: { HF_MODEL_ID: 'Qwen/Qwen2.5-7B-Instruct' },
   * });
   */
  static deepLearningContainer(container: DeepLearningContainer, options: DeepLearningSourceOptions = {}): ModelSource {
    return new ModelSource((scope, context) => {
      const { bucket, key } = options;
      if ((bucket === undefined) !== (key === undefined)) {
        throw new ConfigError(scope, 'bucket and key go together, expected both or neither; give the other one');
      }
      return {
        ...containerOf(scope, context, ModelImage.deepLearningContainer(container), options),
        ...(bucket === undefined || key === undefined ? {} : artifactIn(scope, context, bucket, key)),
      };
    });
  }

  private constructor(
    private readonly container: (scope: Construct, context: SourceContext) => CfnModel.ContainerDefinitionProperty,
    /** @internal */
    readonly _needsStage = false,
  ) {}

  /**
   * The container, with the permission to load it given to the role.
   *
   * @internal
   */
  _bind(scope: Construct, context: SourceContext): CfnModel.ContainerDefinitionProperty {
    return this.container(scope, context);
  }
}

function registrySource(
  scope: Construct,
  context: SourceContext,
  options: RegistrySourceOptions,
): CfnModel.ContainerDefinitionProperty {
  const { stage } = context;
  if (stage === undefined) {
    throw new ConfigError(
      scope,
      'the model comes from the registry, expected a ProductionModel around the endpoint; only there it is known which version serves, use ModelSource.fromBucket elsewhere',
    );
  }
  if (options.archive === undefined && !context.loadsPrefixes) throw new ConfigError(scope, COMPRESSED_ONLY);
  stage.registry.grantReadArtifacts(context.role, stage.model);
  const { artifactUri } = stage.desired;
  return {
    ...containerOf(scope, context, options.image, options),
    ...(options.archive === undefined ? prefixAt(artifactUri) : { modelDataUrl: `${artifactUri}${options.archive}` }),
  };
}

const COMPRESSED_ONLY =
  'the artefact is a prefix, expected a .tar.gz; serverless endpoints load no other (API reference, ModelDataSource), pack it';

function containerOf(
  scope: Construct,
  { role, platform }: SourceContext,
  image: ModelImage,
  { environment }: ModelEnvironmentOptions,
): CfnModel.ContainerDefinitionProperty {
  const { imageUri, repositoryArn } = image._bind(scope, platform);
  grantImage(role, repositoryArn);
  return { image: imageUri, environment };
}

/** Files as they are, below a prefix. */
function prefixAt(s3Uri: string): CfnModel.ContainerDefinitionProperty {
  return { modelDataSource: { s3DataSource: { s3DataType: 'S3Prefix', compressionType: 'None', s3Uri } } };
}

function artifactIn(
  scope: Construct,
  { role, loadsPrefixes }: SourceContext,
  bucket: IBucket,
  key: string,
): CfnModel.ContainerDefinitionProperty {
  const isPrefix = !Token.isUnresolved(key) && key.endsWith('/');
  if (!Token.isUnresolved(key) && !isPrefix && !key.endsWith('.tar.gz')) {
    throw new ConfigError(
      scope,
      `the artefact's key is ${show(key)}, expected a .tar.gz or a prefix that ends in a slash; SageMaker unpacks no other archives`,
    );
  }
  if (isPrefix && !loadsPrefixes) throw new ConfigError(scope, COMPRESSED_ONLY);
  if (!isPrefix) return archiveIn({ role }, bucket, key);
  grantPrefix(role, bucket, key, 'read');
  return prefixAt(bucket.s3UrlForObject(key));
}

function archiveIn(
  { role }: Pick<SourceContext, 'role'>,
  bucket: IBucket,
  key: string,
): CfnModel.ContainerDefinitionProperty {
  grantPrefix(role, bucket, key, 'read');
  return { modelDataUrl: bucket.s3UrlForObject(key) };
}

function archiveAt(scope: Construct, path: string): string {
  const absolute = resolve(path);
  if (path.endsWith('.tar.gz') && existsSync(absolute) && statSync(absolute).isFile()) return absolute;
  throw new ConfigError(scope, `the artefact is ${show(path)}, expected a .tar.gz that exists; looked at ${absolute}`);
}
