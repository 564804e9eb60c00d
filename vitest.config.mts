import { defineConfig } from 'vitest/config';
import { FAIL_ON_DEPRECATIONS } from './test/compliance/deprecations.mjs';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/rehearsal/**'],
    // Construct tests share the loaded aws-cdk-lib: 3 s instead of 10 s. Tests must not change process-wide state for others.
    isolate: false,
    // By default one core is left alone; the checks beside take half of the time of one.
    maxWorkers: 2,
    // A deprecated call of the CDK throws, once in a process; test/compliance/cfn-lint.mjs sees it in processes of its own.
    env: { CDK_VALIDATION: 'false', ...FAIL_ON_DEPRECATIONS },
    // Laws over many runs take seconds, and more on a machine that does other things besides.
    testTimeout: 90_000,
  },
});
