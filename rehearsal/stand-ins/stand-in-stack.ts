import { Aws, Duration, type Environment, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { REHEARSAL_STACK, STAND_IN_FUNCTION } from './stand-in-types';

export interface StandInStackProps {
  readonly env: Environment;
  /** Folder with the bundle of the function. */
  readonly code: string;
}

/** The function that answers for stand-ins, in a stack of its own, which is deployed first. */
export class StandInStack extends Stack {
  /** ARN of the function, without a reference to it. */
  static serviceToken(env: Environment): string {
    return `arn:aws:lambda:${env.region ?? Aws.REGION}:000000000000:function:${STAND_IN_FUNCTION}`;
  }

  constructor(scope: Construct, { env, code }: StandInStackProps) {
    super(scope, REHEARSAL_STACK, { env });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    // Doubles enforce no IAM, so that nothing of theirs is here.
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
    new LambdaFunction(this, 'StandIn', {
      functionName: STAND_IN_FUNCTION,
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromAsset(code),
      // An endpoint is answered for when it is in service.
      timeout: Duration.minutes(5),
      role,
    });
  }
}
