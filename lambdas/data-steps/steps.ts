import { DATA_STEP, type DataStepEvent, type PipelineRun } from '../../protocol/data-pipeline';
import { begin } from './begin';
import { end } from './end';
import { fail } from './fail';
import { judge } from './judge';
import { merge } from './merge';
import { plan } from './plan';
import type { World } from './ports';
import { publish } from './publish';

/** What is said of a failure whose name the machine does not hand on. */
const UNNAMED = 'States.TaskFailed';

/** One step. Expected outcomes are answered; what is thrown is repeated by the state machine, and in the end kept as evidence. */
export async function runStep(world: World, event: DataStepEvent): Promise<PipelineRun> {
  const { step, execution, startedAt } = event;
  switch (step) {
    case DATA_STEP.begin:
      return begin(world, execution, startedAt);
    case DATA_STEP.fail:
      return fail(world, execution, startedAt, event.run, event.crash ?? UNNAMED);
    case DATA_STEP.plan:
      return plan(world, execution, runOf(event));
    case DATA_STEP.merge:
      return merge(world, execution, runOf(event));
    case DATA_STEP.judge:
      return judge(world, execution, runOf(event));
    case DATA_STEP.publish:
      return publish(world, execution, runOf(event));
    case DATA_STEP.end:
      return end(world, execution, runOf(event));
  }
}

function runOf({ step, run }: DataStepEvent): PipelineRun {
  if (run === undefined) throw new Error(`step ${step} was called without the run that the step before it answered`);
  return run;
}
