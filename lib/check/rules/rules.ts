import type { Rule } from '../rule';
import { budgetRules } from './budget';
import { dataCaptureRules } from './data-capture';
import { instanceTypeRules } from './instance-types';
import { metricRules } from './metrics';
import { rollbackRules } from './rollback';
import { rolloutFitRules } from './rollout-fit';
import { rolloutSizeRules } from './rollout-sizes';
import { rolloutTimeRules } from './rollout-times';
import { scalingRules } from './scaling';
import { scalingPolicyRules } from './scaling-policies';
import { serverlessRules } from './serverless';
import { shadowRules } from './shadow';
import { variantRules } from './variants';

/** Every check, in the order of docs/checks.md. */
export const RULES: readonly Rule[] = [
  ...rolloutSizeRules,
  ...rolloutTimeRules,
  ...rolloutFitRules,
  ...rollbackRules,
  ...variantRules,
  ...instanceTypeRules,
  ...shadowRules,
  ...serverlessRules,
  ...dataCaptureRules,
  ...metricRules,
  ...scalingRules,
  ...scalingPolicyRules,
  ...budgetRules,
];
