import type { DeploymentConfig, EndpointStatus, EndpointSummary } from '@aws-sdk/client-sagemaker';
import { validationException } from '../api-error';
import { epochSeconds, type Wire } from '../wire';
import type { EndpointConfig } from './endpoint-configs';
import type { Fleet, FleetMember } from './fleet';

/** Statuses in which the fleet answers requests. */
const SERVING = new Set<EndpointStatus>(['InService', 'Updating', 'RollingBack', 'SystemUpdating']);
const IN_PROGRESS = new Set<EndpointStatus>(['Creating', 'Updating', 'RollingBack', 'SystemUpdating', 'Deleting']);

/** An endpoint and what is true of it now. */
export class Endpoint {
  status: EndpointStatus = 'Creating';
  failureReason: string | undefined;
  fleet: Fleet | undefined;
  deploymentConfig: DeploymentConfig | undefined;
  /** What is on its way to become the configuration. */
  pending: { readonly config: EndpointConfig; readonly since: number } | undefined;
  readonly createdAt = epochSeconds();
  private modifiedAt = this.createdAt;

  constructor(
    readonly name: string,
    readonly arn: string,
    /** The configuration that is served. */
    public config: EndpointConfig,
  ) {}

  set(status: EndpointStatus, failureReason?: string): void {
    this.status = status;
    this.failureReason = failureReason;
    this.modifiedAt = epochSeconds();
  }

  get isServing(): boolean {
    return SERVING.has(this.status) && this.fleet !== undefined;
  }

  /** Whether models come as inference components. */
  get takesComponents(): boolean {
    return (this.config.input.ProductionVariants ?? []).some(({ ModelName }) => ModelName === undefined);
  }

  refuseInProgress(): void {
    if (IN_PROGRESS.has(this.status)) throw validationException(`Cannot update in-progress endpoint "${this.arn}".`);
  }

  refuseFailed(): void {
    if (this.status === 'Failed') {
      throw validationException(
        `Endpoint "${this.arn}" is in status Failed; DeleteEndpoint is the only operation that can be performed on a failed endpoint.`,
      );
    }
  }

  describe() {
    const members = this.fleet?.members ?? [];
    const shadows = members.filter(({ shadow }) => shadow);
    const { AsyncInferenceConfig, DataCaptureConfig } = this.config.input;
    return {
      ...this.summary(),
      EndpointConfigName: this.config.input.EndpointConfigName,
      ProductionVariants: members.filter(({ shadow }) => !shadow).map(describeVariant),
      ...(shadows.length > 0 ? { ShadowProductionVariants: shadows.map(describeVariant) } : {}),
      ...(AsyncInferenceConfig === undefined ? {} : { AsyncInferenceConfig }),
      ...(DataCaptureConfig === undefined ? {} : { DataCaptureConfig: captureSummary(DataCaptureConfig) }),
      ...(this.failureReason === undefined ? {} : { FailureReason: this.failureReason }),
      ...(this.deploymentConfig === undefined ? {} : { LastDeploymentConfig: this.deploymentConfig }),
      ...(this.pending === undefined
        ? {}
        : {
            PendingDeploymentSummary: {
              EndpointConfigName: this.pending.config.input.EndpointConfigName,
              StartTime: this.pending.since,
            },
          }),
    };
  }

  summary(): Wire<Required<EndpointSummary>> {
    return {
      EndpointName: this.name,
      EndpointArn: this.arn,
      EndpointStatus: this.status,
      CreationTime: this.createdAt,
      LastModifiedTime: this.modifiedAt,
    };
  }
}

function describeVariant({ variant, model, weight, instances }: FleetMember) {
  const { VariantName, ServerlessConfig, ManagedInstanceScaling, RoutingConfig } = variant;
  const capacity =
    ServerlessConfig === undefined
      ? { CurrentInstanceCount: instances, DesiredInstanceCount: instances }
      : { CurrentServerlessConfig: ServerlessConfig, DesiredServerlessConfig: ServerlessConfig };
  return {
    VariantName,
    ...(model === undefined ? {} : { DeployedImages: [deployedImage(model.image)] }),
    CurrentWeight: weight,
    DesiredWeight: weight,
    ...capacity,
    ...(ManagedInstanceScaling === undefined ? {} : { ManagedInstanceScaling }),
    ...(RoutingConfig === undefined ? {} : { RoutingConfig }),
  };
}

/** A URI by tag is resolved to one by digest; here only what was given by digest has one. */
function deployedImage(image: string): Wire<Readonly<Record<string, string | number>>> {
  return { SpecifiedImage: image, ResolvedImage: image, ResolutionTime: epochSeconds() };
}

function captureSummary(config: NonNullable<EndpointConfig['input']['DataCaptureConfig']>) {
  return {
    EnableCapture: config.EnableCapture ?? false,
    CaptureStatus: config.EnableCapture === true ? 'Started' : 'Stopped',
    CurrentSamplingPercentage: config.InitialSamplingPercentage,
    DestinationS3Uri: config.DestinationS3Uri,
    KmsKeyId: config.KmsKeyId,
  };
}
