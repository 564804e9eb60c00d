import { Duration, Size, SizeRoundingBehavior } from 'aws-cdk-lib';
import { PRODUCTION_VARIANT } from '../../protocol/endpoint';
import { checkNumber, faultsOf, show } from '../core/checks';
import type { BackendCapabilities, ComponentModel, EndpointFront } from './api';
import type { HostingConfig, HostingContext, HostingLoad, HostingTraits, IEndpointHosting } from './hosting';
import { variantSubject } from './sagemaker-metric';

/** Properties of serverless hosting. */
export interface ServerlessHostingProps {
  /**
   * Memory, and with it the share of a processor: 1,024 MiB to 6,144 MiB, in steps of 1,024 MiB.
   * @default 2,048 MiB
   */
  readonly memory?: Size;
  /**
   * Requests at the same time, 1 to 200; more are refused.
   * @default 20
   */
  readonly maxConcurrency?: number;
}

const MEMORY_MIB = [1024, 2048, 3072, 4096, 5120, 6144];
const CONCURRENCY = 20;

/** Containers that AWS starts for a request and takes away after it; no GPU. Kept ones are provisioned concurrency. */
export class ServerlessHosting implements IEndpointHosting {
  readonly capabilities: BackendCapabilities = {
    // Developer guide, "Serverless inference": 60 s, 4 MB.
    maxTimeout: Duration.seconds(60),
    maxInput: Size.mebibytes(4),
    keepsInstances: true,
    ownsEndpoint: true,
    scalesToZero: true,
    blueGreen: true,
  };
  /** @internal */
  readonly _traits: HostingTraits = {
    instanceTypes: [],
    // API reference, ModelDataSource: "cannot be used with serverless endpoints".
    loadsPrefixes: false,
    // Developer guide, "Serverless inference", feature exclusions: no VPC, no network isolation, no data capture.
    hasNetwork: false,
    capturesData: false,
    hasComponents: false,
    hasShadow: false,
    // Developer guide, "Alarms and logs for tracking metrics from serverless endpoints": an exhaustive list, without it.
    countsModelErrors: false,
    // AWS starts containers within the request.
    starts: { downloadSeconds: 0, startupSeconds: 180 },
    subjects: (endpointName) => [
      { subject: variantSubject(endpointName, PRODUCTION_VARIANT), what: 'the production variant' },
    ],
    componentNames: () => [],
  };

  constructor(private readonly props: ServerlessHostingProps = {}) {}

  /** @internal */
  _front(): EndpointFront {
    return { loadsOnDemand: true };
  }

  /** @internal */
  _faults({ minimumInstances }: HostingLoad): string[] {
    const memory = this.props.memory?.toMebibytes({ rounding: SizeRoundingBehavior.NONE });
    const concurrency = this.props.maxConcurrency ?? CONCURRENCY;
    return faultsOf(
      memory !== undefined && !MEMORY_MIB.includes(memory)
        ? `memory is ${show(memory)} MiB, expected one of ${MEMORY_MIB.join(', ')}; SageMaker gives whole gibibytes up to 6`
        : undefined,
      checkNumber('maxConcurrency', this.props.maxConcurrency, {
        min: 1,
        max: 200,
        integer: true,
        known: true,
        fix: 'SageMaker takes up to 200; more belongs on real-time hosting',
      }),
      minimumInstances > concurrency
        ? `minimumInstances is ${minimumInstances}, expected at most maxConcurrency (${concurrency}); they are kept as provisioned concurrency`
        : undefined,
    );
  }

  /** @internal */
  _configure({ model, minimumInstances }: HostingContext): HostingConfig {
    const { memory = Size.mebibytes(2048), maxConcurrency = CONCURRENCY } = this.props;
    return {
      production: {
        variantName: PRODUCTION_VARIANT,
        modelName: model.attrModelName,
        initialVariantWeight: 1,
        serverlessConfig: {
          memorySizeInMb: memory.toMebibytes(),
          maxConcurrency,
          provisionedConcurrency: minimumInstances > 0 ? minimumInstances : undefined,
        },
      },
      keepsCount: false,
      rollsOut: true,
    };
  }

  /** @internal */
  _complete(): ComponentModel[] {
    // Nothing scales: AWS does it within maxConcurrency.
    return [];
  }
}
