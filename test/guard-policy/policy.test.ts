import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Lazy, Size } from 'aws-cdk-lib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGuard } from '../../lambdas/shared/guard/compile';
import { GuardMode, GuardPolicy, SensitiveData } from '../../lib/index';
import { HANDLER_CONFIG_FILE } from '../../protocol/env';
import { PERSONAL_KINDS, SECRET_KINDS } from '../../protocol/guard';
import { messageOf, modelWith, newApp } from '../support';

describe('a guard policy', () => {
  it('is standard with a limit of 256 KiB and secrets masked, both ways', () => {
    expect(GuardPolicy.standard()._document()).toEqual({
      request: [
        { kind: 'size', name: 'max-size', mode: 'enforce', maxBytes: 262_144 },
        { kind: 'sensitive', name: 'secrets', mode: 'enforce', action: 'mask', kinds: SECRET_KINDS },
      ],
      reply: [{ kind: 'sensitive', name: 'secrets', mode: 'enforce', action: 'mask', kinds: SECRET_KINDS }],
      recordMask: [...PERSONAL_KINDS, ...SECRET_KINDS],
    });
  });

  it('masks what is recorded even without a rule', () => {
    expect(GuardPolicy.none()._document()).toEqual({
      request: [],
      reply: [],
      recordMask: [...PERSONAL_KINDS, ...SECRET_KINDS],
    });
  });

  it('runs cheap rules first, whatever the order in which they were added', () => {
    const policy = GuardPolicy.none()
      .maskPersonalData()
      .blockTerms(['nightingale'])
      .inputSchema({ type: 'object' })
      .maxSize(Size.kibibytes(4));
    expect(policy._document().request.map(({ kind }) => kind)).toEqual(['size', 'schema', 'terms', 'sensitive']);
    expect(policy._document().reply.map(({ kind }) => kind)).toEqual(['sensitive', 'terms']);
  });

  it('is not changed by what is derived from it', () => {
    const standard = GuardPolicy.standard();
    standard.maskPersonalData();
    expect(standard.ruleNames).toEqual(['max-size', 'secrets']);
  });

  it('replaces an earlier limit instead of adding a second', () => {
    const sizes = GuardPolicy.standard()
      .maxSize(Size.kibibytes(1))
      ._document()
      .request.filter(({ kind }) => kind === 'size');
    expect(sizes).toEqual([{ kind: 'size', name: 'max-size', mode: 'enforce', maxBytes: 1024 }]);
  });

  it('only observes where it is told to', () => {
    const options = { mode: GuardMode.OBSERVE, name: 'cards' };
    expect(GuardPolicy.none().block([SensitiveData.CARD], options)._document().request).toEqual([
      { kind: 'sensitive', name: 'cards', mode: 'observe', action: 'block', kinds: ['CARD'] },
    ]);
  });

  it('fails where a term is known only when it is deployed', () => {
    const guard = GuardPolicy.none().blockTerms([Lazy.string({ produce: () => 'nightingale' })]);
    expect(messageOf(() => modelWith({ guard }))).toMatch(
      /^ConfigError: pilot\/serve\/PredictionApi: the configuration of "predict" holds a value known only when/,
    );
  });

  it('is what the predict function finds beside its bundle, and its masked terms what the records function finds', () => {
    const app = newApp();
    const guard = GuardPolicy.standard()
      .blockTerms(['project nightingale'], { name: 'nightingale' })
      .maskTerms(['heron']);
    modelWith({ guard }, app);
    app.synth();
    expect(configsOf(app.outdir)).toContainEqual({ guard: guard._document() });
    expect(configsOf(app.outdir)).toContainEqual({ maskedTerms: ['heron'] });
  });

  it('of any composition is understood by the handlers', () => {
    const step = fc.constantFrom<(policy: GuardPolicy, name: string) => GuardPolicy>(
      (policy, name) => policy.maskPersonalData({ name }),
      (policy, name) => policy.blockSecrets({ name }),
      (policy, name) => policy.blockTerms(['one', 'two words'], { name }),
      (policy, name) => policy.maskTerms(['three'], { name, mode: GuardMode.OBSERVE }),
      (policy, name) => policy.mask([SensitiveData.JWT, SensitiveData.IBAN], { name }),
      (policy, name) => policy.inputSchema({ type: 'string' }, { name }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), (steps) => {
        const policy = steps.reduce((made, add, index) => add(made, `rule-${index}`), GuardPolicy.standard());
        const document = JSON.parse(JSON.stringify(policy._document()));
        expect(() => compileGuard(document)).not.toThrow();
        expect(policy.ruleNames).toHaveLength(steps.length + 2);
      }),
      { numRuns: 40 },
    );
  });
});

/** Configuration files of the assets that an app refers to. */
function configsOf(outdir: string): unknown[] {
  const manifests = readdirSync(outdir, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.assets.json'),
  );
  const folders = manifests.flatMap((path) => {
    const { files } = JSON.parse(readFileSync(join(outdir, path), 'utf8')) as {
      files: Record<string, { source: { path: string; packaging: string } }>;
    };
    return Object.values(files)
      .filter(({ source }) => source.packaging === 'zip')
      .map(({ source }) => source.path);
  });
  return folders.flatMap((folder) =>
    existsSync(join(folder, HANDLER_CONFIG_FILE))
      ? [JSON.parse(readFileSync(join(folder, HANDLER_CONFIG_FILE), 'utf8'))]
      : [],
  );
}
