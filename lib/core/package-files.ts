import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

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

/** Where the bundle of a handler lies. Handlers are bundled when the package is built and shipped inside it. */
export function handlerFolder(name: string): string {
  const folder = join(packageRoot(), 'dist', 'handlers', name);
  if (!existsSync(folder)) {
    throw new Error(`handler "${name}" has no bundle in ${folder}; run "npm run build", or reinstall the package`);
  }
  return folder;
}

const copies: string[] = [];

/**
 * A copy of `source` to which `add` adds files, for assets that join files of several places. Assets are hashed by
 * content, so the place of the copy changes nothing; it goes when the process ends.
 */
export function folderWith(source: string, add: (folder: string) => void): string {
  if (copies.length === 0) {
    process.once('exit', () => {
      for (const copy of copies) rmSync(copy, { recursive: true, force: true });
    });
  }
  const folder = mkdtempSync(join(tmpdir(), 'slipway-asset-'));
  copies.push(folder);
  cpSync(source, folder, { recursive: true });
  add(folder);
  return folder;
}
