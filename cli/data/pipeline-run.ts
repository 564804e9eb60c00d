import type { DataOutcome, PipelineRun } from '../../protocol/data-pipeline';
import type { DatasetRun } from '../../protocol/dataset-catalogue';
import { CliError, EXIT } from '../errors';
import { type EnteredState, type ExecutionEnd, followExecution, type Sleep } from '../state-machine/follow';
import type { DataStage, Tell } from './data-stage';

/** How an execution of the pipeline ended. */
export interface PipelineEnd {
  readonly execution: string;
  /** Its runs, in order: it begins again where more arrived while it ran. */
  readonly runs: readonly DatasetRun[];
  /** Whether another execution was at work, which was told to look again. */
  readonly left: boolean;
}

export interface FollowOptions {
  readonly tell: Tell;
  readonly sleep?: Sleep;
}

/** Follows an execution state by state to its end. One that did not end well is a `CliError` that says why. */
export async function followPipeline(
  stage: Pick<DataStage, 'pipeline' | 'catalogue'>,
  execution: string,
  { tell, sleep }: FollowOptions,
): Promise<PipelineEnd> {
  let last: string | undefined;
  const entered = ({ state, at }: EnteredState) => {
    if (state !== last) tell(`${at.toISOString().slice(11, 19)}  ${words(state)}`);
    last = state;
  };
  const end = await followExecution(stage.pipeline, execution, entered, sleep);
  const runs = (await stage.catalogue.runs())
    .filter((run) => run.execution === execution)
    .toSorted((a, b) => (a.run < b.run ? -1 : 1));
  if (end.kind !== 'succeeded') throw notSucceeded(end, execution, runs);
  return { execution, runs, left: outcomeOf(end.output) === 'left' };
}

/** Of the last run, or that it left the work to another. */
export function endText({ runs, left }: PipelineEnd): string {
  if (runs.length === 0) {
    return left
      ? 'another run is under way; it looks again when it is done, so that nothing is missed\n'
      : 'it ended, and there was nothing to do\n';
  }
  return runs.map((run) => `${runText(run)}\n`).join('');
}

export function runText({ run, state, version, counts, error, gate }: DatasetRun): string {
  const numbers =
    counts === undefined
      ? ''
      : `: ${counts.rows} rows in, ${counts.published} published, ${counts.duplicates} duplicates, ${counts.quarantined} quarantined`;
  const failed = (gate?.checks ?? []).filter(({ passed }) => !passed);
  const checks = failed.map(({ rule, column }) => (column === undefined ? rule : `${rule} of ${column}`));
  const why = [...(error === undefined ? [] : [error]), ...(checks.length === 0 ? [] : [`gate: ${checks.join(', ')}`])];
  const made = state === 'published' && version !== undefined ? `published ${version}` : STATE_TEXT[state];
  return `run ${run} ${made}${numbers}${why.length === 0 ? '' : ` (${why.join('; ')})`}`;
}

const STATE_TEXT: Readonly<Record<DatasetRun['state'], string>> = {
  running: 'is under way',
  published: 'published a version',
  unchanged: 'found nothing new',
  'gate-failed': 'did not pass the gate',
  failed: 'failed',
  left: 'left the work to another run',
};

function notSucceeded(
  end: Exclude<ExecutionEnd, { readonly kind: 'succeeded' }>,
  execution: string,
  runs: readonly DatasetRun[],
): CliError {
  const last = runs.at(-1);
  const told = last === undefined ? '' : `${runText(last)}; `;
  const seen = last === undefined ? '' : `; "slipway data show" with ${last.run} tells more`;
  const how = end.kind === 'failed' ? `${end.error}: ${end.cause}` : `it ended as ${end.status}`;
  return new CliError(`${told}execution ${execution.split(':').at(-1)} did not succeed: ${how}${seen}`, EXIT.failed);
}

function outcomeOf(output: unknown): DataOutcome | undefined {
  if (typeof output !== 'object' || output === null) return undefined;
  const { outcome, run } = output as Partial<PipelineRun> & { readonly run?: unknown };
  if (outcome !== undefined) return outcome;
  return typeof run === 'object' ? outcomeOf(run) : undefined;
}

/** `CheckShards` as a person reads it. */
function words(state: string): string {
  return state.replace(/([a-z0-9])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
}
