import type { Expected } from './expected';
import type { DeployedEndpoint, DeployedVariant } from './ports';

/** `rolledBack` says what serves as it served before, which alarms may explain. */
export type Comparison =
  | { readonly kind: 'as-asked' }
  | { readonly kind: 'changing'; readonly text: string }
  | { readonly kind: 'other'; readonly rolledBack: 'endpoint' | 'component' | 'nothing'; readonly text: string };

const CHANGING = new Set(['Creating', 'Updating', 'SystemUpdating', 'RollingBack']);

export function compare(expected: Expected, endpoint: DeployedEndpoint | undefined): Comparison {
  const { endpoint: name, config } = expected;
  if (endpoint === undefined) return other(`there is no endpoint ${name}`);
  const { status, configName, failureReason } = endpoint;
  if (CHANGING.has(status)) {
    return { kind: 'changing', text: `endpoint ${name} is still ${status}; it was to serve configuration ${config}` };
  }
  const why = failureReason === undefined ? '' : `; SageMaker says: ${failureReason}`;
  if (status !== 'InService') return other(`endpoint ${name} is ${status}${why}`);
  if (configName !== config) {
    const text = `endpoint ${name} serves configuration ${configName ?? 'none'}, the template asked for ${config}: SageMaker rolled the update back${why}`;
    return { kind: 'other', rolledBack: 'endpoint', text };
  }
  const faults = expected.images.flatMap(({ variant, image }) => imageFault(endpoint.variants, variant, image));
  return faults.length === 0 ? { kind: 'as-asked' } : other(`endpoint ${name}: ${faults.join('; ')}`);
}

function other(text: string): Comparison {
  return { kind: 'other', rolledBack: 'nothing', text };
}

function imageFault(variants: readonly DeployedVariant[], name: string, image: string): string[] {
  const variant = variants.find((one) => one.name === name);
  if (variant === undefined) return [`there is no variant ${name}`];
  if (variant.images.some(({ specified, resolved }) => isImage(image, specified, resolved))) return [];
  const found = variant.images.map(({ specified, resolved }) => resolved ?? specified ?? 'unknown');
  return [`variant ${name} runs image ${found.join(', ') || 'unknown'}, the template asked for ${image}`];
}

const DIGEST = /@(sha256:[0-9a-f]{64})$/;

/** A digest is compared with the digest that runs; a tag with the tag, because what it meant then nobody can tell now. */
function isImage(image: string, specified: string | undefined, resolved: string | undefined): boolean {
  const [, digest] = DIGEST.exec(image) ?? [];
  if (digest === undefined) return specified === image;
  return [resolved, specified].some((text) => text !== undefined && DIGEST.exec(text)?.[1] === digest);
}
