import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { slipwayProgram } from '../../cli/program';

const root = resolve(__dirname, '../..');
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [join('docs', name)] : [])),
];
const read = (document: string) => readFileSync(join(root, document), 'utf8');

describe('the documents', () => {
  it.each(documents)('%s links to files that exist', (document) => {
    const links = [...read(document).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
    const relative = links.filter((link) => !/^[a-z]+:/.test(link));
    expect(relative.filter((link) => !existsSync(resolve(root, dirname(document), link)))).toEqual([]);
  });

  it('name only commands that exist', () => {
    const known = new Set(slipwayProgram('0').commands.map((command) => command.name()));
    const named = documents.flatMap((document) =>
      [...read(document).matchAll(/npx slipway ([a-z]+)/g)].map(([, name = '']) => name),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  it('hold TypeScript that compiles against the library', () => {
    const fences = [...read('README.md').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
    expect(fences.length).toBeGreaterThan(0);
    const folder = join(root, '.slipway', 'documents');
    mkdirSync(folder, { recursive: true });
    const exported = [...read('lib/index.ts').matchAll(/\{([^}]*)\}/g)].flatMap(([, names = '']) =>
      names.split(',').map((name) => name.replace('type ', '').trim()),
    );
    const files = fences.map((code, index) => {
      const file = join(folder, `fence-${index}.ts`);
      const used = exported.filter((name) => new RegExp(`\\b${name}\\b`).test(code));
      writeFileSync(
        file,
        `import { App, Duration } from 'aws-cdk-lib';\nimport { ${used.join(', ')} } from '../../lib/index';\n${code}`,
      );
      return file;
    });
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root);
    const problems = ts.getPreEmitDiagnostics(ts.createProgram(files, options));
    rmSync(folder, { recursive: true, force: true });
    expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
  });
});
