import type {
  ContainerDefinition,
  CreateModelInput,
  InferenceComponentContainerSpecification,
} from '@aws-sdk/client-sagemaker';

/** Where a model's files are. */
export interface ArtefactLocation {
  /** `s3://bucket/key`, or a prefix that ends with a slash. */
  readonly uri: string;
  readonly kind: 'prefix' | 'object';
  /** Whether it is an archive (tar, gzip), which is unpacked. */
  readonly compressed: boolean;
}

/** What runs behind a variant or a component. */
export interface HostedModel {
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly artefact?: ArtefactLocation;
}

/** The container that answers for a model: its only one, or the first of several. */
export function hostedModel(model: CreateModelInput): HostedModel {
  return ofContainer(model.PrimaryContainer ?? model.Containers?.[0] ?? {});
}

/** A component may name a model, and override its container in part. */
export function componentModel(container: InferenceComponentContainerSpecification, model?: HostedModel): HostedModel {
  return {
    image: container.Image ?? model?.image ?? '',
    environment: { ...model?.environment, ...container.Environment },
    artefact: container.ArtifactUrl === undefined ? model?.artefact : archiveAt(container.ArtifactUrl),
  };
}

function ofContainer({ Image, Environment, ModelDataUrl, ModelDataSource }: ContainerDefinition): HostedModel {
  return {
    image: Image ?? '',
    environment: Environment ?? {},
    artefact: artefactOf(ModelDataUrl, ModelDataSource?.S3DataSource),
  };
}

function artefactOf(
  url: string | undefined,
  source: NonNullable<ContainerDefinition['ModelDataSource']>['S3DataSource'],
): ArtefactLocation | undefined {
  if (source?.S3Uri !== undefined) {
    return {
      uri: source.S3Uri,
      kind: source.S3DataType === 'S3Prefix' ? 'prefix' : 'object',
      compressed: source.CompressionType === 'Gzip',
    };
  }
  return url === undefined ? undefined : archiveAt(url);
}

/** The older ways to name an artefact know archives only. */
function archiveAt(uri: string): ArtefactLocation {
  return { uri, kind: 'object', compressed: true };
}
