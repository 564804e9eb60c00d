import type { CorpusTemplate } from './templates';

export interface Valid {
  readonly name: string;
  readonly templates: readonly CorpusTemplate[];
}

export function valid(name: string, ...templates: readonly CorpusTemplate[]): Valid {
  return { name, templates };
}
