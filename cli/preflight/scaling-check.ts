import { answered, type Check, notRun } from './check';
import type { StagedEndpoint } from './demands';
import type { DeployedEndpoint } from './deployed-endpoint';
import { hasRun, type Outcome } from './outcome';
import type { ScalableTarget } from './ports';
import { replaced } from './replace-endpoint';
import { variantNameOf } from './scalable-targets';

/**
 * Whether what changes of an endpoint's variants goes with the scalable targets that are registered for them. A target names
 * its variant: CloudFormation cannot rename it, and SageMaker refuses a new instance type while it is registered.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html
 *
 * @param controlled name of the stage, where its endpoint can be stopped and started
 */
export function scalingCheck(
  staged: StagedEndpoint,
  deployed: Outcome<DeployedEndpoint | undefined>,
  targets: Outcome<readonly ScalableTarget[]>,
  region: string,
  controlled?: string,
): Check {
  const check = `scaling of ${staged.label}`;
  const { name } = staged;
  if (name === undefined)
    return answered(
      check,
      'warning',
      'its name is known only at deployment, so it cannot be compared with what is deployed',
    );
  if (!hasRun(deployed)) return notRun(check, deployed);
  if (deployed.value === undefined)
    return answered(check, 'passed', 'not deployed yet: no scalable target can be left behind');
  if (!hasRun(targets)) return notRun(check, targets);
  const scaled = scaledOf(name, targets.value);
  const unknown = [
    ...staged.open,
    ...staged.variants.flatMap((variant) => (variant.name === undefined ? ['a variant has no literal name'] : [])),
  ];
  const names = staged.variants.flatMap((variant) => variant.name ?? []);
  // A variant that cannot be read may be any of them.
  const gone = (variant: string) => unknown.length === 0 && !names.includes(variant);
  const stranded = scaled.filter(({ variant }) => gone(variant));
  if (stranded.length > 0) return strandedCheck(check, stranded, names, region);
  const retyped = retypedOf(staged, deployed.value, scaled);
  if (retyped.length > 0) return retypedCheck(check, retyped, region, controlled);
  const doubts = [...unknown, ...doubtsOf(staged, deployed.value, scaled)];
  if (doubts.length > 0) return answered(check, 'warning', `not all of it can be compared: ${doubts.join('; ')}`);
  const renamed = deployed.value.variants.filter(gone);
  if (renamed.length > 0) {
    const text = `no scalable target is registered, yet ${renamed.join(', ')} gives way to ${names.join(', ')}: traffic shifts step by step only between variants of one name`;
    return answered(check, 'warning', text, [{ step: `keep the variant's name ${renamed.join(', ')}` }]);
  }
  return answered(check, 'passed', passedText(scaled));
}

interface Scaled {
  readonly endpoint: string;
  readonly variant: string;
  readonly dimension: string;
}

function scaledOf(endpoint: string, targets: readonly ScalableTarget[]): Scaled[] {
  return targets
    .flatMap(({ resourceId, dimension }) => {
      const name = variantNameOf(resourceId);
      return name?.endpoint === endpoint ? [{ ...name, dimension }] : [];
    })
    .toSorted((a, b) => (a.variant < b.variant ? -1 : 1));
}

function passedText(scaled: readonly Scaled[]): string {
  if (scaled.length === 0) return 'no scalable target is registered for what is deployed';
  return `${scaled.map(({ variant }) => variant).join(', ')} has a scalable target, and keeps its name and instance type`;
}

function strandedCheck(check: string, stranded: readonly Scaled[], names: readonly string[], region: string): Check {
  const gone = stranded.map(({ variant }) => variant).join(', ');
  const text =
    `${gone} has a scalable target and is not among the variants of the templates (${names.join(', ') || 'none'}): ` +
    'the target stays registered for a variant that is gone, and nothing scales what takes its place';
  return answered(check, 'failed', text, [
    { step: `keep the variant's name ${gone}: a name is no place for a version` },
    {
      step:
        'or rename it in two deployments: the first with the old name and without the scalable target, the second with both ' +
        'new; a target that no stack owns goes with',
      command: deregistered(stranded, region),
    },
  ]);
}

function retypedCheck(check: string, changes: readonly Retyped[], region: string, controlled?: string): Check {
  const texts = changes.map(
    ({ variant, from, to }) => `${variant} changes from ${from.join(', ')} to ${to.join(', ')}`,
  );
  const text = `${texts.join('; ')} while a scalable target is registered for it: SageMaker refuses such an update`;
  return answered(check, 'failed', text, [
    ...(controlled === undefined ? [] : [replaced(controlled)]),
    {
      step:
        'change it in two deployments: the first with the old type and without the scalable target and its policies, the ' +
        'second with both new; a target that no stack owns goes with',
      command: deregistered(changes, region),
    },
  ]);
}

interface Retyped extends Scaled {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** Types that a condition or a pool adds are no change as long as the present one is among them. */
function retypedOf(staged: StagedEndpoint, { config }: DeployedEndpoint, scaled: readonly Scaled[]): Retyped[] {
  const known = hasRun(config) ? config.value?.instanceTypes : undefined;
  return scaled.flatMap((target) => {
    const variant = staged.variants.find(({ name }) => name === target.variant);
    const from = known?.get(target.variant) ?? [];
    if (variant === undefined || variant.openTypes.length > 0 || from.length === 0) return [];
    const to = variant.instanceTypes;
    return to.length === 0 || from.some((type) => to.includes(type)) ? [] : [{ ...target, from, to }];
  });
}

function doubtsOf(staged: StagedEndpoint, { config }: DeployedEndpoint, scaled: readonly Scaled[]): string[] {
  const compared = staged.variants.filter(({ name }) => scaled.some(({ variant }) => variant === name));
  if (compared.length === 0) return [];
  const open = compared.flatMap(({ name, openTypes }) => openTypes.map((what) => `${name}: ${what}`));
  if (!hasRun(config)) return [...open, `the instance types of what is deployed are not known: ${config.reason}`];
  return config.value === undefined ? [...open, 'the config of what is deployed was deleted'] : open;
}

function deregistered(targets: readonly Scaled[], region: string): string {
  const commands = targets.map(
    ({ endpoint, variant, dimension }) =>
      'aws application-autoscaling deregister-scalable-target --service-namespace sagemaker ' +
      `--scalable-dimension ${dimension} --resource-id endpoint/${endpoint}/variant/${variant} --region ${region}`,
  );
  return commands.join(' && ');
}
