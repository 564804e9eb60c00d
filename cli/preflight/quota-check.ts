import { answered, type Check, notRun, type ToDo } from './check';
import { hasRun, type Outcome } from './outcome';
import type { Quota } from './ports';

/** What is asked of one quota. */
export interface QuotaDemand {
  /** As Service Quotas names the quota. */
  readonly quota: string;
  readonly unit: string;
  /** Exact where `open` is empty. */
  readonly atLeast: number;
  /** What a rollback may hold; the same as `atLeast` where there is nothing to roll back batch by batch. */
  readonly rollback: number;
  readonly open: readonly string[];
  /** Added where the quota is short. */
  readonly consequence?: string;
}

export interface UsedByOthers {
  readonly count: number;
  /** What may count as well. */
  readonly perhaps: number;
  readonly perhapsWhat: string;
  /** Why the count may be too high. */
  readonly excess?: string;
}

/** SageMaker in Service Quotas. */
export const SERVICE_CODE = 'sagemaker';

/** "ml.g5.xlarge for endpoint usage" is how Service Quotas and SageMaker's own error call it. */
export function endpointQuota(instanceType: string): string {
  return `${instanceType} for endpoint usage`;
}

export const SERVERLESS_QUOTA = 'Maximum total concurrency that can be allocated across all serverless endpoints';

/** Whether a quota suffices for what the stage needs beside what others hold. */
export function quotaCheck(
  demand: QuotaDemand,
  found: Outcome<Quota | undefined>,
  used: Outcome<UsedByOthers>,
  region: string,
): Check {
  const name = `quota "${demand.quota}"`;
  if (!hasRun(found)) return notRun(name, found);
  const { value: quota } = found;
  if (quota?.value === undefined) return unknownQuota(name, demand, quota, region);
  return hasRun(used)
    ? compared(name, demand, quota, quota.value, used.value, region)
    : withoutUsage(name, demand, quota, quota.value, used.reason, region);
}

function compared(
  name: string,
  demand: QuotaDemand,
  quota: Quota,
  value: number,
  { count, perhaps, perhapsWhat, excess }: UsedByOthers,
  region: string,
): Check {
  const total = demand.atLeast + count;
  const text = `${needs(demand)}, other endpoints use ${count}, and the quota is ${value} (${quota.source})`;
  if (value < total) {
    const more = [demand.consequence, excess].flatMap((one) => (one === undefined ? [] : [one]));
    return short(name, demand, quota, [`short by ${total - value}: ${text}`, ...more], value, total, region);
  }
  const doubts = [...demand.open];
  if (value < total + perhaps) doubts.push(perhapsWhat);
  if (value < demand.rollback + count) doubts.push(rollbackText(demand, demand.rollback + count));
  return answered(name, doubts.length === 0 ? 'passed' : 'warning', [text, ...doubts].join('; '));
}

/** What the stage alone needs may already be too much. */
function withoutUsage(
  name: string,
  demand: QuotaDemand,
  quota: Quota,
  value: number,
  reason: string,
  region: string,
): Check {
  const text = `${needs(demand)}, and the quota is ${value} (${quota.source})`;
  const unknown = `what other endpoints use is not known: ${reason}`;
  if (value < demand.atLeast)
    return short(
      name,
      demand,
      quota,
      [`short by ${demand.atLeast - value}: ${text}`, unknown],
      value,
      demand.atLeast,
      region,
    );
  const rollback = value < demand.rollback ? [rollbackText(demand, demand.rollback)] : [];
  return answered(name, 'warning', [text, ...demand.open, unknown, ...rollback].join('; '));
}

function needs({ atLeast, unit, open }: QuotaDemand): string {
  return `needs ${atLeast} ${unit}${open.length === 0 ? '' : ' or more'}`;
}

function rollbackText({ unit }: QuotaDemand, total: number): string {
  return `a rollback after an alarm may hold ${total} ${unit} with those of others: raise the quota to that, or set RollbackMaximumBatchSize`;
}

function short(
  name: string,
  { open }: QuotaDemand,
  quota: Quota,
  texts: readonly string[],
  from: number,
  to: number,
  region: string,
): Check {
  const text = texts.join('; ');
  if (!quota.adjustable) {
    const step = `"${quota.name}" (${quota.code}) cannot be raised from ${from}: lower the maximum of the stage to fit it`;
    return answered(name, 'failed', text, [{ step }]);
  }
  const target = open.length === 0 ? to : `at least ${to}`;
  const toDo: ToDo = {
    step: `raise "${quota.name}" (${quota.code}) from ${from} to ${target}: ${consoleLink(region, quota.code)}`,
    command:
      `aws service-quotas request-service-quota-increase --service-code ${SERVICE_CODE} ` +
      `--quota-code ${quota.code} --desired-value ${to} --region ${region}`,
  };
  return answered(name, 'failed', text, [toDo]);
}

function unknownQuota(name: string, demand: QuotaDemand, found: Quota | undefined, region: string): Check {
  const why =
    found === undefined
      ? `Service Quotas lists none of that name in ${region}`
      : 'Service Quotas lists it without a value';
  const step = `look up "${demand.quota}" before you deploy, or ask AWS Support: ${consoleLink(region, found?.code)}`;
  return answered(name, 'warning', [`unknown: ${why}`, `the stage ${needs(demand)}`, ...demand.open].join('; '), [
    { step },
  ]);
}

function consoleLink(region: string, code: string | undefined): string {
  const domain = region.startsWith('cn-')
    ? 'amazonaws.cn'
    : region.startsWith('us-gov-')
      ? 'amazonaws-us-gov.com'
      : 'aws.amazon.com';
  const path = code === undefined ? '' : `/${code}`;
  return `https://${region}.console.${domain}/servicequotas/home/services/${SERVICE_CODE}/quotas${path}`;
}
