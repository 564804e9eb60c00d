import { endpointBackend } from '../bin/stages';
import { type IModelBackend, ModelBackend, ModelImage, ModelSource, Rollout } from '../lib/index';
import type { RehearsedBackend } from './stage/cdk';

const image = () => ModelImage.fromEcrByName('spam-filter', '1.0.0');
const model = () => ModelSource.fromRegistry({ image: image() });

/** Name of the endpoint that a rehearsed stage imports; whoever rehearses makes it. */
export const IMPORTED_ENDPOINT = 'deployed-elsewhere';
/** File of a version that a serverless endpoint loads, in place of all files. */
export const ARCHIVE = 'model.tar.gz';

/** Where the model of a rehearsed stage runs, in place of what the stage says. */
export const BACKENDS: Readonly<Record<Exclude<RehearsedBackend, 'lambda'>, () => IModelBackend>> = {
  sagemaker: () => endpointBackend,
  'sagemaker-async': () => ModelBackend.sageMakerAsync({ model: model(), instanceType: 'ml.m7i.large' }),
  'sagemaker-imported': () => ModelBackend.importedEndpoint({ endpointName: IMPORTED_ENDPOINT }),
  'sagemaker-serverless': () =>
    ModelBackend.sageMakerServerless({ model: ModelSource.fromRegistry({ image: image(), archive: ARCHIVE }) }),
  'sagemaker-zero': () =>
    ModelBackend.sageMakerScaleToZero({
      model: model(),
      instanceType: 'ml.g5.xlarge',
      rollout: Rollout.rolling(),
    }),
};
