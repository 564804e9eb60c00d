import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RehearsedStage } from '../../rehearsal/rehearsed-stage';
import { Cdk } from '../../rehearsal/stage/cdk';

/** Deploys the stage again, with permissions to do these things taken from its serve stack, as if they had never been granted. */
export async function deployWithout(stage: RehearsedStage, project: string, actions: readonly string[]): Promise<void> {
  const assembly = join(stage.folder, `without-${actions.join('-').replaceAll(':', '-')}`);
  cpSync(join(stage.folder, 'cdk.out'), assembly, { recursive: true });
  takeAway(assembly, actions);
  const { endpoint } = stage.emulator;
  const home = join(stage.folder, 'home');
  await new Cdk({ project, endpoint, region: stage.region, home, assembly }, stage.children).deploy('pilot');
}

function takeAway(assembly: string, actions: readonly string[]): void {
  const folder = join(assembly, readdirSync(assembly).find((name) => name.startsWith('assembly-')) ?? '');
  const template = readdirSync(folder).find((name) => /serve.*\.template\.json$/.test(name)) ?? '';
  let text = readFileSync(join(folder, template), 'utf8');
  for (const action of actions) {
    const without = text.replaceAll(`"${action}"`, '"dynamodb:DescribeTable"');
    if (without === text) throw new Error(`the serve stack grants no ${action}`);
    text = without;
  }
  writeFileSync(join(folder, template), text);
  // Templates are assets by content hash: under the old hash the CLI would take the one that is published already.
  const assets = join(folder, template.replace('.template.json', '.assets.json'));
  const { files }: { files: Record<string, { source: { path: string } }> } = JSON.parse(readFileSync(assets, 'utf8'));
  const hash = Object.entries(files).find(([, { source }]) => source.path === template)?.[0];
  if (hash === undefined) throw new Error(`the serve stack is no asset of ${assets}`);
  for (const file of [assets, join(folder, 'manifest.json')]) {
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(hash, createHash('sha256').update(text).digest('hex')));
  }
}
