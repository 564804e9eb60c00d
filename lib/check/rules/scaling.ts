import { nearest } from '../../core/nearest';
import { KIND_NAMES } from '../endpoint/endpoint-kind';
import { instanceTypesOf, variantNames } from '../endpoint/endpoint-model';
import type { Rule } from '../rule';
import { type ScalableTarget, scalableTargets, scaledVariant, scalingPolicies } from '../scaling/scalable-target';
import { sageMakerGuide, scalingApi } from '../sources';
import type { Field } from '../template/field';
import { hasMarker } from '../template/markers';

const REGISTER = scalingApi('RegisterScalableTarget');
const INSTANCES = 'sagemaker:variant:DesiredInstanceCount';
const PROVISIONED = 'sagemaker:variant:DesiredProvisionedConcurrency';
const COPIES = 'sagemaker:inference-component:DesiredCopyCount';
const BURSTABLE = /^ml\.t\d/;

export const scalingRules: readonly Rule[] = [
  {
    id: 'scaling-range',
    severity: 'error',
    what: 'A scalable target, or an action of its schedule, has a minimum above the maximum',
    limit: '`MinCapacity` is at most `MaxCapacity`, in `ScheduledActions` too',
    source: REGISTER,
    fix: 'Raise the maximum or lower the minimum',
    *check(subject) {
      for (const { properties } of scalableTargets(subject)) {
        const at = properties.at('MinCapacity');
        const [minimum, maximum] = [at.number, properties.at('MaxCapacity').number];
        if (minimum !== undefined && maximum !== undefined && minimum > maximum)
          yield { at, message: `the minimum is ${minimum} and the maximum ${maximum}` };
        else yield* scheduleFindings(properties);
      }
    },
  },
  {
    id: 'scaling-variant',
    severity: 'error',
    what: 'A scalable target is for a variant that the endpoint does not have',
    limit: '`endpoint/<endpoint>/variant/<variant>` with a variant of `ProductionVariants`',
    source: REGISTER,
    fix: 'Use the name of a variant of the endpoint, and keep it from version to version',
    *check(subject) {
      for (const target of scalableTargets(subject)) {
        const config = target.endpoint?.config;
        const names = config === undefined ? undefined : variantNames(config);
        const at = target.properties.at('ResourceId');
        const name = target.variantName;
        if (names === undefined || name === undefined || hasMarker(name) || names.includes(name)) continue;
        yield { at, message: `the endpoint has no variant "${name}"; it has ${names.join(', ')}` };
      }
    },
  },
  {
    id: 'scaling-component',
    severity: 'warning',
    what: 'A scalable target is for an inference component that is not among those of the templates',
    limit: '`inference-component/<name>` with the name of a component',
    source: REGISTER,
    fix: 'Use the name of the component',
    *check(subject) {
      const names = subject.set.isOpen ? undefined : subject.endpoints.componentNames;
      if (names === undefined || names.length === 0) return;
      for (const { properties, componentName } of scalableTargets(subject)) {
        if (componentName === undefined || hasMarker(componentName) || names.includes(componentName)) continue;
        const near = nearest(componentName, names);
        const message = `no inference component is called "${componentName}"`;
        const fix = near === undefined ? {} : { fix: `Did you mean ${near}?` };
        yield { at: properties.at('ResourceId'), message, ...fix };
      }
    },
  },
  {
    id: 'scaling-dimension',
    severity: 'error',
    what: 'A scalable target changes something that its resource does not have',
    limit: `\`${INSTANCES}\` for variants on instances, \`${PROVISIONED}\` for serverless ones, \`${COPIES}\` for components`,
    source: REGISTER,
    fix: 'Use the dimension of the resource',
    *check(subject) {
      for (const target of scalableTargets(subject)) {
        const at = target.properties.at('ScalableDimension');
        const dimension = at.text;
        if (dimension === undefined) continue;
        const expected = dimensionsOf(target);
        if (expected.length === 0 || expected.includes(dimension)) continue;
        yield { at, message: `${dimension} does not fit ${String(target.properties.at('ResourceId').shown)}` };
      }
    },
  },
  {
    id: 'scaling-from-zero',
    severity: 'error',
    what: 'A variant of an endpoint that is not asynchronous is to go to zero instances',
    limit: 'At least 1; 0 for asynchronous endpoints and for copies of inference components',
    source: sageMakerGuide('endpoint-auto-scaling-prerequisites'),
    fix: 'Set MinCapacity to 1, or host the model as an inference component',
    *check(subject) {
      for (const { properties, endpoint } of scalableTargets(subject)) {
        const at = properties.at('MinCapacity');
        const kind = endpoint?.config?.kind;
        if (at.number !== 0 || (kind !== 'real-time' && kind !== 'component')) continue;
        yield { at, message: `the minimum is 0 for a variant of ${KIND_NAMES[kind]}` };
      }
    },
  },
  {
    id: 'scaling-wake',
    severity: 'warning',
    what: 'Something that goes to zero has target tracking only, which does not bring it back in time, or at all',
    limit: 'A step policy, with an alarm on `NoCapacityInvocationFailures` or `HasBacklogWithoutCapacity`',
    source: sageMakerGuide('endpoint-auto-scaling-zero-instances'),
    fix: 'Add a StepScaling policy of ChangeInCapacity and the alarm that starts it',
    *check(subject) {
      const policies = scalingPolicies(subject);
      if (subject.set.isOpen || policies.some(([policy, target]) => target === undefined && !isForeign(policy))) return;
      for (const { resource, properties, componentName, endpoint } of scalableTargets(subject)) {
        const at = properties.at('MinCapacity');
        const isAsynchronous = endpoint?.config?.kind === 'asynchronous';
        if (at.number !== 0 || (componentName === undefined && !isAsynchronous)) continue;
        const own = policies.filter(([, target]) => target?.resource === resource).map(([policy]) => policy);
        if (own.length === 0 || own.some((policy) => policy.at('PolicyType').text !== 'TargetTrackingScaling'))
          continue;
        yield { at, message: 'the minimum is 0 and no step policy leads out of it' };
      }
    },
  },
  {
    id: 'scaling-burstable',
    severity: 'error',
    what: 'Instances of a burstable type are to be scaled',
    limit: 'Automatic scaling leaves out burstable types, such as `ml.t2`',
    source: sageMakerGuide('endpoint-auto-scaling'),
    fix: 'Use a type that is not burstable, such as ml.m5.large',
    *check(subject) {
      for (const target of scalableTargets(subject)) {
        const variant = scaledVariant(target);
        const type =
          variant === undefined ? undefined : instanceTypesOf(variant).find(({ text = '' }) => BURSTABLE.test(text));
        if (type === undefined) continue;
        yield { at: target.properties.at('ResourceId'), message: `the variant runs on ${type.text}` };
      }
    },
  },
  {
    id: 'scaling-name-is-arn',
    severity: 'error',
    what: 'A scalable target names an endpoint or an inference component by its ARN',
    limit: 'A name. `Ref` of an endpoint or of an inference component is its ARN',
    source: REGISTER,
    fix: 'Use Fn::GetAtt with EndpointName or InferenceComponentName',
    *check(subject) {
      for (const { properties, isVariant, componentName } of scalableTargets(subject)) {
        const at = properties.at('ResourceId');
        const [, name = ''] = at.symbol?.split('/') ?? [];
        const attribute = subject.set.markers.meaningOf(name)?.attribute;
        if ((isVariant !== true && componentName === undefined) || attribute === undefined) continue;
        if (attribute === 'Ref' || attribute.endsWith('Arn'))
          yield { at, message: `${String(at.shown)} has an ARN in it` };
      }
    },
  },
];

/** An action that changes one end leaves the other one where it is: certain as long as no action changes that. */
function* scheduleFindings(target: Field): Iterable<{ readonly at: Field; readonly message: string }> {
  const scheduled = target.at('ScheduledActions');
  const actions = scheduled.items.map((action) => action.at('ScalableTargetAction'));
  const standing = (key: string) =>
    scheduled.isComplete && actions.every((action) => action.at(key).isMissing) ? target.at(key).number : undefined;
  const standingMinimum = standing('MinCapacity');
  const standingMaximum = standing('MaxCapacity');
  for (const action of actions) {
    const [least, most] = [action.at('MinCapacity'), action.at('MaxCapacity')];
    const minimum = least.isMissing ? standingMinimum : least.number;
    const maximum = most.isMissing ? standingMaximum : most.number;
    if ((least.isMissing && most.isMissing) || minimum === undefined || maximum === undefined) continue;
    if (minimum <= maximum) continue;
    const at = least.isMissing ? most : least;
    yield { at, message: `a schedule makes the minimum ${minimum} and the maximum ${maximum}` };
  }
}

/** Dimensions that what a target names may have; none where it is not known what that is. */
function dimensionsOf(target: ScalableTarget): readonly string[] {
  if (target.componentName !== undefined) return [COPIES];
  if (target.isVariant !== true) return [];
  const serverless = scaledVariant(target)?.at('ServerlessConfig').presence ?? 'maybe';
  return { yes: [PROVISIONED], no: [INSTANCES], maybe: [INSTANCES, PROVISIONED] }[serverless];
}

function isForeign(policy: Field): boolean {
  const namespace = policy.at('ServiceNamespace').text;
  return namespace !== undefined && namespace !== 'sagemaker';
}
