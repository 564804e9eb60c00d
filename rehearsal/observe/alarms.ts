import { CloudWatchClient, DescribeAlarmsCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import type { ClientConfig } from '../aws';
import type { AlarmReport } from '../report/report';
import type { StageTemplates } from '../stage/templates';
import type { AlarmDeclaration } from '../watch/alarm-declaration';
import type { AlarmResult } from '../watch/alarm-evaluator';
import { watchedSeries } from '../watch/alarm-series';
import { evaluateAll } from '../watch/evaluate-all';
import type { MetricSeries, MetricStore } from '../watch/metric-store';
import type { AlarmState } from '../watch/missing-data';

/**
 * The stage's alarms, as its templates declare them: what the emulator gives back of an alarm lacks metric math. Evaluated by
 * CloudWatch's documented rules, and set in the emulator, so that their actions fire.
 */
export class StageAlarms {
  private readonly states = new Map<string, AlarmState>();
  private readonly declared: readonly {
    readonly logicalId: string;
    readonly alarm: AlarmDeclaration;
    readonly description: string;
  }[];

  constructor(
    private readonly config: ClientConfig,
    private readonly templates: StageTemplates,
    /** When the stage was deployed, milliseconds since the epoch. */
    private readonly deployedAt: number,
  ) {
    this.declared = templates.resources
      .filter(({ type }) => type === 'AWS::CloudWatch::Alarm')
      .map(({ logicalId, properties }) => ({
        logicalId,
        alarm: properties as AlarmDeclaration,
        description: descriptionOf(properties.AlarmDescription),
      }));
  }

  /** Evaluates every alarm at `now` and sets the states that changed. */
  async evaluate(
    store: MetricStore,
    now: number,
    options: { readonly extraPeriods?: number } = {},
  ): Promise<AlarmReport[]> {
    const evaluated = evaluateAll(
      this.declared.map(({ alarm }) => alarm),
      [],
      store,
      now,
      this.states,
      { includeCurrentPeriod: true, ...options },
    );
    const results = new Map([...evaluated].map(([name, result]) => [name, this.allowForAge(name, result, now)]));
    const actions = await this.actions();
    for (const [name, result] of results) await this.set(name, result);
    const clauses = this.templates.clauses;
    const maybeSilent = silentMetrics(this.templates);
    return this.declared.map(({ logicalId, alarm, description }) => {
      const name = alarm.AlarmName ?? '';
      return {
        ...report(name, results.get(name), description, clauses.get(logicalId), actions.get(name) ?? []),
        unseen: unseenMetrics(alarm, results.get(name), store, maybeSilent),
      };
    });
  }

  /**
   * An alarm on silence fires on a stage that is younger than what the alarm looks back on: nothing could have happened yet. On
   * AWS a deployment takes longer than the schedules that these alarms watch; here it takes seconds.
   */
  private allowForAge(name: string, result: AlarmResult, now: number): AlarmResult {
    if ('notEvaluated' in result || result.state !== 'ALARM') return result;
    if (result.datapoints.some(({ value }) => value !== undefined)) return result;
    const windowSeconds = this.windowOf(name);
    const ageSeconds = Math.round((now - this.deployedAt) / 1000);
    if (ageSeconds >= windowSeconds) return result;
    const reason = `no data yet: the stage is ${ageSeconds} s old, the alarm looks back on ${windowSeconds} s`;
    return { ...result, state: 'INSUFFICIENT_DATA', reason };
  }

  private windowOf(name: string): number {
    const alarm = this.declared.find((one) => one.alarm.AlarmName === name)?.alarm;
    return alarm === undefined ? 0 : watchedSeries(alarm).periodSeconds * (alarm.EvaluationPeriods ?? 1);
  }

  private async set(name: string, result: AlarmResult): Promise<void> {
    if ('notEvaluated' in result || this.states.get(name) === result.state) return;
    this.states.set(name, result.state);
    const client = new CloudWatchClient(this.config);
    await client.send(
      new SetAlarmStateCommand({
        AlarmName: name,
        StateValue: result.state,
        StateReason: result.reason.slice(0, 1023),
      }),
    );
  }

  /** Where the emulator would send each alarm, by name. */
  private async actions(): Promise<ReadonlyMap<string, string[]>> {
    const { MetricAlarms = [] } = await new CloudWatchClient(this.config).send(
      new DescribeAlarmsCommand({ MaxRecords: 100 }),
    );
    return new Map(
      MetricAlarms.map(({ AlarmName = '', AlarmActions = [] }) => [AlarmName, AlarmActions.map(destination)]),
    );
  }
}

function report(
  name: string,
  result: AlarmResult | undefined,
  description: string,
  clause: string | undefined,
  actions: readonly string[],
): Omit<AlarmReport, 'unseen'> {
  const [, severity = 'unknown'] = /^\[(\w+)\]/.exec(description) ?? [];
  const [, runbook = ''] = /Runbook: (\S+)/.exec(description) ?? [];
  const common = { name, severity, clause, actions, runbook };
  if (result === undefined)
    return { ...common, state: 'NOT_EVALUATED', reason: 'the alarm was not found among the results' };
  if ('notEvaluated' in result) return { ...common, state: 'NOT_EVALUATED', reason: result.notEvaluated };
  return { ...common, state: result.state, reason: result.reason };
}

/**
 * Metrics that an alarm reads and the store has not: a dimension more, less or misspelt is another metric, and its alarm never
 * fires. The traffic causes each, and whoever emits counts zeros too.
 */
function unseenMetrics(
  alarm: AlarmDeclaration,
  result: AlarmResult | undefined,
  store: MetricStore,
  maybeSilent: ReadonlySet<string>,
): string[] {
  if (result === undefined || 'notEvaluated' in result) return [];
  const read = [...watchedSeries(alarm).metrics.values()];
  const unseen = read.filter(({ series }) => !store.has(series)).map(({ series }) => nameOf(series));
  return [...new Set(unseen)].filter((name) => !maybeSilent.has(name) && !name.startsWith('AWS/States '));
}

function nameOf({ namespace, name, dimensions }: MetricSeries): string {
  const named = Object.entries(dimensions).map(([dimension, value]) => `${dimension}=${value}`);
  return `${namespace} ${name} of ${named.join(', ') || 'no dimension'}`;
}

/** The emulator counts what its Lambda API invokes, and nothing of what its API Gateway or Step Functions do. */
function silentMetrics(templates: StageTemplates): ReadonlySet<string> {
  return new Set(
    templates.resources.flatMap(({ type, properties: { FunctionName } }) =>
      type === 'AWS::Lambda::Function' && typeof FunctionName === 'string'
        ? ['Invocations', 'Errors', 'Throttles'].map((name) =>
            nameOf({ namespace: 'AWS/Lambda', name, dimensions: { FunctionName } }),
          )
        : [],
    ),
  );
}

/** Texts that name the region or account are joined by CloudFormation; the report needs their beginning. */
function descriptionOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'Fn::Join' in value && Array.isArray(value['Fn::Join'])) {
    const [, parts] = value['Fn::Join'];
    return Array.isArray(parts) ? parts.map((part) => (typeof part === 'string' ? part : '')).join('') : '';
  }
  return '';
}

/** What an action does, in words: names of generated topics say nothing to a reader. */
function destination(arn: string): string {
  const [, , service = ''] = arn.split(':');
  return { sns: 'SNS topic', ssm: 'OpsCenter' }[service] ?? service;
}
