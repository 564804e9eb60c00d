import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TemplateInput } from './api';
import { isObject, member } from './template/parts';

/** A template of a file, which gives it its name, and those of the nested stacks that it deploys from beside it. */
export function readTemplates(
  file: string,
  parse: (text: string) => unknown = JSON.parse,
  parent?: TemplateInput['parent'],
): TemplateInput[] {
  const template: unknown = parse(readFileSync(file, 'utf8'));
  const nested = Object.entries(member(template, 'Resources')).flatMap(([logicalId, resource]) => {
    const asset = nestedFile(resource);
    const path = asset === undefined ? undefined : join(dirname(file), asset);
    return path === undefined || !existsSync(path) ? [] : readTemplates(path, parse, { name: file, logicalId });
  });
  return [{ name: file, template, parent }, ...nested];
}

/** CDK writes into the resource of a nested stack which file it is made of. */
function nestedFile(resource: unknown): string | undefined {
  if (!isObject(resource) || resource.Type !== 'AWS::CloudFormation::Stack') return undefined;
  const path = member(resource, 'Metadata')['aws:asset:path'];
  return typeof path === 'string' && path.endsWith('.json') ? path : undefined;
}
