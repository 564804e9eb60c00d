import { Match, Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { AccessLogRole } from '../../lib/serve/access-log-role';
import { resourcesOf, standalone } from '../support';

it('may be passed to API Gateway only', () => {
  const { stack } = standalone();
  new AccessLogRole(stack, 'Logging', { deployment: 'spam-filter-pilot', functionSettings: {} });
  const template = Template.fromStack(stack);
  const statements = resourcesOf(template, 'AWS::IAM::Policy').flatMap(
    ([, resource]) => JSON.parse(JSON.stringify(resource.Properties?.PolicyDocument)).Statement,
  );
  expect(statements.filter(({ Action }) => JSON.stringify(Action).includes('PassRole'))).toEqual([
    {
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: { 'Fn::GetAtt': [expect.stringMatching(/^LoggingRole/), 'Arn'] },
      Condition: { StringEquals: { 'iam:PassedToService': 'apigateway.amazonaws.com' } },
    },
  ]);
  template.hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: {
      Statement: [Match.objectLike({ Principal: { Service: 'apigateway.amazonaws.com' } })],
    },
  });
});
