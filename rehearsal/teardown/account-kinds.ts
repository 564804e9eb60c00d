import { CloudFormationClient, DeleteStackCommand, paginateDescribeStacks } from '@aws-sdk/client-cloudformation';
import {
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DeleteUserCommand,
  IAMClient,
  ListRolePoliciesCommand,
  paginateListPolicies,
  paginateListRoles,
  paginateListUsers,
} from '@aws-sdk/client-iam';
import type { ClientConfig } from '../aws';
import { all, type Kind } from './kind';

export function accountKinds(config: ClientConfig): Kind[] {
  const iam = new IAMClient(config);
  const cloudFormation = new CloudFormationClient(config);
  return [
    {
      type: 'AWS::IAM::Role',
      list: () =>
        all(
          paginateListRoles({ client: iam }, {}),
          ({ Roles }) => Roles,
          ({ RoleName }) => RoleName,
        ),
      remove: async (RoleName) => {
        const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
        for (const PolicyName of PolicyNames) await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
        await iam.send(new DeleteRoleCommand({ RoleName }));
      },
    },
    {
      type: 'AWS::IAM::User',
      list: () =>
        all(
          paginateListUsers({ client: iam }, {}),
          ({ Users }) => Users,
          ({ UserName }) => UserName,
        ),
      remove: (UserName) => iam.send(new DeleteUserCommand({ UserName })),
    },
    {
      type: 'AWS::CloudFormation::Stack',
      list: () =>
        all(
          paginateDescribeStacks({ client: cloudFormation }, {}),
          ({ Stacks }) => Stacks,
          ({ StackName, StackStatus }) => (StackStatus === 'DELETE_COMPLETE' ? undefined : StackName),
        ),
      remove: (StackName) => cloudFormation.send(new DeleteStackCommand({ StackName })),
    },
    {
      type: 'AWS::IAM::ManagedPolicy',
      list: () =>
        all(
          // Without those that AWS manages.
          paginateListPolicies({ client: iam }, { Scope: 'Local' }),
          ({ Policies }) => Policies,
          ({ Arn }) => Arn,
        ),
      remove: (PolicyArn) => iam.send(new DeletePolicyCommand({ PolicyArn })),
    },
  ];
}
