import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/rehearsal/**'],
    // Construct tests share the loaded aws-cdk-lib: 3 s instead of 10 s. Tests must not change process-wide state for others.
    isolate: false,
    // By default one core is left alone; the checks beside take half of the time of one.
    maxWorkers: 2,
    env: { CDK_VALIDATION: 'false' },
    testTimeout: 30_000,
  },
});
