import { hasMarker, type Markers, type Meaning } from './markers';
import type { Resource } from './parts';

/** A value of a template after its functions were resolved; what is not known is a marker within a text. */
export type Resolved = string | number | boolean | null | readonly Resolved[] | ResolvedObject;

export interface ResolvedObject {
  readonly [key: string]: Resolved;
}

/** Whether something stands at a place: known, or for the deployment to decide. */
export type Presence = 'yes' | 'no' | 'maybe';

/**
 * A place in a resource and what is known of it. Reading never guesses: where a parameter, an import or a condition decides,
 * a number is undefined, a list is not complete, a presence is `maybe`.
 */
export class Field {
  constructor(
    readonly resource: Resource,
    readonly path: string,
    private readonly value: Resolved | undefined,
    private readonly markers: Markers,
    /** Whether the parent is not known, so that nothing is known of this place. */
    private readonly isHidden = false,
  ) {}

  /** The place below, by keys or by an index. */
  at(...keys: readonly (string | number)[]): Field {
    return keys.reduce<Field>((field, key) => field.child(key), this);
  }

  private child(key: string | number): Field {
    const path = typeof key === 'number' ? `${this.path}[${key}]` : `${this.path}.${key}`;
    return new Field(this.resource, path, childValue(this.value, key), this.markers, this.isHidden || this.isUnknown);
  }

  private get isUnknown(): boolean {
    return typeof this.value === 'string' && this.markers.meaningOf(this.value) !== undefined;
  }

  get presence(): Presence {
    if (this.isHidden) return 'maybe';
    if (this.value === undefined || this.value === null) return 'no';
    if (typeof this.value !== 'string') return 'yes';
    return this.markers.meaningOf(this.value)?.mayBeAbsent === true ? 'maybe' : 'yes';
  }

  get isThere(): boolean {
    return this.presence === 'yes';
  }

  get isMissing(): boolean {
    return this.presence === 'no';
  }

  /** The text, if all of it is known. */
  get text(): string | undefined {
    return typeof this.value === 'string' && !hasMarker(this.value) ? this.value : undefined;
  }

  /** The text with markers for what is not known: good for comparing, not for reading. */
  get symbol(): string | undefined {
    if (typeof this.value === 'number') return String(this.value);
    return typeof this.value === 'string' && this.isThere ? this.value : undefined;
  }

  /** CloudFormation takes numbers as texts too. */
  get number(): number | undefined {
    if (typeof this.value === 'number') return this.value;
    const { text } = this;
    if (text === undefined || text.trim() === '') return undefined;
    const number = Number(text);
    return Number.isFinite(number) ? number : undefined;
  }

  get boolean(): boolean | undefined {
    if (typeof this.value === 'boolean') return this.value;
    const text = this.text?.toLowerCase();
    return text === 'true' ? true : text === 'false' ? false : undefined;
  }

  /** Elements that are there in any case. */
  get items(): readonly Field[] {
    if (!Array.isArray(this.value)) return [];
    return this.value.map((_, index) => this.at(index)).filter((item) => item.isThere);
  }

  /** Whether `items` are all that there are. */
  get isComplete(): boolean {
    if (this.isMissing) return true;
    return Array.isArray(this.value) && this.items.length === this.value.length;
  }

  /** Keys that are there, if it is an object. */
  get keys(): readonly string[] {
    return typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value)
      ? Object.keys(this.value)
      : [];
  }

  /** What JSON text stands here, or the value itself where it is an object already. */
  get json(): Field {
    if (typeof this.value !== 'string') return this;
    return new Field(this.resource, this.path, parsed(this.value), this.markers);
  }

  /** What stands here, for people. */
  get shown(): unknown {
    return this.value === undefined ? undefined : showValue(this.value, this.markers);
  }

  /** What a text that is known only when it is deployed stands for. */
  get meaning(): Meaning | undefined {
    return typeof this.value === 'string' ? this.markers.meaningOf(this.value) : undefined;
  }
}

function childValue(value: Resolved | undefined, key: string | number): Resolved | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (isList(value)) return typeof key === 'number' ? value[key] : undefined;
  return typeof key === 'string' && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** `Array.isArray` does not narrow what is readonly. */
function isList(value: readonly Resolved[] | ResolvedObject): value is readonly Resolved[] {
  return Array.isArray(value);
}

function parsed(text: string): Resolved | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function showValue(value: Resolved, markers: Markers): unknown {
  if (typeof value === 'string') return markers.show(value);
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((item) => showValue(item, markers));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, showValue(item, markers)]));
}
