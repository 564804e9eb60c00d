import { numbers, objects, possible, texts } from './template-values';

/** Instances that an update of an endpoint holds beyond the fleet itself. */
export interface Extra {
  /** While the new version takes over. */
  readonly update: number;
  /** While the old version comes back after an alarm. */
  readonly rollback: number;
  readonly how: string;
  /** What of the policy is known only at deployment; the numbers are then the least that it can mean. */
  readonly open: readonly string[];
}

/**
 * What a `DeploymentConfig` adds to a fleet of `most` instances. `hostsComponents`: inference components roll within the
 * instances that managed scaling allows, and SageMaker shifts no blue and green fleet for them.
 */
export function extraOf(deploymentConfig: unknown, most: number, hostsComponents: boolean): Extra {
  const { literals, open, absent } = objects(deploymentConfig);
  const policies = literals.flatMap((config) => policiesOf(config, most));
  if (absent) policies.push(hostsComponents ? WITHIN : blueGreen(most, 'without a policy an update is blue/green'));
  // No policy needs less than rolling by the smallest batch, which is what an unknown one is taken for.
  if (open.length > 0) policies.push({ ...rolling(Math.min(1, most), most), open: open.map(inConfig) });
  return policies.reduce(worse, WITHIN);
}

const WITHIN: Extra = { update: 0, rollback: 0, how: 'updates stay within it', open: [] };

function policiesOf(config: Readonly<Record<string, unknown>>, most: number): Extra[] {
  const policies = objects(config.RollingUpdatePolicy);
  const found = policies.literals.map((policy) => rollingOf(policy, most));
  if (policies.open.length > 0)
    found.push({
      ...rolling(Math.min(1, most), most),
      open: policies.open.map((what) => `RollingUpdatePolicy is ${what}`),
    });
  if (policies.absent) found.push(blueGreen(most, 'blue and green fleets side by side'));
  return found;
}

/** Both fleets run until the old one is terminated, and a rollback finds the old one still there. */
function blueGreen(most: number, how: string): Extra {
  return { update: most, rollback: most, how, open: [] };
}

/**
 * Batch by batch: new instances come before old ones go, so one batch is extra. After an alarm in the last batch nearly the
 * whole new fleet runs, and `RollbackMaximumBatchSize`, 100 % unless it is set, comes back beside it at once.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_RollingUpdatePolicy.html
 */
function rollingOf(policy: Readonly<Record<string, unknown>>, most: number): Extra {
  const batch = batchOf(policy.MaximumBatchSize, most, 0);
  const back = batchOf(policy.RollbackMaximumBatchSize, most, most);
  const rolled = rolling(batch.size, Math.max(batch.size, back.size));
  return { ...rolled, open: [...batch.open, ...back.open].map((what) => `a batch size is ${what}`) };
}

function rolling(batch: number, rollback: number): Extra {
  return { update: batch, rollback, how: `rolling in batches of ${batch}`, open: [] };
}

/** Instances of a batch. How SageMaker rounds a share is not documented: rounded up, it cannot come out short. */
function batchOf(size: unknown, most: number, fallback: number): { size: number; open: readonly string[] } {
  const { literals, open, absent } = objects(size);
  const sizes = literals.map(({ Type, Value }) => {
    const [types, values] = [texts(Type), numbers(Value)];
    const counts = values.literals.flatMap((value) =>
      types.literals.map((type) => (type === 'CAPACITY_PERCENT' ? Math.ceil((most * value) / 100) : value)),
    );
    return { counts, open: [...types.open, ...values.open] };
  });
  const counts = [...sizes.flatMap(({ counts }) => counts), ...(absent ? [fallback] : [])];
  const unknown = [...open, ...sizes.flatMap((one) => one.open)];
  // A batch has an instance at least, and no more than there are.
  return { size: Math.min(most, Math.max(1, ...counts)), open: unknown };
}

function worse(a: Extra, b: Extra): Extra {
  const { how } = b.update > a.update || (b.update === a.update && b.rollback >= a.rollback) ? b : a;
  return {
    update: Math.max(a.update, b.update),
    rollback: Math.max(a.rollback, b.rollback),
    how,
    open: [...a.open, ...b.open],
  };
}

function inConfig(what: string): string {
  return `DeploymentConfig is ${what}, and a blue/green update would need the fleet twice`;
}

/** Whether a variant runs no model of its own: inference components are placed on it. */
export function hostsComponents(variant: Readonly<Record<string, unknown>>): boolean {
  const { literals, open } = possible(variant.ModelName);
  return literals.length === 0 && open.length === 0;
}
