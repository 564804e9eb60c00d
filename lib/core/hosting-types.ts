import { instanceFacts, knownInstanceTypes } from './instance-facts';

/**
 * Types that the API reference lists for hosting (`ProductionVariantInstanceType`, November 2026) and of which there are no
 * facts: families by their sizes.
 */
const WITHOUT_FACTS: readonly (readonly [families: string, sizes: string])[] = [
  ['t2', 'medium large xlarge 2xlarge'],
  ['m4', 'xlarge 2xlarge 4xlarge 10xlarge 16xlarge'],
  ['c4', 'large xlarge 2xlarge 4xlarge 8xlarge'],
  ['p2', 'xlarge 8xlarge 16xlarge'],
  ['p3', '2xlarge 8xlarge 16xlarge'],
  ['c5d', 'large xlarge 2xlarge 4xlarge 9xlarge 18xlarge'],
  ['r5d', 'large xlarge 2xlarge 4xlarge 12xlarge 24xlarge'],
  ['dl1', '24xlarge'],
  ['r8g c8g m8g', 'medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge'],
  ['m6gd c6gd c6gn r6g r6gd', 'large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge'],
  ['r7gd', 'medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge'],
  ['c6in', 'large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge'],
  ['p6-b300', '48xlarge'],
  ['p6e-gb200', '36xlarge'],
];

const OTHERS: ReadonlySet<string> = new Set(
  WITHOUT_FACTS.flatMap(([families, sizes]) =>
    families.split(' ').flatMap((family) => sizes.split(' ').map((size) => `ml.${family}.${size}`)),
  ),
);

/** Whether SageMaker is known to host on the type. A type that is newer than this list is not known, which is not wrong. */
export function isHostingType(instanceType: string): boolean {
  return instanceFacts(instanceType) !== undefined || OTHERS.has(instanceType);
}

export function hostingTypes(): string[] {
  return [...knownInstanceTypes(), ...OTHERS];
}
