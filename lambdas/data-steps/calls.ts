/** IAM actions behind the SDK calls of this handler; a test compares them with the sources and with its role. */
export const CALLS = [
  'dynamodb:BatchGetItem',
  'dynamodb:BatchWriteItem',
  'dynamodb:ConditionCheckItem',
  'dynamodb:DeleteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
  's3:DeleteObject',
  's3:GetObject',
  's3:GetObjectVersion',
  's3:ListBucket',
  's3:PutObject',
  's3:PutObjectRetention',
  's3:PutObjectVersionTagging',
  'states:DescribeExecution',
] as const;
