import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import type { ClientConfig } from '../aws';
import type { DeniedReport } from '../report/report';
import { extractEmf } from '../watch/emf';
import type { MetricDatapoint } from '../watch/metric-store';

export interface FunctionLog {
  readonly functionName: string;
  readonly lines: readonly string[];
}

/** Everything that the functions of a deployment logged. */
export async function readFunctionLogs(config: ClientConfig, prefix: string): Promise<FunctionLog[]> {
  const { Functions = [] } = await new LambdaClient(config).send(new ListFunctionsCommand({}));
  const logs = new CloudWatchLogsClient(config);
  const result: FunctionLog[] = [];
  for (const { FunctionName: functionName, LoggingConfig } of Functions) {
    if (functionName === undefined || !functionName.startsWith(prefix)) continue;
    const logGroupName = LoggingConfig?.LogGroup ?? `/aws/lambda/${functionName}`;
    result.push({ functionName, lines: await readLogGroup(logs, logGroupName) });
  }
  return result;
}

async function readLogGroup(logs: CloudWatchLogsClient, logGroupName: string): Promise<string[]> {
  const lines: string[] = [];
  let nextToken: string | undefined;
  try {
    do {
      const page = await logs.send(new FilterLogEventsCommand({ logGroupName, nextToken, limit: 10_000 }));
      for (const { message } of page.events ?? []) if (message !== undefined) lines.push(...message.split('\n'));
      nextToken = page.nextToken === nextToken ? undefined : page.nextToken;
    } while (nextToken !== undefined);
  } catch (error) {
    // A function that never ran has no log group in the emulator.
    if (!(error instanceof Error && error.name === 'ResourceNotFoundException')) throw error;
  }
  return lines;
}

export interface ExtractedMetrics {
  readonly datapoints: readonly MetricDatapoint[];
  /** Why lines that claim to be metrics are none. */
  readonly malformed: readonly string[];
}

/** The metrics in the logs, as CloudWatch would extract them. */
export function extractMetrics(logs: readonly FunctionLog[]): ExtractedMetrics {
  const datapoints: MetricDatapoint[] = [];
  const malformed: string[] = [];
  for (const { functionName, lines } of logs) {
    for (const line of lines) {
      const found = extractEmf(line);
      if (found === undefined) continue;
      if ('malformed' in found) malformed.push(`${functionName}: ${found.malformed}`);
      else datapoints.push(...found.datapoints);
    }
  }
  return { datapoints, malformed };
}

/** The second is how handlers mark a refusal whatever its name. */
const DENIED = /AccessDenied\w*|"denied":true|is not authorized to perform/;

/** Calls that IAM refused, as handlers logged them: the emulator records them nowhere else. */
export function deniedCalls(logs: readonly FunctionLog[]): DeniedReport {
  const calls = logs.flatMap(({ functionName, lines }) =>
    lines.filter((line) => DENIED.test(line)).map((line) => ({ function: functionName, error: refusal(line) })),
  );
  return { count: calls.length, calls };
}

function refusal(line: string): string {
  const action = /not authorized to perform: ([\w:*-]+)/.exec(line)?.[1];
  const name = /AccessDenied\w*/.exec(line)?.[0] ?? /"errorName":"(\w+)"/.exec(line)?.[1];
  return action ?? name ?? 'denied';
}
