import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HANDLER_CONFIG_FILE } from '../../protocol/env';

/** The configuration that the construct wrote beside the bundle in `folder`. */
export function readConfigFile<T extends object>(folder: string): T {
  const path = join(folder, HANDLER_CONFIG_FILE);
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (cause) {
    throw new Error(
      `the configuration ${HANDLER_CONFIG_FILE} cannot be read beside the handler; deploy the stage again`,
      { cause },
    );
  }
}
