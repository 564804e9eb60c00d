const ALWAYS = [
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

/** IAM actions behind the SDK calls of this handler, by what the endpoint is; tests compare them with the sources and with its role. */
export const CALLS_OF = {
  always: ALWAYS,
  /** An endpoint of inference components. */
  components: ['sagemaker:DescribeInferenceComponent'],
} as const;

export const CALLS = [...CALLS_OF.always, ...CALLS_OF.components] as const;
