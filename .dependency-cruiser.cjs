// The layers of docs/overview.md as rules. A new domain is added to DOMAINS.
const DOMAINS = 'check|stage|contract|endpoint|serve|guard|data|lifecycle|monitor|cost|release|review|governance';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'protocol-is-a-leaf', severity: 'error', from: { path: '^protocol/' }, to: { pathNot: '^protocol/' } },
    {
      name: 'runtime-never-sees-cdk',
      severity: 'error',
      from: { path: '^(lambdas|protocol)/' },
      to: { path: ['^(lib|bin|cli)/', 'node_modules/(aws-cdk-lib|constructs)/'] },
    },
    {
      name: 'lib-never-imports-runtime',
      severity: 'error',
      from: { path: '^(lib|bin/(app|stages))' },
      to: { path: '^(lambdas|rehearsal|cli)/' },
    },
    {
      // What versions, rows, profiles and subjects are is decided once: the commands compute it as the pipeline does. Nothing of
      // `shared` that talks to AWS or reads a function's environment belongs into the command line.
      name: 'cli-shares-only-what-is-pure',
      severity: 'error',
      from: { path: '^cli/' },
      to: {
        path: '^lambdas/',
        pathNot: [
          '^lambdas/shared/(dataset|statistics)/',
          '^lambdas/shared/record-item\\.ts$',
          '^lambdas/shared/prediction/subject-hmac\\.ts$',
        ],
      },
    },
    {
      name: 'handlers-are-islands',
      severity: 'error',
      from: { path: '^lambdas/([^/]+)/' },
      to: { path: '^lambdas/', pathNot: ['^lambdas/$1/', '^lambdas/shared/'] },
    },
    {
      name: 'shared-knows-no-handler',
      severity: 'error',
      from: { path: '^lambdas/shared/' },
      to: { path: '^lambdas/(?!shared/)' },
    },
    {
      name: 'pure-core-stays-pure',
      severity: 'error',
      from: {
        path: [
          '^lambdas/(?!shared/)[^/]+/(?!index\\.ts$|io/)',
          '^lambdas/shared/prediction/(?!io/)',
          '^lambdas/shared/(dataset|statistics)/',
        ],
      },
      to: { path: ['^lambdas/shared/(clients|log|env)', 'node_modules/@aws-sdk/'] },
    },
    {
      name: 'domains-meet-at-api',
      severity: 'error',
      from: { path: `^lib/(${DOMAINS})/` },
      to: { path: `^lib/(?:${DOMAINS})/`, pathNot: ['^lib/$1/', '^lib/[^/]+/api\\.ts$'] },
    },
    {
      name: 'api-imports-only-core-and-apis',
      severity: 'error',
      from: { path: '^lib/[^/]+/api\\.ts$' },
      to: { path: '^(lib|lambdas|bin)/', pathNot: ['^lib/core/', '^lib/[^/]+/api\\.ts$'] },
    },
    { name: 'core-knows-no-domain', severity: 'error', from: { path: '^lib/core/' }, to: { path: '^lib/(?!core/)' } },
    { name: 'nobody-imports-the-barrel', severity: 'error', from: { path: '^lib/' }, to: { path: '^lib/index\\.ts$' } },
    {
      name: 'users-go-through-the-barrel',
      severity: 'error',
      from: { path: '^(bin|examples)/' },
      to: { path: '^lib/', pathNot: '^lib/index\\.ts$' },
    },
  ],
  options: {
    tsPreCompilationDeps: true, // count `import type` too: a type-only cycle is still a cycle
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
