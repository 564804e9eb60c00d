import type { ToDo } from './check';

/** While an endpoint is stopped there is neither it nor its target: a deployment then makes whatever it likes. */
export function replaced(stage: string): ToDo {
  return {
    step: 'stop the endpoint, deploy, and start it again, which takes its place as a new one: it does not answer meanwhile',
    command: `npx slipway stop-endpoint ${stage} --yes && npx cdk deploy '${stage}/*' && npx slipway wake ${stage}`,
  };
}
