import { METRICS } from './broken/metrics';
import { ROLLBACK } from './broken/rollback';
import { ROLLOUT } from './broken/rollout';
import { BUDGETS, SCALING } from './broken/scaling';
import { CAPTURE, SERVERLESS_VARIANTS, VARIANTS } from './broken/variants';
import type { Broken } from './broken-template';

/** Templates with one thing wrong, each with the checks that say so. */
export const BROKEN: readonly Broken[] = [
  ...ROLLOUT,
  ...ROLLBACK,
  ...VARIANTS,
  ...SERVERLESS_VARIANTS,
  ...CAPTURE,
  ...METRICS,
  ...SCALING,
  ...BUDGETS,
];
