import { DATA_OUTCOME, type PipelineRun } from '../../protocol/data-pipeline';
import type { World } from './ports';
import { runIdOf } from './run-id';

/** Names of errors: `States.TaskFailed` and the like. What else stands in an error may quote data. */
const NAME = /^[\w.:-]{1,100}$/;

/** Keeps evidence of a step that failed, in the item of the run. The step has answered nothing: its log says why. */
export async function fail(
  world: World,
  execution: string,
  startedAt: string,
  run: PipelineRun | undefined,
  crash: string,
): Promise<PipelineRun> {
  const { catalogue, config, now } = world;
  const name = NAME.test(crash) ? crash : 'an error without a name';
  const lease = await catalogue.lease();
  const mine = lease?.holder === execution ? lease.run : undefined;
  const id = run?.run ?? mine ?? runIdOf(startedAt, execution, 0);
  if (mine === id) {
    await catalogue.addRun({
      dataset: config.dataset,
      run: id,
      state: 'running',
      phase: 'begun',
      execution,
      startedAt: new Date(now()).toISOString(),
    });
    const phase = (await catalogue.run(id))?.phase ?? 'begun';
    const error = `a step failed with ${name} after the run was ${phase}; the log of the step says why`;
    await catalogue.changeRun(id, { error });
  }
  return { ...run, run: id, outcome: DATA_OUTCOME.failed, ending: 'failed', crash: name };
}
