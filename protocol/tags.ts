/** Tags on every resource of a stage. `deployment` is the cost-allocation tag that the budget filters on. */
export const TAG = {
  deployment: 'slipway:deployment',
  model: 'slipway:model',
  stage: 'slipway:stage',
  owner: 'slipway:owner',
  costCentre: 'slipway:cost-centre',
} as const;

/** On an endpoint with a shadow variant, which adds to its cost: percent of the requests that the variant gets. */
export const SHADOW_TAG = 'slipway:shadow';
