import { sha256 } from '../shared/dataset/version-address';

/** Names a run by when its execution began, and by its execution and round: whoever names it again finds the same name. */
export function runIdOf(startedAt: string, execution: string, round: number): string {
  const compact = new Date(startedAt)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:]/g, '');
  return `${compact}-${sha256(`${execution}#${round}`).slice(0, 8)}`;
}
