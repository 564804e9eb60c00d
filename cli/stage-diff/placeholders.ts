import type { SynthesizedStage } from '../synth';

/** What stands for a stage's own names, so that texts of two stages can be compared. */
export type Placeholders = (text: string) => string;

/** Replaces the names of deployment and stage, region and account of `stage` wherever they stand as words of their own. */
export function placeholdersOf(stage: SynthesizedStage): Placeholders {
  const names = [
    ...stage.stacks.map((stack) => [deploymentOf(stack), '<deployment>'] as const),
    ...stage.stacks.map(({ region }) => [region, '<region>'] as const),
    ...stage.stacks.map(({ account }) => [account, '<account>'] as const),
    [stage.name, '<stage>'] as const,
  ];
  const rules = [...new Map(names)].flatMap(([name, placeholder]) =>
    name === undefined || name === '' ? [] : [{ pattern: wordOf(name), placeholder }],
  );
  return (text) => rules.reduce((result, { pattern, placeholder }) => result.replace(pattern, placeholder), text);
}

/** Name of the deployment, as `ProductionModel` names its stacks: `<deployment>-<stack id>`. */
export function deploymentOf({
  id,
  stackName,
}: {
  readonly id: string;
  readonly stackName: string;
}): string | undefined {
  return stackName.endsWith(`-${id}`) ? stackName.slice(0, -id.length - 1) : undefined;
}

function wordOf(name: string): RegExp {
  const literal = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  // A word begins after an encoded character too, as in the queue's address in a console link.
  return new RegExp(`(?:(?<![A-Za-z0-9])|(?<=%[0-9A-F]{2}))${literal}(?![A-Za-z0-9])`, 'g');
}
