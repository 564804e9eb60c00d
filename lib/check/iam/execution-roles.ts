import type { Config } from '../endpoint/endpoint-model';
import type { Subject } from '../rule';
import type { Resource } from '../template/parts';
import { type Access, grantOf } from './grant';

const ROLE = 'AWS::IAM::Role';

/**
 * The roles that SageMaker takes on to serve a configuration, if none of them allows an access. None if one does or may, or if a
 * role is not in the templates.
 */
export function rolesWithout(subject: Subject, config: Config, access: Access): readonly Resource[] {
  const roles = executionRolesOf(subject, config);
  return roles.every((role) => grantOf(subject.set, role, access) === 'no') ? roles : [];
}

function executionRolesOf({ set, endpoints }: Subject, config: Config): readonly Resource[] {
  const variants = [...config.production, ...config.shadow].filter((variant) => !variant.at('ModelName').isMissing);
  const models = endpoints.modelsOf(variants);
  const arns = [config.properties, ...models]
    .map((place) => place.at('ExecutionRoleArn'))
    .filter((arn) => !arn.isMissing);
  const roles = arns.map((arn) => set.meantBy(arn, ROLE)).filter((role) => role !== undefined);
  const areKnown = config.isComplete && models.length === variants.length && roles.length === arns.length;
  return areKnown ? [...new Set(roles)] : [];
}

/** Roles in a message. */
export function namesOf(roles: readonly Resource[]): string {
  return roles.map(({ logicalId }) => logicalId).join(' and ');
}
