import { defineConfig } from 'vitest/config';

/** The stage on the emulator: one file after the other, each with minutes of time. */
export default defineConfig({
  test: {
    include: ['test/rehearsal/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  },
});
