import type { CorpusTemplate } from './templates';

export interface Broken {
  /** What is wrong, for the name of a test. */
  readonly name: string;
  /** Findings in the order of the templates. */
  readonly expected: readonly string[];
  readonly templates: readonly CorpusTemplate[];
}

export function broken(
  name: string,
  expected: string | readonly string[],
  ...templates: readonly CorpusTemplate[]
): Broken {
  return { name, expected: typeof expected === 'string' ? [expected] : expected, templates };
}
