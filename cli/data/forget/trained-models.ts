import type { ModelVersion } from '../../../protocol/model-version';

/** A model that was trained on rows which are erased. */
export interface TrainedModel {
  readonly version: string;
  /** From the dataset version to the model's own parent: what its rows came through. */
  readonly through: readonly string[];
}

/** Models whose parents, at however many removes, are these dataset versions. */
export function modelsTrainedOn(models: readonly ModelVersion[], datasets: readonly string[]): TrainedModel[] {
  const through = new Map<string, readonly string[]>(datasets.map((dataset) => [dataset, [dataset]]));
  // A model may be listed before those it was made from.
  for (let found = true; found; ) {
    found = false;
    for (const { version, parents } of models) {
      if (through.has(version)) continue;
      const parent = parents.find((one) => through.has(one));
      if (parent === undefined) continue;
      through.set(version, [...(through.get(parent) ?? []), version]);
      found = true;
    }
  }
  return models
    .filter(({ version }) => through.has(version))
    .map(({ version }) => ({ version, through: (through.get(version) ?? []).slice(0, -1) }));
}
