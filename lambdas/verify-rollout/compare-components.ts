import type { DeployedComponent } from '../shared/deployed-component';
import type { Comparison } from './compare';
import type { ExpectedComponent } from './expected';

const CHANGING = new Set(['Creating', 'Updating']);

/** Whether an inference component serves the model that the template asked for. */
export function compareComponent(
  { component: name, model }: ExpectedComponent,
  deployed: DeployedComponent | undefined,
): Comparison {
  if (deployed === undefined) return other(`there is no inference component ${name}`);
  const { status, models, failureReason } = deployed;
  if (CHANGING.has(status)) {
    return { kind: 'changing', text: `inference component ${name} is still ${status}; it was to serve model ${model}` };
  }
  const why = failureReason === undefined ? '' : `; SageMaker says: ${failureReason}`;
  if (status !== 'InService') return other(`inference component ${name} is ${status}${why}`);
  if (models.length === 1 && models[0] === model) return { kind: 'as-asked' };
  const text = `inference component ${name} serves model ${models.join(', ') || 'none'}, the template asked for ${model}: SageMaker rolled the update back${why}`;
  return { kind: 'other', rolledBack: 'component', text };
}

function other(text: string): Comparison {
  return { kind: 'other', rolledBack: 'nothing', text };
}
