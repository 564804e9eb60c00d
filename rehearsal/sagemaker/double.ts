import { Account } from './account';
import { validationException } from './api-error';
import { type ConnectedAws, connectAws } from './aws';
import { EndpointConfigs } from './control/endpoint-configs';
import { Endpoints } from './control/endpoints';
import { InferenceComponents } from './control/inference-components';
import { Models } from './control/models';
import { Rollout } from './control/rollout';
import { Tags } from './control/tags';
import { Faults } from './faults';
import type { ImageServers } from './hosting/image-map';
import { ModelHost } from './hosting/model-host';
import { Metrics } from './metrics';
import { Invoke } from './runtime/invoke';
import { InvokeAsync } from './runtime/invoke-async';
import { type ScaledResource, Scaling } from './scaling/scaling';
import { Background, DEFAULT_TIMINGS, type Timings } from './timings';

export interface DoubleOptions {
  readonly region: string;
  readonly account: string;
  /** Models, and the log of their servers, go below it. */
  readonly folder: string;
  readonly images: ImageServers;
  /** Folders of this machine that stand for an S3 URI of a model. */
  readonly artefacts?: Readonly<Record<string, string>>;
  readonly timings?: Partial<Timings>;
}

/** SageMaker and Application Auto Scaling of one account and region, behind whatever speaks their protocols. */
export class Double {
  readonly faults = new Faults();
  readonly tags = new Tags();
  readonly models: Models;
  readonly configs: EndpointConfigs;
  readonly endpoints: Endpoints;
  readonly components: InferenceComponents;
  readonly scaling: Scaling;
  readonly runtime: Invoke;
  readonly asyncRuntime: InvokeAsync;
  readonly metrics: Metrics;
  private readonly background: Background;
  private readonly host: ModelHost;
  private connected: ConnectedAws | undefined;

  constructor(
    private readonly options: DoubleOptions,
    report: (error: unknown) => void,
  ) {
    const account = new Account(options.region, options.account);
    const timings = { ...DEFAULT_TIMINGS, ...options.timings };
    const aws = () => this.connected;
    const { tags, faults } = this;
    const background = new Background(report);
    const host = new ModelHost({
      folder: options.folder,
      images: options.images,
      artefacts: { folders: options.artefacts ?? {}, s3: () => this.connected?.s3 },
      startUpMs: timings.startUp,
      signal: background.signal,
    });
    this.background = background;
    this.host = host;
    this.metrics = new Metrics(aws, timings.metrics, report);
    this.metrics.start();
    this.models = new Models(account, tags);
    this.configs = new EndpointConfigs(account, tags, this.models);
    this.scaling = new Scaling(account, (resource) => this.leastCapacity(resource));
    this.endpoints = new Endpoints({
      account,
      tags,
      models: this.models,
      configs: this.configs,
      rollout: new Rollout({ host, faults, timings, background, aws }),
      scaled: this.scaling,
      aws,
      components: () => this.components,
    });
    this.components = new InferenceComponents({
      account,
      tags,
      models: this.models,
      host,
      faults,
      aws,
      timings,
      background,
      metrics: this.metrics,
      endpoint: (name) => this.endpoints.get(name),
      hasStepPolicy: (component) => this.scaling.hasStepPolicy(component),
    });
    const { endpoints, components, metrics } = this;
    const runtime = { account, endpoints, components, faults, metrics, timings, background };
    this.runtime = new Invoke(runtime);
    this.asyncRuntime = new InvokeAsync({
      ...runtime,
      aws,
      hasStepPolicy: (endpoint, variant) => this.scaling.hasVariantStepPolicy(endpoint, variant),
    });
  }

  /** Tells where S3, SNS and CloudWatch are: the emulator starts after the double, whose address is in its environment. */
  connect(endpoint: string): void {
    this.connected = connectAws(endpoint, this.options.region);
  }

  /** Process ids of the models' servers. */
  get pids(): number[] {
    return this.host.pids;
  }

  /** Ends every transition and every server. */
  async stop(): Promise<void> {
    await this.background.end();
    await this.host.stop();
    await this.metrics.stop();
  }

  /** Real-time variants cannot be scaled to zero; asynchronous ones and components can. */
  private leastCapacity(resource: ScaledResource): number {
    if (resource.kind === 'component') {
      this.components.describe({ InferenceComponentName: resource.component });
      return 0;
    }
    const endpoint = this.endpoints.get(resource.endpoint);
    const variants = endpoint.config.input.ProductionVariants ?? [];
    const variant = variants.find(({ VariantName }) => VariantName === resource.variant);
    if (variant === undefined) {
      throw validationException(`Variant ${resource.variant} does not exist on endpoint ${resource.endpoint}.`);
    }
    return endpoint.config.input.AsyncInferenceConfig === undefined ? 1 : 0;
  }
}
