/** Actions that this handler's SDK calls need; a test compares them with its role, both ways. */
export const CALLS = ['s3:GetObject'] as const;
