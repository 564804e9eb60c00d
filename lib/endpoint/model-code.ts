import { cpSync, existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve, sep } from 'node:path';
import { Stage, Token } from 'aws-cdk-lib';
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
  /** A folder that Node can load (`index.js`, or the entry of its `package.json`) and that exports `load` and `predict`; bundled or with its own `node_modules`. */
  static node(folder: string): ModelCode {
    return new HostedCode('model-host', folder, 'index.js, nor a package.json that names another entry', isNodeModule, {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
    });
  }

  /** A folder with an `__init__.py` that defines `load` and `predict`, with its packages vendored in it. */
  static python(folder: string): ModelCode {
    return new HostedCode('model-host-python', folder, '__init__.py', (path) => existsSync(join(path, '__init__.py')), {
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
    private readonly hasEntry: (folder: string) => boolean,
    private readonly run: { readonly runtime: Runtime; readonly handler: string },
  ) {
    super();
  }

  _function(scope: Construct, id: string, options: FunctionOptions): LambdaFunction {
    const folder = existingFolder(scope, this.folder);
    refuseWithout(scope, this.folder, this.entry, this.hasEntry(folder));
    const assembly = resolve(Stage.of(scope)?.assetOutdir ?? '');
    if (assembly === folder || assembly.startsWith(`${folder}${sep}`)) {
      throw new ConfigError(
        scope,
        `the model's folder ${show(this.folder)} holds the output of the synthesis, ${assembly}, which would be packed into itself; name a folder with nothing but the model in it`,
      );
    }
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
    const folder = existingFolder(scope, this.folder);
    refuseWithout(scope, this.folder, 'Dockerfile', existsSync(join(folder, 'Dockerfile')));
    return new DockerImageFunction(scope, id, {
      ...options,
      architecture: options.architecture ?? Architecture.ARM_64,
      code: DockerImageCode.fromImageAsset(folder),
    });
  }
}

/** Folders are relative to where synthesis runs, as paths of CDK assets are. */
function existingFolder(scope: Construct, folder: unknown): string {
  if (typeof folder !== 'string' || folder === '' || Token.isUnresolved(folder)) {
    throw new ConfigError(scope, `the model's folder is ${show(folder)}, expected the path of a folder; name it`);
  }
  const absolute = resolve(folder);
  if (!existsSync(absolute) || !statSync(absolute).isDirectory()) {
    throw new ConfigError(
      scope,
      `the model's folder is ${show(folder)}, expected a folder that exists; looked at ${absolute}`,
    );
  }
  return absolute;
}

function refuseWithout(scope: Construct, folder: string, entry: string, present: boolean): void {
  if (present) return;
  throw new ConfigError(
    scope,
    `the model's folder ${show(folder)} has no ${entry}; add it, or name the folder that has it`,
  );
}

/** What Node loads where a folder is required: the entry of its package.json, or index.js. */
function isNodeModule(folder: string): boolean {
  try {
    createRequire(join(folder, 'slipway')).resolve(folder);
    return true;
  } catch {
    return false;
  }
}
