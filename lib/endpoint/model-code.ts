import { cpSync, existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  Architecture,
  Code,
  DockerImageCode,
  DockerImageFunction,
  type FunctionOptions,
  Function as LambdaFunction,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { show } from '../core/checks';
import { ConfigError } from '../core/config-error';
import { folderWith, handlerFolder } from '../core/package-files';

/**
 * Inference code that runs as a Lambda function. A Node or Python folder is hosted by this package: the host loads the
 * artefact of the live version once and calls `load(directory)` and `predict(model, input)` of the folder. A container image
 * speaks the protocol of `docs/backends-lambda.md` itself.
 */
export abstract class ModelCode {
  /** A folder with an `index.js` that exports `load` and `predict`; bundled or with its own `node_modules`. */
  static node(folder: string): ModelCode {
    return new HostedCode('model-host', folder, 'index.js', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
    });
  }

  /** A folder with an `__init__.py` that defines `load` and `predict`, with its packages vendored in it. */
  static python(folder: string): ModelCode {
    return new HostedCode('model-host-python', folder, '__init__.py', {
      runtime: Runtime.PYTHON_3_13,
      handler: 'slipway_host.handler',
    });
  }

  /** A folder with a Dockerfile; the image is built when the stage is deployed. */
  static containerImage(folder: string): ModelCode {
    return new ImageCode(folder);
  }

  /**
   * The function that runs the code.
   *
   * @internal
   */
  abstract _function(scope: Construct, id: string, options: FunctionOptions): LambdaFunction;
}

class HostedCode extends ModelCode {
  constructor(
    private readonly host: string,
    private readonly folder: string,
    private readonly entry: string,
    private readonly run: { readonly runtime: Runtime; readonly handler: string },
  ) {
    super();
  }

  _function(scope: Construct, id: string, options: FunctionOptions): LambdaFunction {
    const folder = existingFolder(scope, this.folder, this.entry);
    const asset = folderWith(scope, handlerFolder(this.host), folder, (target) => {
      cpSync(folder, join(target, 'model'), { recursive: true });
    });
    return new LambdaFunction(scope, id, {
      ...options,
      runtime: this.run.runtime,
      handler: this.run.handler,
      architecture: options.architecture ?? Architecture.ARM_64,
      code: Code.fromAsset(asset),
    });
  }
}

class ImageCode extends ModelCode {
  constructor(private readonly folder: string) {
    super();
  }

  _function(scope: Construct, id: string, options: FunctionOptions): LambdaFunction {
    const folder = existingFolder(scope, this.folder, 'Dockerfile');
    return new DockerImageFunction(scope, id, {
      ...options,
      architecture: options.architecture ?? Architecture.ARM_64,
      code: DockerImageCode.fromImageAsset(folder),
    });
  }
}

/** Folders are relative to where synthesis runs, as paths of CDK assets are. */
function existingFolder(scope: Construct, folder: string, entry: string): string {
  const absolute = resolve(folder);
  if (!existsSync(absolute) || !statSync(absolute).isDirectory()) {
    throw new ConfigError(
      scope,
      `the model's folder is ${show(folder)}, expected a folder that exists; looked at ${absolute}`,
    );
  }
  if (!existsSync(join(absolute, entry))) {
    throw new ConfigError(
      scope,
      `the model's folder ${show(folder)} has no ${entry}; add it, or name the folder that has it`,
    );
  }
  return absolute;
}
