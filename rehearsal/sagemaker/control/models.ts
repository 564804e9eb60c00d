import type { CreateModelInput, ModelSummary } from '@aws-sdk/client-sagemaker';
import type { Account } from '../account';
import { validationException } from '../api-error';
import { Named } from '../named';
import type { Wire } from '../wire';
import { epochSeconds } from '../wire';
import type { Tags } from './tags';

interface Model {
  readonly input: CreateModelInput & { readonly ModelName: string };
  readonly arn: string;
  readonly createdAt: number;
}

export class Models {
  private readonly models: Named<Model>;

  constructor(
    private readonly account: Account,
    private readonly tags: Tags,
  ) {
    this.models = new Named(account, 'model');
  }

  create(input: CreateModelInput) {
    const { ModelName, PrimaryContainer, Containers } = input;
    this.models.refuseTaken(ModelName);
    if ((PrimaryContainer === undefined) === (Containers === undefined || Containers.length === 0)) {
      throw validationException('Exactly one of PrimaryContainer and Containers must be given.');
    }
    if (input.ExecutionRoleArn === undefined) throw validationException('ExecutionRoleArn is required.');
    const arn = this.account.arn('model', ModelName);
    this.models.add(ModelName, { input: { ...input, ModelName }, arn, createdAt: epochSeconds() });
    this.tags.set(arn, input.Tags);
    return { ModelArn: arn };
  }

  describe({ ModelName }: { readonly ModelName?: string }) {
    const { input, arn, createdAt } = this.models.get(ModelName);
    const { Tags: _tags, ...described } = input;
    return { ...described, ModelArn: arn, CreationTime: createdAt };
  }

  /** Endpoints that were made of it go on: they have their copy. */
  delete({ ModelName = '' }: { readonly ModelName?: string }) {
    this.tags.forget(this.models.get(ModelName).arn);
    this.models.remove(ModelName);
    return {};
  }

  list(): { Models: Wire<ModelSummary>[] } {
    return {
      Models: this.models
        .all()
        .map(({ input, arn, createdAt }) => ({ ModelName: input.ModelName, ModelArn: arn, CreationTime: createdAt })),
    };
  }

  get(name: string | undefined): CreateModelInput {
    return this.models.get(name).input;
  }
}
