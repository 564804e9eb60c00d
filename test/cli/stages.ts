import type { App } from 'aws-cdk-lib';
import type { Command } from 'commander';
import { runCommand } from '../../cli/run';
import { type Assembly, readStages, type SynthesizedStage, stageNamed } from '../../cli/synth';
import { newApp } from '../support';

/** Stages as the command line reads them from a cloud assembly. */
export function assemblyOf(build: (app: App) => void): Assembly {
  const app = newApp();
  // As the CDK CLI sets it.
  app.node.setContext('aws:cdk:enable-path-metadata', true);
  build(app);
  const { directory } = app.synth();
  return { directory, stages: readStages(directory) };
}

/** Two stages of one assembly. */
export function twoStages(from: string, to: string, build: (app: App) => void): [SynthesizedStage, SynthesizedStage] {
  const assembly = assemblyOf(build);
  return [stageNamed(assembly, from), stageNamed(assembly, to)];
}

/** Runs a command with what it writes caught. */
export async function run(command: (output: { write(text: string): unknown }) => Command, ...args: string[]) {
  let out = '';
  let err = '';
  const code = await runCommand(command({ write: (text) => (out += text) }), args, { write: (text) => (err += text) });
  return { code, out, err };
}
