import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TemplateInput } from '../../lib/check/api';

/** A template of a file, which gives it its name, and those of the nested stacks that it deploys from beside it. */
export function readTemplates(
  file: string,
  parse: (text: string) => unknown = JSON.parse,
  parent?: TemplateInput['parent'],
): TemplateInput[] {
  const template = parse(readFileSync(file, 'utf8'));
  const nested = nestedFiles(template).flatMap(([logicalId, asset]) => {
    const path = join(dirname(file), asset);
    return existsSync(path) ? readTemplates(path, JSON.parse, { name: file, logicalId }) : [];
  });
  return [{ name: file, template, parent }, ...nested];
}

/** CDK writes into the resource of a nested stack which file it is made of. */
function nestedFiles(template: unknown): (readonly [logicalId: string, file: string])[] {
  return Object.entries(members(members(template).Resources)).flatMap(([logicalId, resource]) => {
    const { Type: type, Metadata: metadata } = members(resource);
    const file = members(metadata)['aws:asset:path'];
    const isNested = type === 'AWS::CloudFormation::Stack' && typeof file === 'string' && file.endsWith('.json');
    return isNested ? [[logicalId, file] as const] : [];
  });
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
