import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { stages } from '../bin/stages';
import { MINIMUM_FEEDBACK } from '../lib/core/feedback-window';
import { ProductionModel } from '../lib/index';
import { BACKENDS } from './backends';
import { FACTS_METADATA, type StageFacts } from './stage/facts';
import { applyStandIns } from './stand-ins/apply';
import { CallersCredentials } from './stand-ins/callers-credentials';
import { StandInStack } from './stand-ins/stand-in-stack';

/**
 * The app as it is rehearsed: one stage, unchanged but for stand-ins and the synthesizer, and a stack with the function that
 * answers for the stand-ins. Run by the rehearsal with the stage's name and where the model is to run.
 */
const [, , stageId, backend] = process.argv;
const entry = stages.find(({ id }) => id === stageId);
if (entry === undefined) throw new Error(`stage "${stageId}" is not in bin/stages.ts`);

const app = new App({
  // Paths, which the CDK CLI asks for and a bare run does not.
  context: { ...recommendedFlags, 'aws:cdk:enable-path-metadata': true },
  defaultStackSynthesizer: new CallersCredentials(),
});
const stack = new StandInStack(app, { env: entry.env, code: join(__dirname, 'stand-in-handler') });

const facts: StageFacts = {
  stage: entry.id,
  model: entry.model,
  deployment: `${entry.model}-${entry.id}`,
  region: stack.region,
  criteria: (entry.contract.success ?? []).map(({ metric, threshold }) => ({ metric, atLeast: threshold })),
  latencyP95Ms: entry.contract.latencyP95.toMilliseconds(),
  peakRequestsPerSecond: entry.contract.peakRequestsPerSecond,
  minimumFeedback: MINIMUM_FEEDBACK,
};
stack.templateOptions.metadata = { [FACTS_METADATA]: facts };

const { id, ...props } = entry;
const chosen = Object.entries(BACKENDS).find(([name]) => name === backend)?.[1];
const model = new ProductionModel(app, id, { ...props, backend: chosen?.() ?? props.backend });
applyStandIns(model, StandInStack.serviceToken(entry.env));
