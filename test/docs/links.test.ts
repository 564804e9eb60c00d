import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Document, documents, inlineCodeOf, ROOT } from './documents';

const byPath = documents().map((document) => [document.path, document] as const);

interface Link {
  readonly file: string;
  readonly anchor: string | undefined;
}

/** Links and pictures within the project, from its root. */
function linksOf({ path, text }: Document): Link[] {
  return [...text.matchAll(/\]\(([^)\s]*)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = '', anchor] = target.split('#');
      return { file: file === '' ? path : relative(ROOT, resolve(ROOT, dirname(path), file)), anchor };
    });
}

/** Anchors as GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function isBroken({ file, anchor }: Link): boolean {
  // What lies outside of the project is not there for whoever clones it.
  if (file.startsWith('..') || !existsSync(join(ROOT, file))) return true;
  return anchor !== undefined && !anchorsOf(readFileSync(join(ROOT, file), 'utf8')).includes(anchor);
}

describe('the documents', () => {
  it('are the ones that there should be', () => {
    const expected = [
      'README.md',
      'CONTRIBUTING.md',
      'CHANGELOG.md',
      'docs/overview.md',
      'docs/runbook.md',
      'docs/benchmarks.md',
    ];
    expect(byPath.map(([path]) => path)).toEqual(expect.arrayContaining(expected));
    expect(existsSync(join(ROOT, 'LICENSE'))).toBe(true);
  });

  it.each(byPath)('%s links to files and headings that exist', (_, document) => {
    expect(linksOf(document).filter(isBroken)).toEqual([]);
  });

  it('are all reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const path of reached) {
      const document = byPath.find(([known]) => known === path)?.[1];
      for (const { file } of document === undefined ? [] : linksOf(document)) {
        reached.add(file);
        // A link to a folder shows what is in it.
        for (const [known] of byPath) if (known.startsWith(`${file}/`)) reached.add(known);
      }
    }
    expect(byPath.map(([path]) => path).filter((path) => !reached.has(path))).toEqual([]);
  });

  it.each(byPath)('%s names files and folders of the project that exist', (_, document) => {
    const folders = readdirSync(ROOT, { withFileTypes: true }).filter(
      (entry) => entry.isDirectory() && !['dist', 'cdk.out'].includes(entry.name),
    );
    const named = inlineCodeOf(document)
      .filter((code) => /^[\w.-]+\/[\w./-]*$/.test(code) && !code.includes('NNNN'))
      .filter((code) => folders.some(({ name }) => code.startsWith(`${name}/`) && !name.startsWith('.')));
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it.each(byPath)('%s names no folder of the machine that it was written on', (_, { text }) => {
    const found = text.match(/(?<![\w.:~>}-])\/(?:home|root|Users|work|workspace|mnt|private|srv)\/\S*/g);
    expect(found ?? []).toEqual([]);
  });
});

describe('the decisions', () => {
  const decisions = byPath.filter(([path]) => path.startsWith('docs/decisions/'));

  it('are numbered in a row, by file and by heading', () => {
    const numbers = decisions.map(([path, { text }]) => [
      Number(/\/(\d{4})-/.exec(path)?.[1]),
      Number(/^# (\d+)\. /.exec(text)?.[1]),
    ]);
    expect(numbers.length).toBeGreaterThan(0);
    expect(numbers.sort(([a = 0], [b = 0]) => a - b)).toEqual(numbers.map((_, index) => [index + 1, index + 1]));
  });

  it.each(decisions)('%s has a date, a context, a decision and its consequences', (_, { text }) => {
    expect(text).toMatch(/^# .+\n\n\d{4}-\d{2}-\d{2}\n\n## Context\n[\s\S]+\n## Decision\n[\s\S]+\n## Consequences\n/);
  });
});
