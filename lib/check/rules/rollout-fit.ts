import { instanceTypesOf } from '../endpoint/endpoint-model';
import type { Rule } from '../rule';
import { sageMakerApi, sageMakerGuide } from '../sources';
import type { Field } from '../template/field';
import { deploymentsOf } from './deployments';

const EXCLUSIONS = sageMakerGuide('deployment-guardrails-exclusions');
const INFERENTIA_1 = /^ml\.inf1\./;

/** Whether a policy is one that the kind of endpoint must support. */
export const rolloutFitRules: readonly Rule[] = [
  {
    id: 'rollout-two-policies',
    severity: 'error',
    what: 'An endpoint is to be updated in two ways at once',
    limit: 'One of `BlueGreenUpdatePolicy` and `RollingUpdatePolicy`',
    source: sageMakerApi('DeploymentConfig'),
    fix: 'Keep one: rolling where instances are scarce, blue/green otherwise',
    *check(subject) {
      for (const { config } of deploymentsOf(subject)) {
        const at = config.at('RollingUpdatePolicy');
        if (!at.isThere || !config.at('BlueGreenUpdatePolicy').isThere) continue;
        yield { at, message: 'there is a BlueGreenUpdatePolicy and a RollingUpdatePolicy' };
      }
    },
  },
  {
    id: 'rollout-serverless',
    severity: 'error',
    what: 'A serverless endpoint is to be updated by batches',
    limit: 'A rolling update leaves out serverless endpoints',
    source: EXCLUSIONS,
    fix: 'Leave DeploymentConfig out, or use instances',
    *check(subject) {
      for (const { config, endpoint } of deploymentsOf(subject)) {
        const at = config.at('RollingUpdatePolicy');
        if (at.isThere && endpoint?.config?.kind === 'serverless') yield { at, message: 'the endpoint is serverless' };
      }
    },
  },
  {
    id: 'rollout-serverless-steps',
    severity: 'warning',
    what: 'A serverless endpoint is to be updated by canary or in steps, whose sizes are shares of instances that it does not have',
    limit: '`CanarySize` and `LinearStepSize` are shares of the instances of a variant',
    source: sageMakerApi('TrafficRoutingConfig'),
    fix: 'Leave DeploymentConfig out, or use instances',
    *check(subject) {
      for (const { config, endpoint } of deploymentsOf(subject)) {
        const at = stepwise(config);
        if (at !== undefined && endpoint?.config?.kind === 'serverless')
          yield { at, message: 'the endpoint is serverless' };
      }
    },
  },
  {
    id: 'rollout-rolling-variants',
    severity: 'error',
    what: 'An endpoint of several variants is to be updated by batches',
    limit: 'A rolling update is for endpoints of one variant',
    source: EXCLUSIONS,
    fix: 'Use BlueGreenUpdatePolicy, or one variant',
    *check(subject) {
      for (const { config, endpoint } of deploymentsOf(subject)) {
        const at = config.at('RollingUpdatePolicy');
        const variants = endpoint?.config?.production.length ?? 0;
        if (at.isThere && variants > 1) yield { at, message: `the endpoint has ${variants} production variants` };
      }
    },
  },
  {
    id: 'rollout-inferentia',
    severity: 'warning',
    what: 'An endpoint on Inf1 instances is updated all at once, whatever its policy says',
    limit: 'Guardrails exclude Inf1: SageMaker shifts all traffic at once and does not watch',
    source: EXCLUSIONS,
    fix: 'Use Inf2 or GPUs, or expect updates without a safeguard',
    *check(subject) {
      for (const { config, endpoint } of deploymentsOf(subject)) {
        const variants = endpoint?.config?.production ?? [];
        const type = variants.flatMap(instanceTypesOf).find(({ text = '' }) => INFERENTIA_1.test(text))?.text;
        if (type === undefined) continue;
        const rolling = config.at('RollingUpdatePolicy');
        const at = stepwise(config) ?? (rolling.isThere ? rolling : undefined);
        if (at !== undefined) yield { at, message: `the endpoint runs on ${type}` };
      }
    },
  },
  {
    id: 'rollout-component-policy',
    severity: 'error',
    what: 'An inference component is to be updated in another way than by batches',
    limit: '`RollingUpdatePolicy`, whose `MaximumBatchSize` counts `COPY_COUNT` or `CAPACITY_PERCENT`',
    source: sageMakerApi('InferenceComponentDeploymentConfig'),
    fix: 'Use RollingUpdatePolicy with COPY_COUNT or CAPACITY_PERCENT',
    *check(subject) {
      for (const component of subject.endpoints.components) {
        const config = component.at('DeploymentConfig');
        const blueGreen = config.at('BlueGreenUpdatePolicy');
        if (blueGreen.isThere) yield { at: blueGreen, message: 'there is a BlueGreenUpdatePolicy' };
        const type = config.at('RollingUpdatePolicy', 'MaximumBatchSize', 'Type');
        if (type.text === 'INSTANCE_COUNT') yield { at: type, message: 'a batch counts instances' };
      }
    },
  },
];

/** The type of a policy by which traffic moves in more than one step. */
function stepwise(config: Field): Field | undefined {
  const type = config.at('BlueGreenUpdatePolicy', 'TrafficRoutingConfiguration', 'Type');
  return type.text === 'CANARY' || type.text === 'LINEAR' ? type : undefined;
}
