// Lints the template of every stage, of every kind of endpoint and of every example with cfn-lint (PyPI), in a private virtual
// environment. Exit code 1 on any finding, and where anything that is synthesized is deprecated in the CDK.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { FAIL_ON_DEPRECATIONS } from './deprecations.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const environment = join(root, '.slipway', 'cfn-lint');
const bin = join(environment, process.platform === 'win32' ? 'Scripts' : 'bin');
const requirements = join(here, 'requirements.txt');

/** Rules that are not obeyed, with the reason. */
const IGNORED = {
  // CDK itself states the dependency of a function on its role, beside the reference that implies it.
  W3005: 'a DependsOn that a reference implies already',
};

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(`cfn-lint: ${message}`);
  process.exit(1);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} what
 * @param {Record<string, string>} [variables]
 */
function run(command, args, what, variables = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, ...variables },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined || status !== 0) {
    fail(`${what} failed\n${error?.message ?? `${stdout}${stderr}`}`.trimEnd());
  }
}

/** The first Python that can make virtual environments and is new enough for cfn-lint's dependencies. */
function findPython() {
  const probe = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))';
  const python = ['python3', 'python', 'python3.13', 'python3.12', 'python3.11', 'python3.10'].find(
    (name) => spawnSync(name, ['-c', probe], { stdio: 'ignore' }).status === 0,
  );
  return (
    python ??
    fail('it needs Python >= 3.10 with venv, and none was found; install it (Debian: apt install python3-venv)')
  );
}

/** Made once, and anew when the requirements change. The stamp is written last: an interrupted install has none. */
function prepare() {
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const stamp = join(environment, 'slipway-requirements.sha256');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest && existsSync(join(bin, 'cfn-lint'))) return;
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(dirname(environment), { recursive: true });
  run(findPython(), ['-m', 'venv', environment], 'making the private Python environment');
  run(
    join(bin, 'python'),
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '-r', requirements],
    'installing it from the Python package index (is there a network, or a mirror configured for pip?)',
  );
  writeFileSync(`${stamp}.new`, digest);
  renameSync(`${stamp}.new`, stamp);
}

/** @param {string} output */
function templatesIn(output) {
  return readdirSync(output, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.template.json'))
    .map((path) => join(output, path));
}

prepare();
const output = mkdtempSync(join(tmpdir(), 'slipway-cfn-lint-'));
process.once('exit', () => rmSync(output, { recursive: true, force: true }));

const cdk = join(root, 'node_modules/aws-cdk/bin/cdk');
run(
  process.execPath,
  [cdk, 'synth', '--quiet', '--no-notices', '--output', join(output, 'stages')],
  'synthesis',
  FAIL_ON_DEPRECATIONS,
);
// One template at least for each of the three stacks of a stage: a lint of nothing finds nothing.
if (templatesIn(output).length < 3) fail(`only ${templatesIn(output).length} templates were synthesized`);

/** Apps beside that of `cdk.json`: what stages do not choose, and the examples. */
const apps = [
  'test/compliance/endpoints-app.ts',
  ...readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /(^|[\\/])app\.ts$/.test(path))
    .map((path) => join('examples', path)),
];
for (const app of apps) {
  // Within the project, where the library finds its package and its bundles.
  const bundle = join(root, '.slipway', 'lint', `${app.replaceAll(/[\\/]/g, '-')}.cjs`);
  await build({
    absWorkingDir: root,
    entryPoints: [app],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['aws-cdk-lib', 'constructs'],
    logLevel: 'error',
  });
  const into = join(output, app.replaceAll(/[\\/]/g, '-'));
  // An app synthesizes itself when it is told where.
  run(process.execPath, [bundle], `synthesis of ${app}`, { ...FAIL_ON_DEPRECATIONS, CDK_OUTDIR: into });
  if (!existsSync(into) || templatesIn(into).length === 0) fail(`${app} synthesized nothing`);
}
const templates = templatesIn(output);

const lint = spawnSync(join(bin, 'cfn-lint'), ['-i', ...Object.keys(IGNORED), '-t', ...templates], {
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
if (lint.error !== undefined) fail(`it could not be started: ${lint.error.message}`);
if (lint.status !== 0) fail(`findings\n${`${lint.stdout}${lint.stderr}`.replaceAll(`${output}/`, '').trimEnd()}`);
console.log(`${templates.length} templates linted`);
