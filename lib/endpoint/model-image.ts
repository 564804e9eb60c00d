import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Token } from 'aws-cdk-lib';
import { type IRepository, Repository } from 'aws-cdk-lib/aws-ecr';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import type { Construct } from 'constructs';
import { checkText, show } from '../core/checks';
import { ConfigError } from '../core/config-error';
import type { DeepLearningContainer } from './deep-learning-container';

/** Where an image lies and which repository may be read for it. */
interface LocatedImage {
  readonly imageUri: string;
  readonly repositoryArn: string;
}

/** How an image is built. */
export interface ImageBuildOptions {
  /**
   * Processor of the instances.
   * @default that of the instance type: `linux/arm64` for Graviton (c7g, m7g ...), otherwise `linux/amd64`
   */
  readonly platform?: string;
}

/** The container that serves a model: answers `GET /ping` and `POST /invocations` on port 8080. */
export class ModelImage {
  /** A folder with a Dockerfile; the image is built when the stack is deployed. */
  static fromFolder(folder: string, options: ImageBuildOptions = {}): ModelImage {
    return new ModelImage((scope, platform) => {
      const asset = new DockerImageAsset(scope, 'Image', {
        directory: folderWithDockerfile(scope, folder),
        platform: Platform.custom(options.platform ?? platform),
      });
      return { imageUri: asset.imageUri, repositoryArn: asset.repository.repositoryArn };
    });
  }

  /**
   * An image of an ECR repository.
   *
   * @param tagOrDigest a tag that is never moved, or better a digest, `sha256:...`
   */
  static fromEcr(repository: IRepository, tagOrDigest: string): ModelImage {
    return new ModelImage((scope) => located(scope, repository, tagOrDigest));
  }

  /**
   * An image of an ECR repository in the account and region of the stack, by the repository's name.
   *
   * @param tagOrDigest a tag that is never moved, or better a digest, `sha256:...`
   */
  static fromEcrByName(repositoryName: string, tagOrDigest: string): ModelImage {
    return new ModelImage((scope) => {
      const fault = checkText('the name of the repository', repositoryName, {
        required: true,
        pattern: /^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/,
        expected: 'lower case letters, digits and single separators',
        fix: 'take it from the repository',
      });
      if (fault !== undefined) throw new ConfigError(scope, fault);
      return located(scope, Repository.fromRepositoryName(scope, 'ImageRepository', repositoryName), tagOrDigest);
    });
  }

  /** An image that AWS builds. */
  static deepLearningContainer(container: DeepLearningContainer): ModelImage {
    return new ModelImage((scope) => container._locate(scope));
  }

  private constructor(private readonly locate: (scope: Construct, platform: string) => LocatedImage) {}

  /**
   * Finds or builds the image.
   *
   * @param platform of the instances
   *
   * @internal
   */
  _bind(scope: Construct, platform: string): LocatedImage {
    return this.locate(scope, platform);
  }
}

function located(scope: Construct, repository: IRepository, tagOrDigest: string): LocatedImage {
  if (
    !Token.isUnresolved(tagOrDigest) &&
    !/^(?:sha256:[0-9a-f]{64}|[A-Za-z0-9_][A-Za-z0-9._-]{0,127})$/.test(tagOrDigest)
  ) {
    throw new ConfigError(
      scope,
      `the image's tag is ${show(tagOrDigest)}, expected a tag or "sha256:" and 64 hex digits; take it from the repository`,
    );
  }
  return { imageUri: repository.repositoryUriForTagOrDigest(tagOrDigest), repositoryArn: repository.repositoryArn };
}

function folderWithDockerfile(scope: Construct, folder: string): string {
  const absolute = resolve(folder);
  if (existsSync(join(absolute, 'Dockerfile'))) return absolute;
  throw new ConfigError(
    scope,
    `the image's folder is ${show(folder)}, expected one with a Dockerfile; looked in ${absolute}`,
  );
}
