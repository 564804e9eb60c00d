import { handler } from '../../rehearsal/stand-in-handler/index';
import { Loopback } from '../loopback';

/** As CloudFormation hands properties to a custom resource: every primitive is text. */
export function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asText(inner)]));
}

interface Outcome {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
  readonly Data?: Readonly<Record<string, string>>;
}

type Properties = Readonly<Record<string, unknown>>;

interface Resource {
  readonly type: string;
  readonly id: string;
  readonly properties: Properties;
}

/** Plays CloudFormation to the stand-in function: keeps physical ids and properties, and cleans up after replacements. */
export class CustomResources {
  private readonly resources = new Map<string, Resource>();
  private replaced: (Resource & { readonly logicalId: string })[] = [];

  private constructor(private readonly responses: Loopback) {}

  static async start(): Promise<CustomResources> {
    return new CustomResources(await Loopback.start());
  }

  stop(): Promise<void> {
    return this.responses.stop();
  }

  /** Creates the resource, or updates it. */
  async deploy(logicalId: string, type: string, properties: Properties): Promise<Outcome> {
    const before = this.resources.get(logicalId);
    const outcome = await this.send(logicalId, type, before === undefined ? 'Create' : 'Update', properties, before);
    if (outcome.Status === 'FAILED') return outcome;
    this.resources.set(logicalId, { type, id: outcome.PhysicalResourceId, properties });
    if (before !== undefined && before.id !== outcome.PhysicalResourceId) {
      this.replaced.push({ ...before, logicalId });
    }
    return outcome;
  }

  /** Deletes what was replaced, the last first, when the whole stack is updated. */
  async cleanUp(): Promise<void> {
    for (const old of this.replaced.splice(0).reverse()) {
      await this.send(old.logicalId, old.type, 'Delete', old.properties, old);
    }
  }

  async delete(logicalId: string): Promise<Outcome> {
    const before = this.resources.get(logicalId);
    if (before === undefined) throw new Error(`there is no ${logicalId}`);
    this.resources.delete(logicalId);
    return this.send(logicalId, before.type, 'Delete', before.properties, before);
  }

  private async send(
    LogicalResourceId: string,
    type: string,
    RequestType: 'Create' | 'Update' | 'Delete',
    properties: Properties,
    before: { readonly id: string; readonly properties: Properties } | undefined,
  ): Promise<Outcome> {
    const added = (declared: Properties): Properties => {
      const text = asText(declared) as Properties;
      return { ...text, ServiceToken: 'arn:stand-in', SlipwayStandInFor: type };
    };
    this.responses.received.length = 0;
    await handler({
      RequestType,
      ResponseURL: this.responses.url,
      StackId: 'arn:aws:cloudformation:eu-west-1:000000000000:stack/demo-endpoint/1',
      RequestId: 'r',
      LogicalResourceId,
      PhysicalResourceId: before?.id,
      ResourceProperties: added(properties),
      OldResourceProperties: RequestType === 'Update' && before !== undefined ? added(before.properties) : undefined,
    });
    return JSON.parse(this.responses.received[0]?.body ?? '{}');
  }
}
