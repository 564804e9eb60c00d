import { instanceFacts } from '../core/instance-facts';

/**
 * What a model takes beside its weights, as a factor: the cache of attention keys and values of a moderate batch, activations,
 * the runtime's own context. Serving guides reserve 10 to 30 % for it; long contexts and large batches need more.
 */
export const MEMORY_OVERHEAD = 1.2;

/**
 * Why a model of this size does not fit into the memory of one instance, or nothing. A model is split over all GPUs of an
 * instance (tensor parallel). Without GPUs it lies in the instance's memory; the memory of other accelerators is not known here.
 */
export function memoryFault(instanceType: string, modelMiB: number): string | undefined {
  const facts = instanceFacts(instanceType);
  if (facts === undefined || facts.accelerators !== undefined) return undefined;
  const gpus = facts.gpus ?? 0;
  const available = gpus > 0 ? gpus * (facts.gpuMemoryMiB ?? 0) : facts.memoryMiB;
  const needed = Math.ceil(modelMiB * MEMORY_OVERHEAD);
  if (needed <= available) return undefined;
  const where = gpus > 0 ? `${gpus} x ${facts.gpuMemoryMiB} MiB of GPU memory` : `${facts.memoryMiB} MiB of memory`;
  return `modelMemory is ${modelMiB} MiB, which needs ${needed} MiB with ${MEMORY_OVERHEAD} x for cache and runtime, expected at most the ${where} of one ${instanceType}; take a larger instance, or quantize the model`;
}

/** GPUs or other accelerators of one instance; 0 where it has none or is not known. */
export function acceleratorsOf(instanceType: string): number {
  const facts = instanceFacts(instanceType);
  return facts?.gpus ?? facts?.accelerators ?? 0;
}
