import type { RehearsedStage } from '../../rehearsal/rehearsed-stage';
import { deploymentWith } from './changed-assembly';

/** Deploys the stage again, with permissions to do these things taken from its serve stack, as if they had never been granted. */
export async function deployWithout(stage: RehearsedStage, actions: readonly string[]): Promise<void> {
  const name = `without-${actions.join('-').replaceAll(':', '-')}`;
  const cdk = deploymentWith(stage, name, 'serve', (template) =>
    actions.reduce((text, action) => {
      const without = text.replaceAll(`"${action}"`, '"dynamodb:DescribeTable"');
      if (without === text) throw new Error(`the serve stack grants no ${action}`);
      return without;
    }, template),
  );
  await cdk.deploy('pilot');
}
