import { defineConfig } from 'vitest/config';

/** Stages on emulators of their own: two files at a time, each with minutes of time. */
export default defineConfig({
  test: {
    include: ['test/rehearsal/**/*.test.ts'],
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  },
});
