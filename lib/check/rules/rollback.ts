import { namesOf, rolesWithout } from '../iam/execution-roles';
import type { Rule, Subject } from '../rule';
import { sageMakerApi, sageMakerGuide } from '../sources';
import type { Field } from '../template/field';
import { deploymentsOf } from './deployments';

const MOST_ALARMS = 10;
const ALARM = 'AWS::CloudWatch::Alarm';
const COMPOSITE = 'AWS::CloudWatch::CompositeAlarm';
const AUTO_ROLLBACK = sageMakerGuide('deployment-guardrails-configuration');

export const rollbackRules: readonly Rule[] = [
  {
    id: 'rollback-none',
    severity: 'warning',
    what: 'Nothing rolls back an update that fails in service',
    limit: 'At least one alarm in `AutoRollbackConfiguration`: without one, SageMaker never rolls back',
    source: AUTO_ROLLBACK,
    fix: 'Name alarms on errors and latency in AutoRollbackConfiguration',
    *check(subject) {
      for (const config of updated(subject)) {
        const alarms = config.at('AutoRollbackConfiguration', 'Alarms');
        if (!alarms.isComplete || alarms.items.length > 0) continue;
        yield { at: alarms, message: 'no alarm rolls an update back' };
      }
    },
  },
  {
    id: 'rollback-too-many',
    severity: 'error',
    what: 'More alarms are to roll an update back than SageMaker takes',
    limit: `1 to ${MOST_ALARMS} alarms`,
    source: sageMakerApi('AutoRollbackConfig'),
    fix: 'Join alarms by metric math, one alarm a concern',
    *check(subject) {
      for (const { config } of deploymentsOf(subject)) {
        const at = config.at('AutoRollbackConfiguration', 'Alarms');
        if (at.items.length > MOST_ALARMS) yield { at, message: `${at.items.length} alarms are named` };
      }
    },
  },
  {
    id: 'rollback-composite',
    severity: 'error',
    what: 'A composite alarm is to roll an update back',
    limit: 'Alarms that watch metrics; a composite alarm watches alarms',
    source: sageMakerApi('AutoRollbackConfig'),
    fix: 'Name the alarms that the composite alarm is made of',
    *check(subject) {
      for (const at of rollbackAlarms(subject)) {
        const composite = subject.set.named(at.symbol, at.resource.template, COMPOSITE);
        if (composite !== undefined) yield { at, message: `${String(at.shown)} is a composite alarm` };
      }
    },
  },
  {
    id: 'rollback-alarm-order',
    severity: 'error',
    what: 'An alarm that rolls updates back may be made after its endpoint and deleted before it',
    limit: 'The alarm exists before the endpoint names it',
    source: AUTO_ROLLBACK,
    fix: 'Refer to the alarm with Ref, or add it to DependsOn',
    *check(subject) {
      for (const at of rollbackAlarms(subject)) {
        const alarm = subject.set.named(at.symbol, at.resource.template, ALARM);
        if (alarm === undefined || alarm.template !== at.resource.template) continue;
        if (subject.set.isMadeAfter(at.resource, alarm)) continue;
        yield { at, message: `nothing makes ${alarm.logicalId} before ${at.resource.logicalId}` };
      }
    },
  },
  {
    id: 'rollback-role',
    severity: 'error',
    what: 'The execution role may not read the alarms that are to roll updates back',
    limit: 'The role allows `cloudwatch:DescribeAlarms`',
    source: AUTO_ROLLBACK,
    fix: 'Allow cloudwatch:DescribeAlarms on the alarms to the execution role',
    *check(subject) {
      for (const endpoint of subject.endpoints.endpoints) {
        const at = endpoint.properties.at('DeploymentConfig', 'AutoRollbackConfiguration', 'Alarms');
        if (at.items.length === 0 || endpoint.config === undefined) continue;
        const roles = rolesWithout(subject, endpoint.config, { action: 'cloudwatch:DescribeAlarms' });
        if (roles.length > 0) yield { at, message: `${namesOf(roles)} does not allow cloudwatch:DescribeAlarms` };
      }
    },
  },
];

/** Deployments that auto-rollback could guard: guardrails leave out serverless endpoints, and adapters have no copies. */
function* updated({ endpoints }: Subject): Iterable<Field> {
  for (const { properties, config } of endpoints.endpoints) {
    if (config?.kind === 'real-time' || config?.kind === 'asynchronous') yield properties.at('DeploymentConfig');
  }
  for (const component of endpoints.components) {
    if (component.at('Specification', 'BaseInferenceComponentName').isMissing) yield component.at('DeploymentConfig');
  }
}

function rollbackAlarms(subject: Subject): Field[] {
  return deploymentsOf(subject).flatMap(({ config }) =>
    config.at('AutoRollbackConfiguration', 'Alarms').items.map((alarm) => alarm.at('AlarmName')),
  );
}
