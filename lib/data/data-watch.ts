import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { DataPipelineConfig } from '../../protocol/dataset';
import { ENV } from '../../protocol/env';
import { type FunctionSettings, HandlerFunction } from '../core/handler-function';
import type { IDatasetStore } from './api';

interface DataWatchProps {
  readonly deployment: string;
  readonly store: IDatasetStore;
  readonly config: DataPipelineConfig;
  /** How often it looks. */
  readonly interval: Duration;
  readonly functionSettings?: FunctionSettings;
}

const LEAST_MINUTES = 5;
const MOST_MINUTES = 60;

/** How often is looked: four times in the shortest of the times that are watched, every five minutes to every hour. */
export function watchInterval(times: readonly (Duration | undefined)[]): Duration {
  const minutes = times.flatMap((time) =>
    time === undefined ? [] : [Math.floor(time.toMinutes({ integral: false }) / 4)],
  );
  return Duration.minutes(Math.max(LEAST_MINUTES, Math.min(MOST_MINUTES, ...minutes)));
}

/**
 * Looks again and again how old the data of a pipeline are, and its last good run. A run that does not come tells nothing, and CloudWatch
 * looks back a week at most: an age that is measured from the catalogue is told when it is reached, whatever it is.
 *
 * @internal
 */
export class DataWatch extends Construct {
  /** Function that looks; a literal. */
  readonly functionName: string;

  constructor(scope: Construct, id: string, { deployment, store, config, interval, functionSettings }: DataWatchProps) {
    super(scope, id);
    this.functionName = `${deployment}-data-watch`;
    const handler = new HandlerFunction(this, 'Handler', {
      ...functionSettings,
      handler: 'data-watch',
      functionName: this.functionName,
      description: `says how old the dataset ${config.dataset} is`,
      timeout: Duration.minutes(1),
      config,
    });
    handler.addEnvironment(ENV.deployment, deployment);
    // What could not be looked at is looked at next time.
    handler.configureAsyncInvoke({ retryAttempts: 2, maxEventAge: interval });
    store.connectWatch(handler);
    new Rule(this, 'Schedule', {
      description: `looks how old the data of ${deployment} are`,
      schedule: Schedule.rate(interval),
      targets: [new LambdaTarget(handler)],
    });
  }
}
