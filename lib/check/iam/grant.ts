import { Field } from '../template/field';
import type { Resource } from '../template/parts';
import type { TemplateSet } from '../template/template-set';
import { patternMatches } from './pattern';

/** Whether something is allowed: `no` and `yes` are certain. */
export type Grant = 'yes' | 'no' | 'maybe';

/** What is asked for. */
export interface Access {
  readonly action: string;
  /** An ARN, with markers; any resource where it is not given. */
  readonly resource?: string;
}

const MANAGED = 'AWS::IAM::ManagedPolicy';
/** Types that add statements to roles that they name. */
const ATTACHED = ['AWS::IAM::Policy', MANAGED, 'AWS::IAM::RolePolicy'] as const;
/** Statements with these allow more, or less, than their actions and resources say. */
const OPEN = ['NotAction', 'NotResource', 'Condition'] as const;

/**
 * Whether the policies of a role allow an access. A policy that is not in the templates, what a parameter decides, a condition or
 * an exception of a statement make it `maybe`.
 */
export function grantOf(set: TemplateSet, role: Resource, access: Access): Grant {
  const properties = set.properties(role);
  const managed = properties.at('ManagedPolicyArns');
  const inline = properties.at('Policies');
  const attached = ATTACHED.flatMap((type) => set.ofType(type)).map((policy) => attachment(set, role, policy));
  const own = managed.items.map((arn) => set.meantBy(arn, MANAGED));
  const named = own.map((policy) => (policy === undefined ? 'maybe' : set.properties(policy)));
  const policies = [...attached, ...named].filter((policy) => policy !== undefined);
  const documents = [...inline.items, ...policies.filter((policy) => policy instanceof Field)].map((policy) =>
    policy.at('PolicyDocument'),
  );
  const areKnown = !set.isOpen && managed.isComplete && inline.isComplete && !policies.includes('maybe');
  return either([...documents.map((document) => documentGrant(set, document, access)), areKnown ? 'no' : 'maybe']);
}

/** Whether the statements of a policy document allow an access. */
export function documentGrant(set: TemplateSet, document: Field, access: Access): Grant {
  const { items, isComplete } = listOf(document.at('Statement'));
  return either([...items.map((statement) => statementGrant(set, statement, access)), isComplete ? 'no' : 'maybe']);
}

/** The properties of a policy if it is attached to the role. */
function attachment(set: TemplateSet, role: Resource, policy: Resource): Field | 'maybe' | undefined {
  const properties = set.properties(policy);
  const { items, isComplete } = listOf(properties.at(policy.type === 'AWS::IAM::RolePolicy' ? 'RoleName' : 'Roles'));
  if (items.some(({ symbol }) => symbol === set.nameOf(role))) return properties;
  const areKnown = items.every((name) => name.text !== undefined || set.meantBy(name, role.type) !== undefined);
  return areKnown && isComplete ? undefined : 'maybe';
}

function statementGrant(set: TemplateSet, statement: Field, { action, resource }: Access): Grant {
  const effect = statement.at('Effect');
  if (effect.text === 'Deny') return 'no';
  if (effect.text === undefined || OPEN.some((key) => !statement.at(key).isMissing)) return 'maybe';
  const actions = matches(set, statement.at('Action'), action);
  const resources = resource === undefined ? 'yes' : matches(set, statement.at('Resource'), resource);
  if (actions === 'no' || resources === 'no') return 'no';
  return actions === 'yes' && resources === 'yes' ? 'yes' : 'maybe';
}

function matches(set: TemplateSet, patterns: Field, wanted: string): Grant {
  const { items, isComplete } = listOf(patterns);
  const value = withoutPartition(wanted);
  const answers = items.map((item): Grant => {
    const pattern = item.symbol === undefined ? undefined : withoutPartition(item.symbol);
    if (pattern === undefined) return 'maybe';
    if (patternMatches(pattern, value)) return 'yes';
    const isKnown = set.markers.withWildcards(value) === value;
    return isKnown && !patternMatches(set.markers.withWildcards(pattern), value) ? 'no' : 'maybe';
  });
  return either([...answers, isComplete ? 'no' : 'maybe']);
}

function either(grants: readonly Grant[]): Grant {
  if (grants.includes('yes')) return 'yes';
  return grants.includes('maybe') ? 'maybe' : 'no';
}

/** The partition follows from the region and is the same for all. */
function withoutPartition(arn: string): string {
  return arn.replace(/^arn:[^:]*:s3:::/, 's3:::');
}

/** One element may stand without its list. */
function listOf(field: Field): { readonly items: readonly Field[]; readonly isComplete: boolean } {
  // A marker for a whole value may stand for a list.
  const mayBeList = field.meaning !== undefined && field.meaning.resource === undefined;
  const isOne = !mayBeList && (field.symbol !== undefined || field.keys.length > 0);
  return isOne ? { items: [field], isComplete: true } : { items: field.items, isComplete: field.isComplete };
}
