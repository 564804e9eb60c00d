/** Domains in the order in which a stage is built. */
export const DOMAINS = ['stage', 'data', 'lifecycle', 'serve', 'endpoint', 'monitor', 'cost', 'other'] as const;
export type Domain = (typeof DOMAINS)[number];

/** Where constructs of `ProductionModel` belong, by their path within the stack; the first that fits counts. */
const DOMAIN_OF_PATH: readonly (readonly [RegExp, Domain])[] = [
  [/^Data(setStore|Pipeline)\b/, 'data'],
  [/^ModelRegistry\b/, 'lifecycle'],
  [/^PredictionApi\/Backend\b/, 'endpoint'],
  // Of the endpoint stack and its controller; `OfficeHours` is what the documentation calls a schedule.
  [/^(Endpoint|VerifiedRollout\b|OfficeHours\b)/, 'endpoint'],
  [/^Prediction(Api|Log)\b/, 'serve'],
  [/^(Monitor|Dashboard)\b/, 'monitor'],
  [/^Budget\b/, 'cost'],
  // The key, links between stacks, the CDK's own providers.
  [/^(Key\b|Link-|Custom::|AWSCDK|BucketEmptierLogs\b)/, 'stage'],
];

/** The domain of a construct by its path within the stack. */
export function domainOf(path: string): Domain {
  return DOMAIN_OF_PATH.find(([pattern]) => pattern.test(path))?.[1] ?? 'other';
}
