import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '../..');

/** A document of the project. */
export interface Document {
  /** From the root of the project. */
  readonly path: string;
  readonly text: string;
}

export interface Fence {
  readonly language: string;
  readonly code: string;
}

export function readDocument(path: string): Document {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') };
}

/** Everything that is written for readers: at the root, below docs/, and beside each example. */
export function documents(): Document[] {
  const below = (folder: string) => filesBelow(folder).filter((path) => path.endsWith('.md'));
  const atRoot = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
  return [...atRoot, ...below('docs'), ...below('examples')].map(readDocument);
}

/** Paths of all files below a folder, from the root of the project. */
export function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

const FENCE = /^( *)```(\w*)\n([\s\S]*?)^ *```$/gm;

export function fencesOf({ text }: Document): Fence[] {
  return [...text.matchAll(FENCE)].map(([, , language = '', code = '']) => ({ language, code }));
}

/** Code within sentences and tables. A line of a table writes `\|` for `|`. */
export function inlineCodeOf({ text }: Document): string[] {
  const prose = text.replace(FENCE, '');
  return [...prose.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll('\\|', '|'));
}

/** Rows of the first table whose first heading is `heading`, without headings. */
export function tableOf({ path, text }: Document, heading: string): string[][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`));
  if (start === -1) throw new Error(`${path} has no table that begins with "${heading}"`);
  const rest = lines.slice(start + 2);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(0, end === -1 ? rest.length : end).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
}
