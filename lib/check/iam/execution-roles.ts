import type { Config } from '../endpoint/endpoint-model';
import type { Subject } from '../rule';
import type { Resource } from '../template/parts';

const ROLE = 'AWS::IAM::Role';

/** Roles that SageMaker takes on to serve a configuration, where they are in the templates. */
export function executionRolesOf({ set, endpoints }: Subject, config: Config): readonly Resource[] {
  const models = endpoints.modelsOf([...config.production, ...config.shadow]);
  const arns = [config.properties, ...models].map((place) => place.at('ExecutionRoleArn'));
  const roles = arns.map((arn) => set.meantBy(arn, ROLE)).filter((role) => role !== undefined);
  return [...new Set(roles)];
}
