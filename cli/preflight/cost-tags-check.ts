import type { SetupReport } from '../finance/cost-tags';
import { answered, type Check, notRun } from './check';
import { hasRun, NO_CREDENTIALS, type Outcome } from './outcome';

const CHECK = 'cost tags';

/** Whether the stage's budget will count. It never stops a deployment. */
export function costTagsCheck(report: Outcome<SetupReport>, stage: string): Check {
  return { ...checkOf(report, stage), decisive: false };
}

function checkOf(outcome: Outcome<SetupReport>, stage: string): Check {
  if (!hasRun(outcome)) return notRun(CHECK, outcome);
  const { tags } = outcome.value;
  if (tags.some(({ status }) => status === 'unknown'))
    return notRun(CHECK, { reason: NO_CREDENTIALS, noCredentials: true });
  const missing = tags.filter(({ needed, status }) => needed && status !== 'active');
  const command = `npx slipway finance setup ${stage} --yes`;
  if (missing.some(({ status }) => status === 'inactive')) {
    const text = `${keysOf(missing)} is not active: the budget of the stage reads 0 for ever`;
    return answered(CHECK, 'warning', text, [
      { step: `activate ${keysOf(missing)}, with credentials of the account that pays`, command },
    ]);
  }
  if (missing.length > 0) {
    const text = `billing has not seen ${keysOf(missing)} yet: until it is active, the budget of the stage reads 0`;
    return answered(CHECK, 'warning', text, [
      { step: `deploy, wait up to 24 hours, then activate ${keysOf(missing)}`, command },
    ]);
  }
  const optional = tags.filter(({ status }) => status !== 'active');
  const rest = optional.length === 0 ? '' : `; optional and not active: ${keysOf(optional)}`;
  return answered(CHECK, 'passed', `${keysOf(tags.filter(({ needed }) => needed))} is active${rest}`);
}

function keysOf(tags: readonly { readonly key: string }[]): string {
  return tags.map(({ key }) => key).join(', ');
}
