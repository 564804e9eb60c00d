import { TAG } from '../../protocol/tags';

/** How billing knows a tag. A tag is not seen until up to 24 hours after the first resource has it. */
export type TagStatus = 'active' | 'inactive' | 'not seen' | 'unknown';

/** Cost-allocation tags of the account that pays. Each request of Cost Explorer costs. */
export interface CostTags {
  /** Status of those of `keys` that billing knows. */
  list(keys: readonly string[]): Promise<ReadonlyMap<string, 'active' | 'inactive'>>;
  /** Activates `keys`; gives the reason for each that was not activated. */
  activate(keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Requests made so far. */
  readonly requests: number;
}

/** Cost-allocation tags cannot be read without credentials. */
export class NoCredentials extends Error {
  constructor(options?: ErrorOptions) {
    super('no AWS credentials were found', options);
    this.name = 'NoCredentials';
  }
}

export interface TagReport {
  readonly key: string;
  /** The budget counts nothing without it. */
  readonly needed: boolean;
  readonly why: string;
  readonly status: TagStatus;
  /** Whether this run activated it. */
  readonly activated: boolean;
  /** Why this run could not. */
  readonly error?: string;
}

export interface SetupReport {
  readonly tags: readonly TagReport[];
  /** Requests of Cost Explorer that this run made, at `usdPerRequest` each. */
  readonly requests: number;
  readonly usdPerRequest: number;
}

/** Price of one request of the Cost Explorer API, every page counted (AWS Cost Management pricing). */
const USD_PER_REQUEST = 0.01;

const TAGS = [
  { key: TAG.deployment, needed: true, why: 'the budget of a stage counts what has this tag' },
  { key: TAG.model, needed: false, why: 'cost of a model over all of its stages' },
  { key: TAG.stage, needed: false, why: 'cost of pilots against production' },
  { key: TAG.owner, needed: false, why: 'cost by team' },
  { key: TAG.costCentre, needed: false, why: 'cost by cost centre' },
] as const;

/** Reads the status of the tags, and activates those that are inactive where `activate` is set. */
export async function setUpCostTags(
  costTags: CostTags,
  { activate }: { readonly activate: boolean },
): Promise<SetupReport> {
  const known = await listed(costTags);
  const inactive = TAGS.map(({ key }) => key).filter((key) => known?.get(key) === 'inactive');
  const asked = activate ? inactive : [];
  const errors = asked.length === 0 ? new Map<string, string>() : await costTags.activate(asked);
  const tags = TAGS.map((tag): TagReport => {
    const error = errors.get(tag.key);
    const activated = asked.includes(tag.key) && error === undefined;
    const status = activated ? 'active' : known === undefined ? 'unknown' : (known.get(tag.key) ?? 'not seen');
    return { ...tag, status, activated, ...(error === undefined ? {} : { error }) };
  });
  return { tags, requests: costTags.requests, usdPerRequest: USD_PER_REQUEST };
}

/** What must still be done before the budget counts; undefined when nothing is. */
export function obstacle({ tags }: SetupReport): string | undefined {
  const failed = tags.filter(({ error }) => error !== undefined);
  if (failed.length > 0) {
    return `could not activate ${failed.map(({ key, error }) => `${key} (${error})`).join(', ')}`;
  }
  const needed = tags.find((tag) => tag.needed && tag.status !== 'active');
  if (needed?.status === 'unknown') return `${needed.key} was not activated: ${UNKNOWN}`;
  if (needed?.status === 'not seen') return `${needed.key} cannot be activated yet: ${NOT_SEEN}`;
  return needed === undefined ? undefined : `${needed.key} is not active`;
}

const UNKNOWN = 'there are no AWS credentials; set AWS_PROFILE for the account that pays';
const NOT_SEEN = 'billing has not seen it; deploy the stage, wait up to 24 hours, and run this again';

/** What the report means and what to do next, for a person. */
export function advice({ tags, requests, usdPerRequest }: SetupReport, stage: string): string[] {
  const command = `npx slipway finance setup ${stage} --yes`;
  const keysOf = (status: TagStatus) => tags.filter((tag) => tag.status === status).map(({ key }) => key);
  const lines: string[] = [];
  if (tags.some(({ status }) => status === 'unknown')) lines.push(`the status is unknown: ${UNKNOWN}`);
  if (keysOf('not seen').length > 0)
    lines.push(`not seen: billing lists a tag up to 24 hours after its first resource; it cannot be activated before`);
  const failed = tags.some(({ error }) => error !== undefined);
  if (keysOf('inactive').length > 0 && !failed) {
    lines.push(`dry run: nothing was changed; "${command}" would activate ${keysOf('inactive').join(', ')}`);
  }
  const activated = tags.filter((tag) => tag.activated).map(({ key }) => key);
  if (activated.length > 0)
    lines.push(`activated ${activated.join(', ')}; it takes up to 24 hours to count, and not backwards`);
  const cost = (requests * usdPerRequest).toFixed(2);
  lines.push(
    requests === 0
      ? `Cost Explorer was not asked; a request costs ${usdPerRequest} USD`
      : `Cost Explorer was asked ${requests === 1 ? 'once' : `${requests} times`}, for ${cost} USD (${usdPerRequest} USD a request)`,
  );
  return lines;
}

async function listed(costTags: CostTags): Promise<ReadonlyMap<string, 'active' | 'inactive'> | undefined> {
  try {
    return await costTags.list(TAGS.map(({ key }) => key));
  } catch (error) {
    if (error instanceof NoCredentials) return undefined;
    throw error;
  }
}
