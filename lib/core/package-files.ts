import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Stage } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The folder of this package, whether its code runs compiled from `dist/` or from source in a test. */
function packageRoot(): string {
  let folder = __dirname;
  for (;;) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'slipway') return folder;
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`the package "slipway" was not found above ${__dirname}`);
    folder = parent;
  }
}

/** Version of this package, as its manifest says. */
export function packageVersion(): string {
  return String(JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')).version);
}

/** Where the bundle of a handler lies. Handlers are bundled when the package is built and shipped inside it. */
export function handlerFolder(name: string): string {
  const folder = join(packageRoot(), 'dist', 'handlers', name);
  if (!existsSync(folder)) {
    throw new Error(`handler "${name}" has no bundle in ${folder}; run "npm run build", or reinstall the package`);
  }
  return folder;
}

/** A check that constructs share with handlers, bundled when the package is built. */
export function checkModule(name: string): string {
  const file = join(packageRoot(), 'dist', 'checks', `${name}.js`);
  if (!existsSync(file)) {
    throw new Error(`check "${name}" has no bundle in ${file}; run "npm run build", or reinstall the package`);
  }
  return file;
}

/**
 * A copy of `source` to which `add` adds files, for assets that join files of several places. It lies in the cloud assembly,
 * under a name made of what is added, so that it goes with the assembly and the same parts are joined once.
 *
 * @param added says what `add` adds; two calls with the same source and text give one folder
 */
export function folderWith(scope: IConstruct, source: string, added: string, add: (folder: string) => void): string {
  const assembly = Stage.of(scope)?.assetOutdir ?? mkdtempSync(join(tmpdir(), 'slipway-asset-'));
  const digest = createHash('sha256').update(source).update('\0').update(added).digest('hex').slice(0, 16);
  const folder = join(assembly, `.slipway-${basename(source)}-${digest}`);
  // Left by an earlier synthesis into the same folder: its parts may have changed since.
  rmSync(folder, { recursive: true, force: true });
  cpSync(source, folder, { recursive: true });
  add(folder);
  return folder;
}
