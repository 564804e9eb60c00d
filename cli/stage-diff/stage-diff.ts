import type { SynthesizedStack, SynthesizedStage } from '../synth';
import { type Change, changesBetween, type Sides } from './compare-values';
import { DOMAINS, type Domain, domainOf } from './domain';
import { placeholdersOf } from './placeholders';
import { type NamedResource, type ReadableTemplate, readableTemplate } from './readable-template';

/** A resource that one stage has. */
export interface ResourceName {
  /** Stack within the stage. */
  readonly stack: string;
  /** Construct path within the stack. */
  readonly path: string;
  readonly type: string;
  readonly logicalId: string;
}

export interface ChangedResource extends ResourceName {
  readonly changes: readonly Change[];
}

export interface DomainDiff {
  readonly domain: Domain;
  readonly added: readonly ResourceName[];
  readonly removed: readonly ResourceName[];
  readonly changed: readonly ChangedResource[];
}

/** What two stages differ by, beyond their names. */
export interface StageDiff {
  readonly from: string;
  readonly to: string;
  /** Domains with differences. */
  readonly domains: readonly DomainDiff[];
}

/** The type under which changes of a stack as a whole are told. */
const STACK_TYPE = 'AWS::CloudFormation::Stack';

interface DiffLine {
  readonly domain: Domain;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly resource: ChangedResource;
}

export function diffStages(from: SynthesizedStage, to: SynthesizedStage): StageDiff {
  const sides: Sides = { from: placeholdersOf(from), to: placeholdersOf(to) };
  const ids = [...new Set([...from.stacks, ...to.stacks].map(({ id }) => id))];
  const lines = ids.flatMap((id) => {
    const [before, after] = [stackOf(from, id), stackOf(to, id)];
    return diffStacks(
      id,
      before && readableTemplate(from.name, before, sides.from),
      after && readableTemplate(to.name, after, sides.to),
      sides,
    );
  });
  const domains = DOMAINS.map((domain) => domainDiff(domain, lines)).filter(
    ({ added, removed, changed }) => added.length + removed.length + changed.length > 0,
  );
  return { from: from.name, to: to.name, domains };
}

function stackOf({ stacks }: SynthesizedStage, id: string): SynthesizedStack | undefined {
  return stacks.find((stack) => stack.id === id);
}

function domainDiff(domain: Domain, lines: readonly DiffLine[]): DomainDiff {
  const own = lines.filter((line) => line.domain === domain);
  const of = (kind: DiffLine['kind']) => own.filter((line) => line.kind === kind).map(({ resource }) => resource);
  const named = ({ changes: _, ...name }: ChangedResource): ResourceName => name;
  return { domain, added: of('added').map(named), removed: of('removed').map(named), changed: of('changed') };
}

function diffStacks(
  stack: string,
  from: ReadableTemplate | undefined,
  to: ReadableTemplate | undefined,
  sides: Sides,
): DiffLine[] {
  const whole = { stack, path: '', type: STACK_TYPE, logicalId: '' };
  const changes = from === undefined || to === undefined ? [] : changesBetween(from.stack, to.stack, sides);
  const before = new Map((from?.resources ?? []).map((resource) => [identityOf(resource), resource]));
  const after = new Map((to?.resources ?? []).map((resource) => [identityOf(resource), resource]));
  return [
    ...stackLine(whole, from, to, changes),
    ...[...after].flatMap(([id, resource]) => (before.has(id) ? [] : [lineOf('added', stack, resource)])),
    ...[...before].flatMap(([id, resource]) => {
      const other = after.get(id);
      if (other === undefined) return [lineOf('removed', stack, resource)];
      const differences = changesBetween(resource.content, other.content, sides);
      return differences.length === 0 ? [] : [lineOf('changed', stack, other, differences)];
    }),
  ];
}

function stackLine(
  whole: ResourceName,
  from: ReadableTemplate | undefined,
  to: ReadableTemplate | undefined,
  changes: readonly Change[],
): DiffLine[] {
  const kind = from === undefined ? 'added' : to === undefined ? 'removed' : 'changed';
  if (kind === 'changed' && changes.length === 0) return [];
  return [{ domain: 'stage', kind, resource: { ...whole, changes } }];
}

/** A resource of another type under the same path is another resource. */
function identityOf({ path, type }: NamedResource): string {
  return `${type} ${path}`;
}

function lineOf(
  kind: DiffLine['kind'],
  stack: string,
  { path, type, logicalId }: NamedResource,
  changes: readonly Change[] = [],
): DiffLine {
  return { domain: domainOf(path), kind, resource: { stack, path, type, logicalId, changes } };
}
