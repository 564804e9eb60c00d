import {
  CliCredentialsStackSynthesizer,
  type IBoundStackSynthesizer,
  type IReusableStackSynthesizer,
  type Stack,
} from 'aws-cdk-lib';

/**
 * Deploys with the caller's credentials: the emulator does not evaluate a condition that the bootstrap roles depend on. One
 * synthesizer a stack, for each keeps a list of its own assets.
 */
export class CallersCredentials extends CliCredentialsStackSynthesizer implements IReusableStackSynthesizer {
  override reusableBind(stack: Stack): IBoundStackSynthesizer {
    const own = new CallersCredentials();
    own.bind(stack);
    return own;
  }
}
