import { join } from 'node:path';
import {
  App,
  Aws,
  CliCredentialsStackSynthesizer,
  Duration,
  type IBoundStackSynthesizer,
  type IReusableStackSynthesizer,
  Stack,
} from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { stages } from '../bin/stages';
import { ProductionModel } from '../lib/index';
import { FACTS_METADATA, type StageFacts } from './stage/facts';
import { applyStandIns } from './stand-ins/apply';
import { REHEARSAL_STACK, STAND_IN_FUNCTION } from './stand-ins/stand-in-types';

/**
 * Deploys with the caller's credentials: the emulator does not evaluate a condition that the bootstrap roles depend on. One
 * synthesizer a stack, for each keeps a list of its own assets.
 */
class CallersCredentials extends CliCredentialsStackSynthesizer implements IReusableStackSynthesizer {
  override reusableBind(stack: Stack): IBoundStackSynthesizer {
    const own = new CallersCredentials();
    own.bind(stack);
    return own;
  }
}

/**
 * The app as it is rehearsed: one stage, unchanged but for stand-ins and the synthesizer, and a stack with the function that
 * answers for the stand-ins. Run by the rehearsal with the stage's name as its only argument.
 */
const [, , stageId] = process.argv;
const entry = stages.find(({ id }) => id === stageId);
if (entry === undefined) throw new Error(`stage "${stageId}" is not in bin/stages.ts`);

const app = new App({
  // Paths, which the CDK CLI asks for and a bare run does not.
  context: { ...recommendedFlags, 'aws:cdk:enable-path-metadata': true },
  defaultStackSynthesizer: new CallersCredentials(),
});
const stack = new Stack(app, REHEARSAL_STACK, { env: entry.env });
const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
role.addToPolicy(
  new PolicyStatement({
    actions: [
      // AWS asks for ModifyBudget, the emulator for the calls by name.
      'budgets:CreateBudget',
      'budgets:DeleteBudget',
      'budgets:ModifyBudget',
      'budgets:ViewBudget',
      'cloudwatch:PutMetricAlarm',
      'cloudwatch:PutCompositeAlarm',
      'cloudwatch:DeleteAlarms',
      'logs:CreateLogGroup',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
    ],
    resources: ['*'],
  }),
);
new LambdaFunction(stack, 'StandIn', {
  functionName: STAND_IN_FUNCTION,
  runtime: Runtime.NODEJS_24_X,
  handler: 'index.handler',
  code: Code.fromAsset(join(__dirname, 'stand-in-handler')),
  // An endpoint is answered for when it is in service.
  timeout: Duration.minutes(5),
  role,
});

const facts: StageFacts = {
  stage: entry.id,
  model: entry.model,
  deployment: `${entry.model}-${entry.id}`,
  region: stack.region,
  criteria: (entry.contract.success ?? []).map(({ metric, threshold }) => ({ metric, atLeast: threshold })),
  latencyP95Ms: entry.contract.latencyP95.toMilliseconds(),
};
stack.templateOptions.metadata = { [FACTS_METADATA]: facts };

const { id, ...props } = entry;
const model = new ProductionModel(app, id, props);
applyStandIns(model, `arn:aws:lambda:${entry.env.region ?? Aws.REGION}:000000000000:function:${STAND_IN_FUNCTION}`);
