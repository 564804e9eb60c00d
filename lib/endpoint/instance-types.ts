import { Annotations, type Size, SizeRoundingBehavior } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { show } from '../core/checks';
import { hostingTypes, isHostingType } from '../core/hosting-types';
import { hasLocalNvme } from '../core/instance-facts';
import { nearest } from '../core/nearest';
import { memoryFault } from './gpu-memory';

/** An instance type as SageMaker writes it. */
const PATTERN = /^ml\.[a-z0-9-]+\.[a-z0-9]+$/;

/** SageMaker knows five priorities (API reference, `InstancePool`). */
const MOST_POOLS = 5;

/** Families with Graviton processors, such as c7g and m6gd; not those of GPUs, such as g5. */
const GRAVITON = /^ml\.[a-z]+\d+g[a-z]*\./;

/** Which processors an image is built for. */
export function platformOf(types: readonly string[]): string {
  return types.some((type) => GRAVITON.test(type)) ? 'linux/arm64' : 'linux/amd64';
}

/** All faults of a preferred type and of those that take its place where there is no capacity. */
export function instanceTypeFaults(types: readonly string[]): string[] {
  const faults = types
    .filter((type) => !PATTERN.test(type))
    .map((type) => `instance type ${show(type)}, expected one such as "ml.g5.xlarge"; correct it`);
  if (types.length > MOST_POOLS) {
    faults.push(
      `${types.length} instance types with the fallback ones, expected at most ${MOST_POOLS}; SageMaker has five priorities`,
    );
  }
  const graviton = types.filter((type) => GRAVITON.test(type));
  if (graviton.length > 0 && graviton.length < types.length) {
    faults.push(
      `${graviton.join(', ')} among ${types.join(', ')} has another processor, expected one kind; an image runs on one of them only`,
    );
  }
  const twice = types.find((type, index) => types.indexOf(type) !== index);
  if (twice !== undefined) faults.push(`instance type ${show(twice)} is given twice, expected once; leave one out`);
  return faults;
}

/** A type that is newer than what is known here is not wrong: the advice is for the one that is misspelt. */
export function adviseUnknownTypes(scope: IConstruct, types: readonly string[]): void {
  for (const type of types) {
    if (isHostingType(type)) continue;
    const known = nearest(type, hostingTypes());
    const meant = known === undefined ? '' : `; did you mean ${known}`;
    Annotations.of(scope).addWarningV2(
      `slipway:unknownInstanceType:${type}`,
      `instance type ${type} is not known here, so that its memory, volumes and price cannot be checked${meant}`,
    );
  }
}

/** The types of a variant: one, or pools in the order in which capacity is looked for. */
export function instancesOf(types: readonly string[]) {
  if (types.length === 1) return { instanceType: types[0] };
  return { instancePools: types.map((instanceType, index) => ({ instanceType, priority: index + 1 })) };
}

/** Why the model does not fit, where its size is stated. */
export function memoryFaultOf(instanceType: string, modelMemory: Size | undefined): string | undefined {
  return modelMemory === undefined
    ? undefined
    : memoryFault(instanceType, Math.ceil(modelMemory.toMebibytes({ rounding: SizeRoundingBehavior.NONE })));
}

export function volumeFaults(types: readonly string[], volumeSizeGb: number | undefined): string[] {
  const withDisk = types.find(hasLocalNvme);
  if (volumeSizeGb === undefined || withDisk === undefined) return [];
  return [`volumeSizeGb is ${volumeSizeGb}, expected none; ${withDisk} has local disks, leave it out`];
}
