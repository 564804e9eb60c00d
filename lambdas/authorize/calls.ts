/** Tokens are checked with the issuer's public keys: no AWS service is called. */
export const CALLS = [] as const;
