import { Arn, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { checkText, faultsOf } from '../core/checks';
import { ConfigError } from '../core/config-error';
import { nearest } from '../core/nearest';

/** Regions whose images lie in the account that AWS used first. */
const FIRST_ACCOUNT = '763104351884';
const OF_FIRST_ACCOUNT = [
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'sa-east-1',
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
];

/**
 * Accounts that hold the images, by region. Source: `image_uri_config/djl-lmi.json` and `huggingface-llm.json` of the SageMaker
 * Python SDK (November 2026), where all families name the same accounts.
 */
const ACCOUNTS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(OF_FIRST_ACCOUNT.map((region) => [region, FIRST_ACCOUNT])),
  'af-south-1': '626614931356',
  'ap-east-1': '871362719292',
  'ap-northeast-3': '364406365360',
  'ap-south-2': '772153158452',
  'ap-southeast-3': '907027046896',
  'ap-southeast-4': '457447274322',
  'ap-southeast-5': '550225433462',
  'ap-southeast-7': '590183813437',
  'ca-west-1': '204538143572',
  'cn-north-1': '727897471807',
  'cn-northwest-1': '727897471807',
  'eu-central-2': '380420809688',
  'eu-south-1': '692866216735',
  'eu-south-2': '503227376785',
  'il-central-1': '780543022126',
  'me-central-1': '914824155844',
  'me-south-1': '217643126080',
  'mx-central-1': '637423239942',
  'us-gov-east-1': '446045086412',
  'us-gov-west-1': '442386744353',
};

/**
 * An image that AWS builds for serving. Tags are always given: a default would change the model under its user. They are listed
 * at https://aws.github.io/deep-learning-containers/.
 */
export class DeepLearningContainer {
  /**
   * Large model inference: DJL Serving with vLLM or TensorRT-LLM.
   *
   * @param tag such as `0.36.0-lmi21.0.0-cu129`
   */
  static lmi(tag: string): DeepLearningContainer {
    return new DeepLearningContainer('djl-inference', tag);
  }

  /** Hugging Face Text Generation Inference. */
  static huggingFaceTgi(tag: string): DeepLearningContainer {
    return new DeepLearningContainer('huggingface-pytorch-tgi-inference', tag);
  }

  /** Hugging Face transformers on PyTorch. */
  static huggingFacePytorch(tag: string): DeepLearningContainer {
    return new DeepLearningContainer('huggingface-pytorch-inference', tag);
  }

  /** PyTorch with TorchServe. */
  static pytorch(tag: string): DeepLearningContainer {
    return new DeepLearningContainer('pytorch-inference', tag);
  }

  /** Another repository of the same accounts. */
  static of(repository: string, tag: string): DeepLearningContainer {
    return new DeepLearningContainer(repository, tag);
  }

  private constructor(
    readonly repository: string,
    readonly tag: string,
  ) {
    const faults = faultsOf(
      checkText('repository', repository, {
        pattern: /^[a-z0-9]+(?:[._/-][a-z0-9]+)*$/,
        expected: 'a repository such as "djl-inference"',
        known: true,
        fix: 'give its name without registry and tag',
      }),
      checkText('tag', tag, {
        pattern: /^(?!latest$)[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/,
        expected: 'a tag other than "latest"',
        known: true,
        fix: 'name the very version, so that two deployments run the same image',
      }),
    );
    if (faults.length > 0) throw new ConfigError('DeepLearningContainer', faults);
  }

  /**
   * Where the image lies, seen from the region of `scope`.
   *
   * @internal
   */
  _locate(scope: IConstruct): { imageUri: string; repositoryArn: string } {
    const stack = Stack.of(scope);
    const account = this.accountIn(scope, stack.region);
    const registry = `${account}.dkr.ecr.${stack.region}.${stack.urlSuffix}`;
    return {
      imageUri: `${registry}/${this.repository}:${this.tag}`,
      repositoryArn: Arn.format(
        { service: 'ecr', account, resource: 'repository', resourceName: this.repository },
        stack,
      ),
    };
  }

  private accountIn(scope: IConstruct, region: string): string {
    if (Token.isUnresolved(region)) {
      throw new ConfigError(
        scope,
        `the stack's region is known only when it is deployed, expected a region such as "eu-west-1"; the account that holds ${this.repository} differs by region, state env.region`,
      );
    }
    const account = ACCOUNTS[region];
    if (account !== undefined) return account;
    const meant = nearest(region, Object.keys(ACCOUNTS));
    const hint = meant === undefined ? '' : ` (did you mean ${meant})`;
    throw new ConfigError(
      scope,
      `no account is known that holds ${this.repository} in ${region}${hint}, expected one of ${Object.keys(ACCOUNTS).sort().join(', ')}; copy the image into a repository of your own and use ModelImage.fromEcr`,
    );
  }
}
