import type { Resolved } from './field';
import { FUNCTIONS, type Scope } from './functions';
import type { Markers, Meaning } from './markers';
import { isObject, member, type Resource, type Template } from './parts';

/** The attribute and the property that hold the name of a resource. */
const NAMES: Readonly<Record<string, string>> = {
  'AWS::SageMaker::Endpoint': 'EndpointName',
  'AWS::SageMaker::EndpointConfig': 'EndpointConfigName',
  'AWS::SageMaker::InferenceComponent': 'InferenceComponentName',
  'AWS::SageMaker::Model': 'ModelName',
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::CompositeAlarm': 'AlarmName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::S3::Bucket': 'BucketName',
};

/** Types whose `Ref` is their name; that of the types of SageMaker is their ARN. */
const REF_IS_NAME: ReadonlySet<string> = new Set([
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::IAM::Role',
  'AWS::S3::Bucket',
]);

/** A value that CloudFormation fills in at deployment, within a text. */
const DYNAMIC_REFERENCE = /\{\{resolve:[^}]*\}\}/g;
/** Characters of markers; a template that has them itself is not known. */
const RESERVED = /[\u{E000}\u{E001}]/u;
/** Deeper than any template that CloudFormation takes; a chain of references that is longer goes in a circle. */
const MAX_DEPTH = 100;

/** Works out what of a template is known before it is deployed. */
export class Resolver implements Scope {
  private readonly names = new Map<Resource, string | undefined>();
  private exports: Map<string, [value: unknown, template: Template]> | undefined;
  private depth = 0;

  constructor(
    private readonly templates: readonly Template[],
    readonly markers: Markers,
  ) {}

  /** The value, or undefined where there is none. */
  resolve(value: unknown, template: Template): Resolved | undefined {
    if (this.depth >= MAX_DEPTH) return this.unknown(template, value);
    this.depth += 1;
    try {
      return this.resolveAny(value, template);
    } finally {
      this.depth -= 1;
    }
  }

  private resolveAny(value: unknown, template: Template): Resolved | undefined {
    if (typeof value === 'string') return this.resolveText(value, template);
    if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
    if (Array.isArray(value)) {
      return value.map((item) => this.resolve(item, template)).filter((item) => item !== undefined);
    }
    if (!isObject(value)) return undefined;
    const keys = Object.keys(value);
    const [only] = keys;
    if (keys.length === 1 && only !== undefined && isFunction(only)) {
      const resolved = FUNCTIONS[only]?.(value[only], template, this);
      return resolved === undefined ? this.unknown(template, value) : resolved.value;
    }
    // A macro within an object may change its other members.
    if (keys.some(isFunction)) return this.unknown(template, value);
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, member]) => {
        const resolved = this.resolve(member, template);
        return resolved === undefined ? [] : [[key, resolved]];
      }),
    );
  }

  private resolveText(text: string, template: Template): Resolved {
    if (RESERVED.test(text)) return this.unknown(template, text);
    return text.replace(DYNAMIC_REFERENCE, (reference) => this.unknown(template, reference));
  }

  /** A marker for an expression whose value only the deployment knows. Equal expressions of one template are equal. */
  unknown(template: Template, expression: unknown, meaning: Partial<Meaning> = {}): string {
    const text = JSON.stringify(expression) ?? 'undefined';
    const shown = text.length > 60 ? `${text.slice(0, 57)}...` : text;
    return this.markers.of(`${template.name}\n${text}`, () => ({ shown: `\${${shown}}`, ...meaning }));
  }

  /** A marker for an attribute of a resource. */
  attribute(resource: Resource, attribute: string): string {
    const { template, logicalId } = resource;
    const shown = `\${${attribute === 'Ref' ? logicalId : `${logicalId}.${attribute}`}}`;
    return this.markers.of(`${template.name}\n${logicalId}\n${attribute}`, () => ({ shown, resource, attribute }));
  }

  /** The name of a resource: known, or a marker that stands for it wherever it is referred to. */
  nameOf(resource: Resource): string | undefined {
    const property = NAMES[resource.type];
    if (property === undefined) return undefined;
    if (this.names.has(resource)) return this.names.get(resource);
    // Until it is known, so that a name that is made of itself ends.
    this.names.set(resource, this.attribute(resource, property));
    const given = this.resolve(member(resource.raw, 'Properties')[property], resource.template);
    const name = typeof given === 'string' ? given : this.attribute(resource, property);
    this.names.set(resource, name);
    return name;
  }

  /** What `Ref` of a resource gives. */
  reference(resource: Resource): string {
    const name = REF_IS_NAME.has(resource.type) ? this.nameOf(resource) : undefined;
    return name ?? this.attribute(resource, 'Ref');
  }

  /** What `Fn::GetAtt` of a resource gives. */
  getAttribute(resource: Resource, attribute: string): Resolved | undefined {
    if (attribute === NAMES[resource.type]) return this.nameOf(resource);
    if (resource.type === 'AWS::S3::Bucket' && attribute === 'Arn') {
      return `arn:${this.unknown(resource.template, 'AWS::Partition')}:s3:::${this.nameOf(resource) ?? ''}`;
    }
    const child = attribute.startsWith('Outputs.') ? this.childOf(resource) : undefined;
    const output = child?.outputs[attribute.slice('Outputs.'.length)];
    if (child !== undefined && isObject(output)) return this.resolve(output.Value, child);
    return this.attribute(resource, attribute);
  }

  /** What a parameter of a nested stack is given by the stack around it; undefined for any other parameter. */
  given(parameter: string, { parent }: Template): Resolved | undefined {
    if (parent === undefined) return undefined;
    const around = this.templates.find(({ name }) => name === parent.name);
    const stack = around?.resources.get(parent.logicalId);
    const parameters = member(member(stack?.raw, 'Properties'), 'Parameters');
    if (around === undefined || !Object.hasOwn(parameters, parameter)) return undefined;
    return this.resolve(parameters[parameter], around);
  }

  /** The template that a resource deploys as a nested stack. */
  private childOf({ template, logicalId }: Resource): Template | undefined {
    return this.templates.find(({ parent }) => parent?.name === template.name && parent.logicalId === logicalId);
  }

  /** An output of the one stack of the name. Two stacks may have it, in two regions. */
  output(stackName: string, name: string): Resolved | undefined {
    const [template, ...more] = this.templates.filter((candidate) => candidate.stackName === stackName);
    const output = template?.outputs[name];
    return template === undefined || more.length > 0
      ? undefined
      : this.resolve(member({ output }, 'output').Value, template);
  }

  /** What another template of the set exports under the name. */
  exported(name: string): Resolved | undefined {
    if (this.exports === undefined) {
      this.exports = new Map();
      for (const template of this.templates) {
        for (const output of Object.values(template.outputs)) {
          const given = this.resolve(member(output, 'Export').Name, template);
          if (typeof given === 'string') this.exports.set(given, [member({ output }, 'output').Value, template]);
        }
      }
    }
    const found = this.exports.get(name);
    return found === undefined ? undefined : this.resolve(...found);
  }
}

function isFunction(key: string): boolean {
  return key === 'Ref' || key.startsWith('Fn::');
}
