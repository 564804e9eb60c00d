import type { TemplateInput } from '../api';

export type Json = Readonly<Record<string, unknown>>;

/** A template as it stands. */
export interface Template {
  readonly name: string;
  readonly stackName: string | undefined;
  readonly resources: ReadonlyMap<string, Resource>;
  /** Whether a macro may add resources that do not stand here. */
  readonly isOpen: boolean;
  readonly mappings: Json;
  readonly outputs: Json;
  readonly parameters: Json;
  readonly parent: TemplateInput['parent'];
}

/** A resource as it stands in its template. */
export interface Resource {
  readonly template: Template;
  readonly logicalId: string;
  readonly type: string;
  readonly raw: Json;
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member that is an object; an empty one where there is none. */
export function member(value: unknown, key: string): Json {
  const found = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return isObject(found) ? found : {};
}

export function readTemplate({ name, stackName, template: raw, parent }: TemplateInput): Template {
  const entries = Object.entries(member(raw, 'Resources'));
  const resources = new Map<string, Resource>();
  const template: Template = {
    name,
    stackName,
    resources,
    isOpen: (isObject(raw) && raw.Transform !== undefined) || entries.some(([id]) => id.startsWith('Fn::')),
    mappings: member(raw, 'Mappings'),
    outputs: member(raw, 'Outputs'),
    parameters: member(raw, 'Parameters'),
    parent,
  };
  for (const [logicalId, resource] of entries) {
    if (!isObject(resource) || typeof resource.Type !== 'string') continue;
    resources.set(logicalId, { template, logicalId, type: resource.Type, raw: resource });
  }
  return template;
}
