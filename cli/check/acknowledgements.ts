import { join } from 'node:path';

/** Reasons by id of a check, for each resource: by file of the template and logical id. */
export type Acknowledgements = ReadonlyMap<string, ReadonlyMap<string, string>>;

interface Entry {
  readonly type?: string;
  readonly data?: unknown;
}

const PREFIX = /^(?:annotation|slipway)::/i;

/**
 * What constructs acknowledge, as CDK writes it into the metadata of an assembly: by path of the construct. An acknowledgement holds
 * for the constructs below too. Those on a stage or an app are not in the assembly.
 */
export function acknowledgementsOf(folder: string, stacks: readonly object[]): Acknowledgements {
  const accepted = new Map<string, Map<string, string>>();
  for (const metadata of stacks) {
    const byPath = new Map(Object.entries(metadata).map(([path, entries]) => [path, readEntries(entries)]));
    for (const path of byPath.keys()) {
      const around = ancestors(path).map((ancestor) => byPath.get(ancestor) ?? []);
      const logicalId = dataOf(byPath.get(path) ?? [], 'aws:cdk:logicalId');
      const file = around.map((entries) => dataOf(entries, 'aws:cdk:templateFile')).find((name) => name !== undefined);
      if (logicalId === undefined || file === undefined) continue;
      const reasons = new Map(around.flatMap((entries) => entries.flatMap(acknowledged)));
      if (reasons.size > 0) accepted.set(keyOf(join(folder, file), logicalId), reasons);
    }
  }
  return accepted;
}

export function keyOf(template: string, logicalId: string): string {
  return `${template}\n${logicalId}`;
}

/** The path and those of the constructs around it, the innermost first. */
function ancestors(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('/')).filter((ancestor) => ancestor !== '');
}

function readEntries(entries: unknown): readonly Entry[] {
  return Array.isArray(entries) ? entries.filter((entry) => typeof entry === 'object' && entry !== null) : [];
}

function dataOf(entries: readonly Entry[], type: string): string | undefined {
  const data = entries.find((entry) => entry.type === type)?.data;
  return typeof data === 'string' ? data : undefined;
}

function acknowledged({ type, data }: Entry): [id: string, reason: string][] {
  if (type !== 'aws:cdk:acknowledged-rules' || typeof data !== 'object' || data === null) return [];
  return Object.entries(data).map(([id, reason]) => [id.replace(PREFIX, ''), String(reason)]);
}
