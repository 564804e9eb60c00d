import type { ProductionVariant } from '@aws-sdk/client-sagemaker';
import { validationError } from '../api-error';
import { type HostedModel, hostedModel } from '../hosting/hosted-model';
import type { ModelHost, RunningModel } from '../hosting/model-host';
import type { EndpointConfig } from './endpoint-configs';
import type { Models } from './models';

/** A variant as it is to run. */
export interface PlannedVariant {
  readonly variant: ProductionVariant & { readonly VariantName: string };
  readonly shadow: boolean;
  /** Undefined on an endpoint for inference components, whose models come later. */
  readonly model: HostedModel | undefined;
  readonly weight: number;
  readonly instances: number;
}

/** A variant as it runs. */
export interface FleetMember extends PlannedVariant {
  /** One server, however many instances: they would be the same. */
  readonly running: RunningModel | undefined;
  weight: number;
  instances: number;
}

/** What the configuration asks for, with its models as they are now: they may be deleted later. */
export function planFleet({ input }: EndpointConfig, models: Models): PlannedVariant[] {
  const plan = (variant: ProductionVariant, shadow: boolean): PlannedVariant => ({
    variant: { ...variant, VariantName: variant.VariantName ?? '' },
    shadow,
    model: variant.ModelName === undefined ? undefined : hostedModel(models.get(variant.ModelName)),
    weight: variant.InitialVariantWeight ?? 1,
    instances: variant.InitialInstanceCount ?? variant.ManagedInstanceScaling?.MinInstanceCount ?? 1,
  });
  return [
    ...(input.ProductionVariants ?? []).map((variant) => plan(variant, false)),
    ...(input.ShadowProductionVariants ?? []).map((variant) => plan(variant, true)),
  ];
}

/** The servers of one configuration of an endpoint. */
export class Fleet {
  private constructor(readonly members: readonly FleetMember[]) {}

  /** Starts all variants, or none and throws a `HostingFault`. */
  static async start(plan: readonly PlannedVariant[], host: ModelHost): Promise<Fleet> {
    const started = await Promise.allSettled(
      plan.map(async (planned): Promise<FleetMember> => {
        const subject = `The primary container for production variant ${planned.variant.VariantName}`;
        const running = planned.model === undefined ? undefined : await host.start(planned.model, subject);
        return { ...planned, running };
      }),
    );
    const fleet = new Fleet(started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
    const failed = started.find((one) => one.status === 'rejected');
    if (failed === undefined) return fleet;
    await fleet.stop();
    throw failed.reason;
  }

  member(name: string): FleetMember | undefined {
    return this.members.find(({ variant }) => variant.VariantName === name);
  }

  get shadow(): FleetMember | undefined {
    return this.members.find(({ shadow }) => shadow);
  }

  /** The variant that a request goes to: the one asked for, or one by weight. */
  choose(asked: string | undefined): FleetMember {
    const candidates = this.members.filter(({ shadow }) => !shadow);
    if (asked !== undefined) {
      const found = candidates.find(({ variant }) => variant.VariantName === asked);
      if (found === undefined) throw validationError(`Variant ${asked} does not exist on this endpoint.`);
      return found;
    }
    const total = candidates.reduce((sum, { weight }) => sum + weight, 0);
    let point = Math.random() * total;
    const chosen = candidates.find(({ weight }) => {
      point -= weight;
      return point < 0;
    });
    if (chosen === undefined) throw validationError('No variant of this endpoint takes traffic.');
    return chosen;
  }

  /** Waits for the requests in flight. */
  async stop(): Promise<void> {
    await Promise.all(this.members.map(({ running }) => running?.stop()));
  }
}
