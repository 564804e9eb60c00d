import { HostFault } from './host-fault';

/** What the user's folder exports. */
export interface UserModel {
  /** Reads the files of a version once; what it gives is handed to `predict`. */
  load(directory: string): unknown;
  predict(model: unknown, input: unknown): unknown;
}

/** The two functions of a module, exported by name or on its default export. */
export function asUserModel(exports: unknown): UserModel {
  for (const candidate of [exports, memberOf(exports, 'default')]) {
    const load = memberOf(candidate, 'load');
    const predict = memberOf(candidate, 'predict');
    if (typeof load === 'function' && typeof predict === 'function') {
      return {
        load: (directory) => load.call(candidate, directory),
        predict: (model, input) => predict.call(candidate, model, input),
      };
    }
  }
  throw new HostFault('the model folder must export the functions load(directory) and predict(model, input)');
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
