import { type Broken, broken } from '../broken-template';
import { alarm, COMPONENT, type CorpusTemplate, changed, ENDPOINT_NAME, REAL_TIME, withResources } from '../templates';

const CONFIGURATION = 'Endpoint.DeploymentConfig.AutoRollbackConfiguration';
const DIMENSIONS = { EndpointName: ENDPOINT_NAME, VariantName: 'AllTraffic' };

function alarms(count: number): CorpusTemplate {
  const ids = Array.from({ length: count }, (_, index) => `Alarm${index}`);
  return changed(
    withResources(REAL_TIME, Object.fromEntries(ids.map((id) => [id, alarm('Invocation4XXErrors', DIMENSIONS)]))),
    { [`${CONFIGURATION}.Alarms`]: ids.map((id) => ({ AlarmName: { Ref: id } })) },
  );
}

export const ROLLBACK: readonly Broken[] = [
  broken('an endpoint without a rollback alarm', 'rollback-none', changed(REAL_TIME, { [CONFIGURATION]: undefined })),
  broken('an empty list of rollback alarms', 'rollback-none', changed(REAL_TIME, { [`${CONFIGURATION}.Alarms`]: [] })),
  broken(
    'a component without a rollback alarm',
    'rollback-none',
    changed(COMPONENT, { 'Component.DeploymentConfig.AutoRollbackConfiguration': undefined }),
  ),
  broken('eleven rollback alarms', 'rollback-too-many', alarms(11)),
  broken(
    'a composite alarm that rolls back',
    'rollback-composite',
    changed(
      withResources(REAL_TIME, {
        Either: { Type: 'AWS::CloudWatch::CompositeAlarm', Properties: { AlarmName: 'either', AlarmRule: 'TRUE' } },
      }),
      { [`${CONFIGURATION}.Alarms`]: [{ AlarmName: 'either' }] },
    ),
  ),
  broken(
    'a rollback alarm that is named and not referred to',
    'rollback-alarm-order',
    changed(REAL_TIME, {
      'Errors.AlarmName': 'spam-errors',
      [`${CONFIGURATION}.Alarms`]: [{ AlarmName: 'spam-errors' }],
    }),
  ),
  broken(
    'a role that may not describe alarms',
    'rollback-role',
    changed(REAL_TIME, { 'Role.Policies.0.PolicyDocument.Statement.0.Action': ['s3:GetObject'] }),
  ),
];
