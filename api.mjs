// The public API of lib/ must stay translatable to other languages: it is compiled with jsii, in a copy, so that jsii's own
// outputs never mix with ours.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const copy = join(root, '.slipway', 'api');
rmSync(copy, { recursive: true, force: true });
mkdirSync(copy, { recursive: true });
for (const folder of ['lib', 'protocol']) cpSync(join(root, folder), join(copy, folder), { recursive: true });

const {
  scripts: _scripts,
  bin: _bin,
  dependencies = {},
  devDependencies,
  ...manifest
} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
if (Object.keys(dependencies).length > 0)
  throw new Error('the library has no dependencies beyond its peers; bundle them');
const jsii = {
  outdir: 'dist/jsii',
  targets: {},
  tsc: { outDir: 'dist', rootDir: '.' },
};
const peers = Object.fromEntries(Object.keys(manifest.peerDependencies).map((name) => [name, devDependencies[name]]));
writeFileSync(join(copy, 'package.json'), JSON.stringify({ ...manifest, devDependencies: peers, jsii }, null, 2));
writeFileSync(join(copy, 'README.md'), '# API check\n');

const cli = join(root, 'node_modules', 'jsii', 'bin', 'jsii');
const { status, stdout, stderr } = spawnSync(
  process.execPath,
  [cli, '--generate-tsconfig', 'tsconfig.jsii.json', '--silence-warnings', 'reserved-word'],
  {
    cwd: copy,
    encoding: 'utf8',
    // jsii warns of the Node that it is not tested on; that it works on this one is what this run shows.
    env: {
      ...process.env,
      JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '1',
      JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1',
    },
  },
);
if (status !== 0) process.stdout.write(stdout + stderr);
else {
  const assembly = JSON.parse(readFileSync(join(copy, '.jsii'), 'utf8'));
  console.log(`jsii: ${Object.keys(assembly.types).length} public types are translatable`);
}
process.exit(status ?? 1);
