import { CfnCondition, CfnResource, Fn, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { STAND_IN_FOR, standInType } from './stand-in-types';

/** Types that the emulator does not know; a template with one of them is refused as a whole. */
const UNKNOWN_TYPES = [
  /^AWS::ApplicationAutoScaling::/,
  /^AWS::Budgets::/,
  /^AWS::CloudWatch::CompositeAlarm$/,
  /^AWS::SageMaker::/,
];

/**
 * Replaces what the emulator lacks by stand-ins of `serviceToken`, leaves out the emptying of buckets, which the rehearsal
 * does itself, and the refusal of connections without TLS, which loopback does not have, and links secrets by an attribute.
 * Nothing else in the templates changes. Called after construction and before synthesis.
 */
export function applyStandIns(root: IConstruct, serviceToken: string): void {
  for (const node of root.node.findAll()) {
    if (!CfnResource.isCfnResource(node)) continue;
    if (needsStandIn(node)) standIn(node, serviceToken);
    if (node.cfnResourceType === 'Custom::S3AutoDeleteObjects') leaveOut(node);
    if (node.cfnResourceType === 'AWS::SSM::Parameter') linkSecretByArn(node, root);
    if (WITH_RESOURCE_POLICY.includes(node.cfnResourceType)) admitLoopback(node);
    if (node.cfnResourceType === 'AWS::IAM::Policy') withoutRoleCondition(node);
  }
}

function needsStandIn(resource: CfnResource): boolean {
  const type = resource.cfnResourceType;
  if (UNKNOWN_TYPES.some((unknown) => unknown.test(type))) return true;
  // Alarms on metric math: the type is known, the property is not.
  return type === 'AWS::CloudWatch::Alarm' && 'metrics' in resource && resource.metrics !== undefined;
}

function standIn(resource: CfnResource, serviceToken: string): void {
  resource.addOverride('Type', standInType(resource.cfnResourceType));
  resource.addPropertyOverride('ServiceToken', serviceToken);
  resource.addPropertyOverride(STAND_IN_FOR, resource.cfnResourceType);
}

/** A condition that never holds keeps the resource in the template, where it can be seen, and out of the deployment. */
function leaveOut(resource: CfnResource): void {
  const stack = Stack.of(resource);
  const id = 'NotInRehearsal';
  const existing = stack.node.tryFindChild(id);
  resource.cfnOptions.condition =
    existing instanceof CfnCondition
      ? existing
      : new CfnCondition(stack, id, { expression: Fn.conditionEquals('rehearsal', 'account') });
}

const WITH_RESOURCE_POLICY = ['AWS::S3::BucketPolicy', 'AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy'];

/** Takes the statements out that deny what is sent without TLS. */
function admitLoopback(policy: CfnResource): void {
  const stack = Stack.of(policy);
  const document: unknown = stack.resolve('policyDocument' in policy ? policy.policyDocument : undefined);
  if (typeof document !== 'object' || document === null || !('Statement' in document)) return;
  const statements: readonly unknown[] = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  const kept = statements.filter((statement) => !JSON.stringify(statement).includes('"aws:SecureTransport":"false"'));
  if (kept.length < statements.length) policy.addPropertyOverride('PolicyDocument.Statement', kept);
}

/**
 * The emulator does not know which role an update of a stack is asked for with, so that a statement on the condition of it would
 * never allow anything.
 */
function withoutRoleCondition(policy: CfnResource): void {
  const document: unknown = Stack.of(policy).resolve('policyDocument' in policy ? policy.policyDocument : undefined);
  if (typeof document !== 'object' || document === null || !('Statement' in document)) return;
  const statements: readonly unknown[] = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  for (const [index, statement] of statements.entries()) {
    if (JSON.stringify(statement).includes('"cloudformation:RoleArn"')) {
      policy.addPropertyDeletionOverride(`PolicyDocument.Statement.${index}.Condition`);
    }
  }
}

/** `Ref` of a secret is its ARN in CloudFormation and its name in the emulator; the attribute `Id` is the ARN in both. */
function linkSecretByArn(parameter: CfnResource, root: IConstruct): void {
  const stack = Stack.of(parameter);
  const value: unknown = stack.resolve('value' in parameter ? parameter.value : undefined);
  if (typeof value !== 'object' || value === null || !('Ref' in value)) return;
  const linked = root.node
    .findAll()
    .filter(CfnResource.isCfnResource)
    .find((node) => Stack.of(node) === stack && stack.resolve(node.logicalId) === value.Ref);
  if (linked?.cfnResourceType === 'AWS::SecretsManager::Secret') {
    parameter.addPropertyOverride('Value', { 'Fn::GetAtt': [value.Ref, 'Id'] });
  }
}
