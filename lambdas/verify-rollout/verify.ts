import { type Comparison, compare } from './compare';
import { compareComponent } from './compare-components';
import type { Expected } from './expected';
import { explainRollback } from './explain';
import type { Rollouts } from './ports';

export interface VerifyNeeds {
  readonly rollouts: Rollouts;
  /** Milliseconds since the epoch. */
  now(): number;
  pause(): Promise<void>;
  /** Milliseconds that are left for looking; asking for the alarms and answering have theirs besides. */
  remainingMs(): number;
}

/** Undefined where the endpoint serves what was asked for; else why not. */
export async function verifyRollout(expected: Expected, needs: VerifyNeeds): Promise<string | undefined> {
  const comparison = await settled(expected, needs);
  switch (comparison.kind) {
    case 'as-asked':
      return undefined;
    case 'changing':
      return comparison.text;
    case 'other': {
      if (comparison.rolledBack === 'nothing') return comparison.text;
      const why = await explanation(comparison.rolledBack, expected, needs).catch(
        // What is known is told, also where the alarms cannot be asked.
        (error: unknown) => `its alarms could not be asked (${error instanceof Error ? error.name : 'Error'})`,
      );
      return `${comparison.text}; ${why}`;
    }
  }
}

async function explanation(
  rolledBack: 'endpoint' | 'component',
  { alarms, config }: Expected,
  { rollouts, now }: VerifyNeeds,
): Promise<string> {
  const began = rolledBack === 'endpoint' ? await rollouts.configMadeAt(config) : undefined;
  return explainRollback(rollouts, alarms, began, now());
}

/** Waits while the endpoint or one of its components changes, as long as there is time. */
async function settled(expected: Expected, { rollouts, pause, remainingMs }: VerifyNeeds): Promise<Comparison> {
  for (;;) {
    const comparison = await compared(expected, rollouts);
    if (comparison.kind !== 'changing' || remainingMs() <= 0) return comparison;
    await pause();
  }
}

/** The endpoint first; then the first of its components that does not serve what it should. */
async function compared(expected: Expected, rollouts: Rollouts): Promise<Comparison> {
  const endpoint = compare(expected, await rollouts.endpoint(expected.endpoint));
  if (endpoint.kind !== 'as-asked') return endpoint;
  for (const expectedComponent of expected.components) {
    const comparison = compareComponent(expectedComponent, await rollouts.component(expectedComponent.component));
    if (comparison.kind !== 'as-asked') return comparison;
  }
  return endpoint;
}
