import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grantOf } from '../../lib/check/iam/grant';
import { patternMatches } from '../../lib/check/iam/pattern';
import { TemplateSet } from '../../lib/check/template/template-set';

const WRITE = { action: 's3:PutObject', resource: 'arn:aws:s3:::captured/spam/object' };

/** Whether a role with these properties may write, with other resources beside it. */
function mayWrite(properties: object, others: object = {}, rest: object = {}) {
  const template = { Resources: { Role: { Type: 'AWS::IAM::Role', Properties: properties }, ...others }, ...rest };
  const set = new TemplateSet([{ name: 'main', template }]);
  const role = set.ofType('AWS::IAM::Role')[0];
  if (role === undefined) throw new RangeError('no role');
  return grantOf(set, role, WRITE);
}

const statement = (changes: object = {}) => ({ Effect: 'Allow', Action: 's3:PutObject', Resource: '*', ...changes });
const inline = (...statements: unknown[]) => ({ Policies: [{ PolicyDocument: { Statement: statements } }] });

describe('what a role allows', () => {
  it.each<[string, object, string]>([
    ['the action on everything', statement(), 'yes'],
    ['a wildcard of actions', statement({ Action: ['s3:Put*'] }), 'yes'],
    ['another case', statement({ Action: 'S3:putobject' }), 'yes'],
    ['the prefix', statement({ Resource: 'arn:aws:s3:::captured/spam/*' }), 'yes'],
    [
      'the prefix of any partition',
      statement({ Resource: { 'Fn::Sub': `arn:${'$'}{AWS::Partition}:s3:::captured/*` } }),
      'yes',
    ],
    ['another prefix', statement({ Resource: 'arn:aws:s3:::captured/ham/*' }), 'no'],
    ['another bucket', statement({ Resource: ['arn:aws:s3:::other/*'] }), 'no'],
    ['another action', statement({ Action: 's3:GetObject' }), 'no'],
    ['a refusal', statement({ Effect: 'Deny' }), 'no'],
    ['a bucket from a parameter', statement({ Resource: { 'Fn::Sub': `arn:aws:s3:::${'$'}{Bucket}/*` } }), 'maybe'],
    ['actions from a parameter', statement({ Action: { Ref: 'Actions' } }), 'maybe'],
    ['a condition', statement({ Condition: { Bool: {} } }), 'maybe'],
    ['all but some actions', statement({ Action: undefined, NotAction: 'iam:*' }), 'maybe'],
    ['all but some resources', statement({ Resource: undefined, NotResource: 'x' }), 'maybe'],
    ['an effect from a parameter', statement({ Effect: { Ref: 'Effect' } }), 'maybe'],
  ])('by a statement for %s', (_, given, expected) => {
    expect(mayWrite(inline(given))).toBe(expected);
  });

  it('nothing without a policy', () => {
    expect(mayWrite({})).toBe('no');
  });

  it.each<[string, object]>([
    ['a policy of AWS', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonS3FullAccess'] }],
    ['policies from a parameter', { ManagedPolicyArns: { Ref: 'Arns' } }],
    ['statements from a parameter', { Policies: [{ PolicyDocument: { Statement: { Ref: 'Statements' } } }] }],
    ['a policy that may not be there', { Policies: [{ 'Fn::If': ['C', {}, { Ref: 'AWS::NoValue' }] }] }],
  ])('perhaps, with %s', (_, properties) => {
    expect(mayWrite(properties)).toBe('maybe');
  });

  it('perhaps, where a macro may add policies', () => {
    expect(mayWrite({}, {}, { Transform: 'Macro' })).toBe('maybe');
  });

  const document = { Statement: statement() };

  it.each<[string, object, object, string]>([
    [
      'a policy on it',
      { Type: 'AWS::IAM::Policy', Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument: document } },
      {},
      'yes',
    ],
    [
      'a policy on another',
      { Type: 'AWS::IAM::Policy', Properties: { Roles: ['other'], PolicyDocument: document } },
      {},
      'no',
    ],
    [
      'a policy on somebody',
      { Type: 'AWS::IAM::Policy', Properties: { Roles: [{ Ref: 'P' }], PolicyDocument: document } },
      {},
      'maybe',
    ],
    [
      'a role policy',
      { Type: 'AWS::IAM::RolePolicy', Properties: { RoleName: { Ref: 'Role' }, PolicyDocument: document } },
      {},
      'yes',
    ],
    [
      'a managed policy that it names',
      { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: document } },
      { ManagedPolicyArns: [{ Ref: 'Policy' }] },
      'yes',
    ],
    [
      'a role by its name',
      { Type: 'AWS::IAM::Policy', Properties: { Roles: ['server'], PolicyDocument: document } },
      { RoleName: 'server' },
      'yes',
    ],
  ])('by %s', (_, Policy, properties, expected) => {
    expect(mayWrite(properties, { Policy })).toBe(expected);
  });
});

describe('patterns of policies', () => {
  it.each([
    ['*', '', true],
    ['a*c', 'abbc', true],
    ['a*c', 'abb', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b*', 'xxbxxa', false],
    ['abc', 'abcd', false],
  ])('"%s" against "%s" is %s', (pattern, value, expected) => {
    expect(patternMatches(pattern, value)).toBe(expected);
  });

  it('match as the regular expression that they mean', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    const value = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
    fc.assert(
      fc.property(letters, value, (pattern, text) => {
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(text);
        expect(patternMatches(pattern, text)).toBe(expected);
      }),
    );
  });
});
