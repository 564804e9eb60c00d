/** IAM actions behind the SDK calls of this handler; a test compares them with the sources and with its role. */
export const CALLS = ['s3:GetObject', 's3:PutObject'] as const;
