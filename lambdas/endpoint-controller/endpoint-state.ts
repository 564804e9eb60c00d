import type { DeployedComponent } from '../shared/deployed-component';
import type { EndpointDescription, ServedComponent } from './ports';

export type EndpointState =
  | { readonly kind: 'as-wanted' }
  | { readonly kind: 'changing' }
  | { readonly kind: 'wrong'; readonly text: string };

const CHANGING = new Set(['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting']);

/** Whether an endpoint serves the configuration that its stack says was verified. */
export function servingState(
  name: string,
  endpoint: EndpointDescription | undefined,
  wantedConfig: string | undefined,
): EndpointState {
  if (endpoint === undefined)
    return { kind: 'wrong', text: `there is no endpoint ${name}, although its stack says so` };
  const { status, configName, failureReason } = endpoint;
  if (CHANGING.has(status)) return { kind: 'changing' };
  if (status !== 'InService') {
    const why = failureReason === undefined ? '' : `: ${failureReason}`;
    return { kind: 'wrong', text: `endpoint ${name} is ${status}${why}` };
  }
  if (wantedConfig === undefined)
    return { kind: 'wrong', text: `the stack of ${name} does not say which configuration was verified` };
  if (configName !== wantedConfig) {
    return {
      kind: 'wrong',
      text: `endpoint ${name} serves configuration ${configName ?? 'none'}, its stack verified ${wantedConfig}; somebody changes it outside of its stack`,
    };
  }
  return { kind: 'as-wanted' };
}

/** Whether an inference component serves the model that its stack says was verified. */
export function componentState(
  { name, model }: ServedComponent,
  component: DeployedComponent | undefined,
): EndpointState {
  if (component === undefined)
    return { kind: 'wrong', text: `there is no inference component ${name}, although its stack says so` };
  const { status, models, failureReason } = component;
  if (CHANGING.has(status)) return { kind: 'changing' };
  const why = failureReason === undefined ? '' : `: ${failureReason}`;
  if (status !== 'InService') return { kind: 'wrong', text: `inference component ${name} is ${status}${why}` };
  if (models.length !== 1 || models[0] !== model) {
    return {
      kind: 'wrong',
      text: `inference component ${name} serves model ${models.join(', ') || 'none'}, its stack verified ${model}${why}`,
    };
  }
  return { kind: 'as-wanted' };
}

/** Whether a stopped endpoint is gone. CloudFormation deletes it in its clean-up, which never fails an update. */
export function stoppedState(name: string, endpoint: EndpointDescription | undefined): EndpointState {
  if (endpoint === undefined) return { kind: 'as-wanted' };
  if (CHANGING.has(endpoint.status)) return { kind: 'changing' };
  return { kind: 'wrong', text: `endpoint ${name} left its stack and is ${endpoint.status} still; it costs money` };
}

/** Answers to a warm-up that say "not yet" rather than "no". */
const NOT_YET = new Set([
  'ModelNotReadyException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'ThrottlingException',
  'InternalFailure',
  'InternalServerException',
  'InternalDependencyException',
  'TimeoutError',
]);

export function isNotYetWarm(answer: string): boolean {
  return NOT_YET.has(answer);
}
