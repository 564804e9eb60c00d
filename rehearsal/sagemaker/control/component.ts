import type {
  CreateInferenceComponentInput,
  InferenceComponentSpecification,
  InferenceComponentStatus,
  InferenceComponentSummary,
} from '@aws-sdk/client-sagemaker';
import { validationException } from '../api-error';
import type { RunningModel } from '../hosting/model-host';
import { epochSeconds, type Wire } from '../wire';

/** An inference component and what is true of it now. */
export class Component {
  status: InferenceComponentStatus = 'Creating';
  failureReason: string | undefined;
  specification: InferenceComponentSpecification;
  /** One server, however many copies: they would be the same. */
  running: RunningModel | undefined;
  desiredCopies: number;
  currentCopies = 0;
  /** Set while a copy is on its way that a failure asked for. */
  waking = false;
  readonly createdAt = epochSeconds();
  private modifiedAt = this.createdAt;

  constructor(
    readonly name: string,
    readonly arn: string,
    readonly endpoint: { readonly name: string; readonly arn: string },
    readonly variantName: string,
    input: CreateInferenceComponentInput,
  ) {
    this.specification = specificationOf(input);
    this.desiredCopies = input.RuntimeConfig?.CopyCount ?? 1;
  }

  set(status: InferenceComponentStatus, failureReason?: string): void {
    this.status = status;
    this.failureReason = failureReason;
    this.modifiedAt = epochSeconds();
  }

  refuseInProgress(): void {
    if (this.status !== 'InService' && this.status !== 'Failed') {
      throw validationException(`Cannot update in-progress inference component "${this.arn}".`);
    }
  }

  describe() {
    const { Container, ...specification } = this.specification;
    return {
      ...this.summary(),
      ...(this.failureReason === undefined ? {} : { FailureReason: this.failureReason }),
      Specification: {
        ...specification,
        ...(Container === undefined
          ? {}
          : {
              Container: {
                DeployedImage: { SpecifiedImage: Container.Image, ResolvedImage: Container.Image },
                ArtifactUrl: Container.ArtifactUrl,
                Environment: Container.Environment,
              },
            }),
      },
      RuntimeConfig: { DesiredCopyCount: this.desiredCopies, CurrentCopyCount: this.currentCopies },
    };
  }

  summary(): Wire<Required<InferenceComponentSummary>> {
    return {
      InferenceComponentName: this.name,
      InferenceComponentArn: this.arn,
      EndpointName: this.endpoint.name,
      EndpointArn: this.endpoint.arn,
      VariantName: this.variantName,
      InferenceComponentStatus: this.status,
      CreationTime: this.createdAt,
      LastModifiedTime: this.modifiedAt,
    };
  }
}

/** The only specification, or the first of several: instance types make no difference here. */
export function specificationOf(input: {
  readonly Specification?: InferenceComponentSpecification;
  readonly Specifications?: readonly InferenceComponentSpecification[];
}): InferenceComponentSpecification {
  const specification = input.Specification ?? input.Specifications?.[0];
  if (specification === undefined) throw validationException('A Specification is required.');
  const { ModelName, Container } = specification;
  if (ModelName === undefined && Container?.Image === undefined) {
    throw validationException('The Specification must name a model or the image of a container.');
  }
  return specification;
}
