import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { asUserModel, type UserModel } from '../user-model';

/**
 * Imports the user's folder, CommonJS or ES module. It lies beside the bundle and not in it: the path is only known when the
 * function runs, so that no bundler follows it.
 */
export async function importModel(folder: string): Promise<UserModel> {
  const entry = createRequire(__filename).resolve(folder);
  return asUserModel(await import(pathToFileURL(entry).href));
}
