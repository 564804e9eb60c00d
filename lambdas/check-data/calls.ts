/**
 * IAM actions behind the SDK calls of this handler; tests compare them with the sources and with its role. Who may not list a bucket is
 * told of an object that is missing, or gone, that it is forbidden.
 */
export const CALLS = ['s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket', 's3:PutObject'] as const;
