import type { TemplateInput } from '../api';
import { Field } from './field';
import { Markers } from './markers';
import { type Resource, readTemplate, type Template } from './parts';
import { referencesOf } from './references';
import { Resolver } from './resolver';

interface NameIndex {
  readonly byName: Map<string, readonly Resource[]>;
  readonly open: Resource[];
}

/** Templates that are deployed together and may refer to each other. */
export class TemplateSet {
  readonly markers = new Markers();
  readonly resolver: Resolver;
  readonly templates: readonly Template[];
  private readonly byType = new Map<string, Resource[]>();
  private readonly fields = new Map<Resource, Field>();
  private readonly names = new Map<string, NameIndex>();
  private readonly needs = new Map<Resource, ReadonlySet<string>>();

  constructor(inputs: readonly TemplateInput[]) {
    this.templates = inputs.map(readTemplate);
    this.resolver = new Resolver(this.templates, this.markers);
    for (const { resources } of this.templates) {
      for (const resource of resources.values()) {
        const others = this.byType.get(resource.type);
        if (others === undefined) this.byType.set(resource.type, [resource]);
        else others.push(resource);
      }
    }
  }

  /** Whether resources that do not stand in the templates may be made with them. */
  get isOpen(): boolean {
    return this.templates.some(({ isOpen }) => isOpen);
  }

  ofType(...types: readonly string[]): readonly Resource[] {
    return types.flatMap((type) => this.byType.get(type) ?? []);
  }

  /** Properties of a resource, with what is known of them resolved. */
  properties(resource: Resource): Field {
    const known = this.fields.get(resource);
    if (known !== undefined) return known;
    const value = this.resolver.resolve(resource.raw.Properties ?? {}, resource.template);
    const field = new Field(resource, 'Properties', value, this.markers);
    this.fields.set(resource, field);
    return field;
  }

  nameOf(resource: Resource): string | undefined {
    return this.resolver.nameOf(resource);
  }

  /** The resource that a text stands for, by a reference to it or an attribute of it. */
  meantBy(field: Field, ...types: readonly string[]): Resource | undefined {
    const resource = field.meaning?.resource;
    return resource !== undefined && types.includes(resource.type) ? resource : undefined;
  }

  /**
   * The one resource of a type that goes by a name, as seen from a template. None where two do, or where one does and another may:
   * its name is a parameter.
   */
  named(name: string | undefined, from: Template, type: string): Resource | undefined {
    if (name === undefined) return undefined;
    const meant = this.markers.meaningOf(name)?.resource;
    if (meant !== undefined) return meant.type === type ? meant : undefined;
    const { byName, open } = this.namesOf(type);
    const named = byName.get(name) ?? [];
    const isHere = ({ template }: Resource) => template === from;
    const isNear = named.some(isHere) || open.some(isHere);
    const [first, ...more] = isNear ? named.filter(isHere) : named;
    const others = isNear ? open.filter(isHere) : open;
    return more.length === 0 && others.every((other) => other === first) ? first : undefined;
  }

  /** Resources of a type by their names, and those that may have any name. */
  private namesOf(type: string): NameIndex {
    const known = this.names.get(type);
    if (known !== undefined) return known;
    const index: NameIndex = { byName: new Map(), open: [] };
    this.names.set(type, index);
    for (const resource of this.ofType(type)) {
      const name = this.nameOf(resource);
      if (name !== undefined) index.byName.set(name, [...(index.byName.get(name) ?? []), resource]);
      if (name === undefined || this.markers.withWildcards(name) !== name) index.open.push(resource);
    }
    return index;
  }

  /** Whether `later` is made after `earlier` of the same template in any case. */
  isMadeAfter(later: Resource, earlier: Resource): boolean {
    const { resources } = later.template;
    const seen = new Set<string>();
    const waiting = [later];
    for (let resource = waiting.pop(); resource !== undefined; resource = waiting.pop()) {
      for (const needed of this.needsOf(resource)) {
        if (needed === earlier.logicalId) return true;
        const next = resources.get(needed);
        if (next !== undefined && !seen.has(needed)) waiting.push(next);
        seen.add(needed);
      }
    }
    return false;
  }

  private needsOf(resource: Resource): ReadonlySet<string> {
    const known = this.needs.get(resource) ?? referencesOf(resource.raw);
    this.needs.set(resource, known);
    return known;
  }
}
