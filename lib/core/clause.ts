/** Names of the contract's clauses, as constructs register them and the trace prints them. */
export const CLAUSE = {
  owner: 'owner',
  onCall: 'owner.onCall',
  latencyP95: 'latencyP95',
  timeout: 'timeout',
  availability: 'availability',
  peakRequestsPerSecond: 'peakRequestsPerSecond',
  requestsPerMonth: 'requestsPerMonth',
  success: (metric: string): string => `success: ${metric}`,
  monthlyBudgetUsd: 'monthlyBudgetUsd',
  financeEmails: 'financeEmails',
  dataFreshness: 'dataFreshness',
  dataClass: 'dataClass',
  allowedRegions: 'allowedRegions',
} as const;
