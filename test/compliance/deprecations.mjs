/** Variables with which a deprecated call of the CDK throws in place of a warning: those of jsii's `@deprecated`, and its annotations. */
export const FAIL_ON_DEPRECATIONS = { JSII_DEPRECATED: 'fail', CDK_BLOCK_DEPRECATIONS: 'true' };
