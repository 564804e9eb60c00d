/** IAM actions behind the SDK calls of this handler; a test compares them with the sources and with its role. */
export const CALLS = [
  'cloudformation:DescribeStackEvents',
  'cloudformation:DescribeStacks',
  'cloudformation:UpdateStack',
  'dynamodb:ConditionCheckItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
  'iam:PassRole',
  'sagemaker:DescribeEndpoint',
  'sagemaker:InvokeEndpoint',
  'ssm:GetParameter',
  // CloudFormation reads the parameters of a template in the name of whoever updates its stack.
  'ssm:GetParameters',
  'ssm:PutParameter',
  'states:DescribeExecution',
] as const;
