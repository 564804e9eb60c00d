import type { ModelVersion } from '../../protocol/model-version';
import { operationError } from '../errors';
import type { Identity } from '../registry/ports';
import type { ExecutionsPort } from '../state-machine/follow';
import type { Announcements, Catalogue, DatasetObjects, PredictionRecords, SourceObjects } from './ports';

/** A stage with a data pipeline, as the commands reach it. */
export interface DataStage {
  /** Name of the deployment, as events carry it. */
  readonly deployment: string;
  readonly objects: DatasetObjects;
  readonly catalogue: Catalogue;
  readonly sources: SourceObjects;
  /** The state machine of the pipeline. */
  readonly pipeline: ExecutionsPort;
  readonly records: PredictionRecords;
  readonly models: { list(): Promise<readonly ModelVersion[]> };
  readonly announcements: Announcements;
  readonly identity: Identity;
}

/** Finds a stage. */
export type ConnectData = (stage: string) => Promise<DataStage>;

/** Runs a step of a command; what fails in it is told in one line. */
export async function told<Result>(doing: string, step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    throw operationError(error, doing);
  }
}

/** Says what goes on while it goes on. */
export type Tell = (text: string) => void;
