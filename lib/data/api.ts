import type { Duration } from 'aws-cdk-lib';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';

/** Dataset versions with their catalogue. Each `connect...` gives permission and variables in one call. */
export interface IDatasetStore extends IConstruct {
  /** Name of the bucket, as the deployment knows it. */
  readonly bucketName: string;
  /** ARN of the bucket. */
  readonly bucketArn: string;
  /** How long published versions are locked, so that nobody can erase anything in them; undefined where they are not. */
  readonly versionLock?: Duration;
  /** For the function that checks a shard. */
  connectChecker(handler: LambdaFunction): void;
  /** For the function that finds duplicates by key. */
  connectMatcher(handler: LambdaFunction): void;
  /** For the function that writes the shards of a version. */
  connectSplitter(handler: LambdaFunction): void;
  /** For the function that takes the steps of a run. */
  connectSteps(handler: LambdaFunction): void;
  /** For the function that looks how old the data are. */
  connectWatch(handler: LambdaFunction): void;
  /** Lets a state machine read the lists that its distributed maps go over, and keep their results. */
  grantMaps(grantee: IGrantable): Grant;
  /** Lets `grantee` read published versions: manifests, shards and the catalogue. */
  grantRead(grantee: IGrantable): Grant;
}

/** What the dashboard and other domains need to know of a data pipeline. */
export interface IDataPipeline extends IConstruct {
  /** `<model>-<stage>`, the dimension of its metrics. */
  readonly deployment: string;
  /** Name of the dataset. */
  readonly datasetName: string;
  /** Name of the state machine, a literal. */
  readonly stateMachineName: string;
  /** The longest pause between two runs by schedule; undefined where nothing is scheduled. */
  readonly longestPause?: Duration;
}
