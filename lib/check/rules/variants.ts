import { hasLocalNvme } from '../../core/instance-facts';
import { instanceTypesOf } from '../endpoint/endpoint-model';
import type { Rule, Subject } from '../rule';
import { sageMakerApi, sageMakerGuide } from '../sources';
import type { Field } from '../template/field';

const SCALE_TO_ZERO = sageMakerGuide('endpoint-auto-scaling-zero-instances');

export const variantRules: readonly Rule[] = [
  {
    id: 'variant-managed-scaling',
    severity: 'error',
    what: 'A variant that hosts a model of its own has managed instance scaling, or is to go to zero instances',
    limit: '`ManagedInstanceScaling` is for variants without `ModelName`, which host inference components',
    source: SCALE_TO_ZERO,
    fix: 'Host the model as an inference component and leave ModelName out, or use a scalable target',
    *check(subject) {
      for (const variant of variantsOf(subject)) {
        const at = variant.at('ManagedInstanceScaling');
        const isToZero = at.at('MinInstanceCount').number === 0;
        const isOn = at.at('Status').text === 'ENABLED' || (isToZero && at.at('Status').isMissing);
        if (!variant.at('ModelName').isThere || !isOn) continue;
        const does = isToZero ? 'is to go to zero instances' : 'has managed instance scaling';
        yield { at, message: `a variant with ModelName ${does}` };
      }
    },
  },
  {
    id: 'variant-scaling-range',
    severity: 'error',
    what: 'Managed instance scaling has a minimum above its maximum',
    limit: '`MinInstanceCount` is at most `MaxInstanceCount`, which is at least 1',
    source: sageMakerApi('ProductionVariantManagedInstanceScaling'),
    fix: 'Raise the maximum or lower the minimum',
    *check(subject) {
      for (const variant of variantsOf(subject)) {
        const at = variant.at('ManagedInstanceScaling', 'MinInstanceCount');
        const maximum = variant.at('ManagedInstanceScaling', 'MaxInstanceCount').number;
        if (at.number === undefined || maximum === undefined || at.number <= maximum) continue;
        yield { at, message: `the minimum is ${at.number} and the maximum ${maximum}` };
      }
    },
  },
  {
    id: 'variant-component-role',
    severity: 'warning',
    what: 'A configuration for inference components has no execution role: creating the components fails',
    limit: '`ExecutionRoleArn` stands in the configuration, not in a model',
    source: sageMakerApi('CreateEndpointConfig'),
    fix: 'Set ExecutionRoleArn in the endpoint configuration',
    *check({ endpoints }) {
      for (const { kind, properties } of endpoints.configs) {
        const at = properties.at('ExecutionRoleArn');
        if (kind === 'component' && at.isMissing) yield { at, message: 'the configuration has no ExecutionRoleArn' };
      }
    },
  },
  {
    id: 'volume-key-nvme',
    severity: 'error',
    what: 'A key is given for the volumes of an instance type that has local NVMe disks',
    limit: 'No `KmsKeyId` where a variant uses an instance type with local storage',
    source: sageMakerApi('CreateEndpointConfig'),
    fix: 'Leave KmsKeyId out: local disks are encrypted by the instance itself',
    *check(subject) {
      for (const { properties, production, shadow } of subject.endpoints.configs) {
        const at = properties.at('KmsKeyId');
        const types = [...production, ...shadow].flatMap(instanceTypesOf).map(({ text = '' }) => text);
        const local = types.find(hasLocalNvme);
        if (at.isThere && local !== undefined) yield { at, message: `${local} has local NVMe disks` };
      }
    },
  },
];

/** Variants of all configurations, production and shadow. */
function variantsOf({ endpoints }: Subject): readonly Field[] {
  return endpoints.configs.flatMap(({ production, shadow }) => [...production, ...shadow]);
}
