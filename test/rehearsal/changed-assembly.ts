import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { RehearsedStage } from '../../rehearsal/rehearsed-stage';
import { Cdk } from '../../rehearsal/stage/cdk';

const project = join(__dirname, '../..');

/**
 * The CDK CLI for a copy of the stage's assembly in which one template is another: what somebody's next deployment would bring.
 *
 * @param name of the copy
 * @param stack id of the stack within the stage
 */
export function deploymentWith(
  stage: RehearsedStage,
  name: string,
  stack: string,
  change: (template: string) => string,
): Cdk {
  const assembly = join(stage.folder, `${name}.out`);
  cpSync(join(stage.folder, 'cdk.out'), assembly, { recursive: true });
  const folder = join(assembly, 'assembly-pilot');
  const template = readdirSync(folder).find((file) => new RegExp(`^pilot${stack}\\w*\\.template\\.json$`).test(file));
  if (template === undefined) throw new Error(`the assembly has no template of "${stack}"`);
  const text = readFileSync(join(folder, template), 'utf8');
  const changed = change(text);
  expect(changed).not.toBe(text);
  writeFileSync(join(folder, template), changed);
  // Templates are assets by content hash: under the old hash the CLI would take the one that is published already.
  const assets = join(folder, template.replace('.template.json', '.assets.json'));
  const { files }: { files: Record<string, { source: { path: string } }> } = JSON.parse(readFileSync(assets, 'utf8'));
  const [hash = ''] = Object.entries(files).find(([, { source }]) => source.path === template) ?? [];
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  const newHash = createHash('sha256').update(changed).digest('hex');
  for (const file of [assets, join(folder, 'manifest.json')]) {
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(hash, newHash));
  }
  const { endpoint } = stage.emulator;
  const options = { project, endpoint, region: stage.region, home: join(stage.folder, 'home'), assembly };
  return new Cdk(options, stage.children);
}
