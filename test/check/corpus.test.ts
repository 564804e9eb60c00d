import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkTemplates } from '../../lib/check/check-templates';
import { RULES } from '../../lib/check/rules/rules';
import { BROKEN } from './corpus/broken';
import type { CorpusTemplate } from './corpus/templates';
import { VALID } from './corpus/valid';
import { placesOf, UNKNOWN, withUnknown } from './places';

const check = (templates: readonly CorpusTemplate[]) =>
  checkTemplates(templates.map((template, index) => ({ name: `template-${index}`, template })));

const ids = (templates: readonly CorpusTemplate[]) =>
  check(templates).map(({ id, template, logicalId }) => `${id} of ${template} ${logicalId}`);

describe('templates in which nothing is wrong', () => {
  it.each(VALID.map(({ name, templates }) => [name, templates] as const))('%s', (_, templates) => {
    expect(check(templates)).toEqual([]);
  });

  it('are many', () => {
    expect(new Set(VALID.map(({ name }) => name)).size).toBeGreaterThanOrEqual(30);
  });
});

describe('templates with one thing wrong', () => {
  it.each(BROKEN.map((broken) => [broken.name, broken] as const))('%s', (_, { expected, templates }) => {
    expect(check(templates).map(({ id }) => id)).toEqual(expected);
  });

  it('are many, and show every rule', () => {
    expect(new Set(BROKEN.map(({ name }) => name)).size).toBeGreaterThanOrEqual(30);
    const shown = new Set(BROKEN.flatMap(({ expected }) => expected));
    expect(RULES.map(({ id }) => id).filter((id) => !shown.has(id))).toEqual([]);
  });

  it.each(BROKEN.map((broken) => [broken.name, broken] as const))(
    '%s: the finding names the place, the value and the fix',
    (_, { templates }) => {
      for (const finding of check(templates)) {
        const template = templates[Number(finding.template.replace('template-', ''))];
        const raw = valueAt(template?.Resources[finding.logicalId], finding.path);
        if (finding.path.includes('DashboardBody')) expect(finding.value).toEqual(expect.any(String));
        else if (raw === undefined || typeof raw !== 'object') expect(finding.value).toEqual(raw);
        else expect(finding.value).toBeDefined();
        expect(finding.message).not.toMatch(/\.$/);
        expect(finding.source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
        expect(finding.fix).not.toBe('');
        expect(finding.limit).not.toBe('');
      }
    },
  );
});

describe('what only the deployment knows', () => {
  const corpus = fc.constantFrom(...[...VALID, ...BROKEN].map(({ templates }) => templates));
  const way = fc.constantFrom(...Object.keys(UNKNOWN));

  it('never adds a finding, wherever it stands', () => {
    const property = fc.property(corpus, way, fc.nat(), fc.nat(), (templates, unknown, which, place) => {
      const index = which % templates.length;
      const template = templates[index];
      if (template === undefined) throw new RangeError('no template');
      const paths = placesOf(template);
      const path = paths[place % paths.length] ?? [];
      expect(addedBy(templates, templates.with(index, withUnknown(template, [path], unknown)))).toEqual([]);
    });
    fc.assert(property, { numRuns: 800 });
  });

  it('never adds a finding, wherever it stands at once', () => {
    const property = fc.property(corpus, way, fc.infiniteStream(fc.boolean()), (templates, unknown, choices) => {
      const after = templates.map((template) => {
        const chosen = placesOf(template).filter(() => choices.next().value);
        return withUnknown(template, chosen, unknown);
      });
      expect(addedBy(templates, after)).toEqual([]);
    });
    fc.assert(property, { numRuns: 150 });
  });
});

function addedBy(before: readonly CorpusTemplate[], after: readonly CorpusTemplate[]): string[] {
  const known = new Set(ids(before));
  return ids(after).filter((id) => !known.has(id));
}

function valueAt(resource: unknown, path: string): unknown {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== '');
  return keys.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    resource,
  );
}
