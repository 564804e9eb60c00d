import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import * as slipway from '../../lib/index';
import { documents, fencesOf, filesBelow, ROOT } from './documents';

interface Snippet {
  /** Where it stands. */
  readonly name: string;
  readonly source: string;
}

/** What fences of a document take for granted, where they do not import it themselves. */
const ASSUMED: Readonly<Record<string, string>> = {
  'CONTRIBUTING.md': `
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { acknowledge, acknowledgeWildcard } from '../../lib/core/acknowledge';
declare const failed: Queue, role: Role, bucket: Bucket;`,
  'examples/spam-filter/README.md': `
import { loadMails, splitMails } from '../../examples/spam-filter/mails';
import { train, writeArtifact } from '../../examples/spam-filter/train';`,
};

/** What an example of a comment takes for granted: the library, an app, and what other examples make. */
function assumedByExamples(): string {
  const index = readFileSync(join(ROOT, 'lib/index.ts'), 'utf8');
  const exported = [...index.matchAll(/\{([^}]*)\}/g)].flatMap(([, names = '']) => names.split(','));
  return `
import { App, Duration, Stack, TimeZone, Validations } from 'aws-cdk-lib';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { CfnEndpoint, CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import { ${exported
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .join(', ')} } from 'slipway';
declare const app: App, key: Key, contract: ProductionContract, backend: IModelBackend;
declare const registry: IModelRegistry, log: IPredictionLog, api: PredictionApi;
declare const controller: EndpointController, endpoint: CfnEndpoint, config: CfnEndpointConfig;`;
}

function fenceSnippets(): Snippet[] {
  return documents().flatMap((document) =>
    fencesOf(document)
      .filter(({ language }) => /^(ts|typescript)$/.test(language))
      .map(({ code }, index) => ({
        name: `${document.path} fence ${index + 1}`,
        source: `${ASSUMED[document.path] ?? ''}\n${code}\nexport {};\n`,
      })),
  );
}

function exampleSnippets(): Snippet[] {
  const assumed = assumedByExamples();
  return filesBelow('lib').flatMap((path) =>
    [...readFileSync(join(ROOT, path), 'utf8').matchAll(/\* @example\n((?:(?! *\* @)(?! *\*\/).*\n)+)/g)].map(
      ([, lines = ''], index) => ({
        name: `${path} example ${index + 1}`,
        // Within a construct, as the examples' "this" says.
        source: `${assumed}\nexport function example(this: Stack) {\n${lines.replace(/^ *\* ?/gm, '')}}\n`,
      }),
    ),
  );
}

/** Errors of the compiler, each with the snippet that it is in. */
function compile(snippets: readonly Snippet[]): string[] {
  mkdirSync(join(ROOT, '.slipway'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.slipway', 'documents-'));
  try {
    snippets.forEach(({ source }, index) => {
      writeFileSync(join(folder, `snippet-${index}.ts`), source);
    });
    const compilerOptions = {
      rootDir: ROOT,
      module: 'esnext',
      noUnusedLocals: false,
      paths: { slipway: [join(ROOT, 'lib/index.ts')] },
    };
    const config = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: ['*.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    // The native compiler: through the API of the other one this takes four times as long.
    const tsc = join(ROOT, 'node_modules/@typescript/native/bin/tsc');
    const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const errors = stdout.split('\n').filter((line) => line.includes('error TS'));
    if (status !== 0 && errors.length === 0) throw new Error(`the compiler did not run: ${stdout}${stderr}`);
    return errors.map((line) =>
      line.replace(/^\S*snippet-(\d+)\.ts/, (_, index) => snippets[Number(index)]?.name ?? line),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('code in the documents and in the comments of the library', () => {
  it('compiles against the library', () => {
    const [fences, examples] = [fenceSnippets(), exampleSnippets()];
    expect(fences.filter(({ name }) => name.startsWith('README.md')).length).toBeGreaterThan(1);
    expect(examples.length).toBeGreaterThan(7);
    expect(compile([...fences, ...examples])).toEqual([]);
  });

  it('would be found wrong', () => {
    const wrong = { name: 'wrong', source: "import { StageProfile } from 'slipway';\nStageProfile.PILOTS;\n" };
    expect(compile([wrong])).toEqual([expect.stringMatching(/^wrong\(2,14\): error TS2\d+: .*PILOTS/)]);
  });

  it('is beside every construct that the library exports', () => {
    const constructs = Object.entries(slipway)
      .filter(([, member]) => typeof member === 'function' && member.prototype instanceof Construct)
      .map(([name]) => name);
    const sources = filesBelow('lib').map((path) => readFileSync(join(ROOT, path), 'utf8'));
    const shown = constructs.filter((name) =>
      sources.some((source) => new RegExp(`\\* @example\\n(?: \\*.*\\n)*export class ${name}\\b`).test(source)),
    );
    expect(constructs.length).toBeGreaterThan(5);
    expect(shown).toEqual(constructs);
  });
});
