import { join } from 'node:path';
import { EMULATOR_ACCOUNT } from '../emulator/emulator';
import type { ChildGroup } from '../process';
import { SageMakerDouble } from './sagemaker-double';

/** The double of SageMaker that runs images of the repository `spam-filter` as the server of the example's container. */
export function startSpamFilterDouble(
  project: string,
  region: string,
  folder: string,
  children: ChildGroup,
): Promise<SageMakerDouble> {
  const server = join(project, 'examples/spam-filter/container/server.js');
  return SageMakerDouble.start(
    {
      project,
      region,
      account: EMULATOR_ACCOUNT,
      folder: join(folder, 'sagemaker'),
      images: {
        [`${EMULATOR_ACCOUNT}.dkr.ecr.${region}.*`]: { command: [process.execPath, server] },
      },
    },
    children,
  );
}
