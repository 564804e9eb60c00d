import type { DatasetSchemaDocument } from '../../protocol/dataset';
import type { DatasetRun } from '../../protocol/dataset-catalogue';
import { Cloud } from './cloud';
import { checkLines, linesOf, mails } from './json-lines';

/** A pipeline of mails, its schema changed. */
export function pipeline(schema: Partial<DatasetSchemaDocument> = {}): Cloud {
  const config = mails();
  return new Cloud({ ...config, schema: { ...config.schema, ...schema } }, checkLines);
}

export function lastRun(cloud: Cloud): DatasetRun | undefined {
  return [...cloud.runs.values()].at(-1);
}

/** An object of two good rows. */
export const two = linesOf([
  { id: 'a', text: 'one' },
  { id: 'b', text: 'two' },
]);
