import { endpointBackend } from '../bin/stages';
import { type IModelBackend, ModelBackend, ModelImage, ModelSource, Rollout } from '../lib/index';
import type { RehearsedBackend } from './stage/cdk';

const model = () => ModelSource.fromRegistry({ image: ModelImage.fromEcrByName('spam-filter', '1.0.0') });

/** Where the model of a rehearsed stage runs, in place of what the stage says. */
export const BACKENDS: Readonly<Record<Exclude<RehearsedBackend, 'lambda'>, () => IModelBackend>> = {
  sagemaker: () => endpointBackend,
  'sagemaker-async': () => ModelBackend.sageMakerAsync({ model: model(), instanceType: 'ml.m7i.large' }),
  'sagemaker-zero': () =>
    ModelBackend.sageMakerScaleToZero({
      model: model(),
      instanceType: 'ml.g5.xlarge',
      rollout: Rollout.rolling(),
    }),
};
