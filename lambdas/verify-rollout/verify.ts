import { type Comparison, compare } from './compare';
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
      return `endpoint ${expected.endpoint} is still ${comparison.status}; it was to serve configuration ${expected.config}`;
    case 'other': {
      if (!comparison.rolledBack) return comparison.text;
      const { rollouts, now } = needs;
      // What is known is told, also where the alarms cannot be asked.
      const why = await explainRollback(rollouts, expected.alarms, expected.config, now()).catch(
        (error: unknown) => `its alarms could not be asked (${error instanceof Error ? error.name : 'Error'})`,
      );
      return `${comparison.text}; ${why}`;
    }
  }
}

/** Waits while the endpoint changes, as long as there is time. */
async function settled(expected: Expected, { rollouts, pause, remainingMs }: VerifyNeeds): Promise<Comparison> {
  for (;;) {
    const comparison = compare(expected, await rollouts.endpoint(expected.endpoint));
    if (comparison.kind !== 'changing' || remainingMs() <= 0) return comparison;
    await pause();
  }
}
