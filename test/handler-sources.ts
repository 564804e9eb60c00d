import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ENV } from '../protocol/env';
import { METRIC } from '../protocol/metrics';

const LAMBDAS = resolve(__dirname, '../lambdas');

/** Folders with a handler in TypeScript. */
export function handlerNames(): string[] {
  return readdirSync(LAMBDAS).filter((name) => existsSync(join(LAMBDAS, name, 'index.ts')));
}

/** Files that a handler is bundled of: from its entry, what is imported from `lambdas/`, on and on. */
function filesOf(handler: string): string[] {
  const found = new Set([join(LAMBDAS, handler, 'index.ts')]);
  for (const file of found) {
    const source = readFileSync(file, 'utf8');
    for (const [, path = ''] of source.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const imported = `${resolve(dirname(file), path)}.ts`;
      if (imported.startsWith(LAMBDAS) && existsSync(imported)) found.add(imported);
    }
  }
  return [...found];
}

export function sourceOf(handler: string): string {
  return filesOf(handler)
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

/** Members of a constant of `protocol/` that a source uses, as their values. */
function used(constant: string, values: Readonly<Record<string, string>>, source: string): string[] {
  const members = [...source.matchAll(new RegExp(`\\b${constant}\\.(\\w+)`, 'g'))].map(([, member = '']) => member);
  return [...new Set(members)].map((member) => {
    const value = values[member];
    if (value === undefined) throw new Error(`${constant}.${member} does not exist`);
    return value;
  });
}

/** Environment variables that a source reads by their name in `protocol/env.ts`. */
export function variablesRead(source: string): string[] {
  return used('ENV', ENV, source).sort();
}

/** Variables that a source reads only if they are set. */
export function variablesReadIfSet(source: string): string[] {
  const reads = [...source.matchAll(/\boptionalEnv\((ENV\.\w+)\)/g)].map(([, name = '']) => name);
  return used('ENV', ENV, reads.join('\n')).sort();
}

/** Variables that the Python host reads: it cannot import `protocol/env.ts`. */
export function variablesOfPythonHost(): string[] {
  const source = readFileSync(join(LAMBDAS, 'model-host-python/slipway_host.py'), 'utf8');
  return [...new Set([...source.matchAll(/"(SLIPWAY_\w+)"/g)].map(([, name = '']) => name))].sort();
}

/** Metrics that a source emits: a metric is the key of a value. The units of `shared/emf.ts` are keyed too, and emit none. */
export function metricsEmitted(source: string): string[] {
  const keys = [...source.matchAll(/\[(METRIC\.\w+)\]:(?!\s*'(?:Milliseconds|None|Seconds)')/g)].map(
    ([, key = '']) => key,
  );
  return used('METRIC', METRIC, keys.join('\n')).sort();
}
