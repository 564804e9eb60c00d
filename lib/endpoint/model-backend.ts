import type { IModelBackend } from './api';
import { EndpointHosting } from './endpoint-hosting';
import { LambdaBackend, type LambdaBackendProps } from './lambda-backend';
import {
  type AsyncBackendProps,
  ImportedEndpointBackend,
  type ImportedEndpointProps,
  type RealTimeBackendProps,
  SageMakerBackend,
  type ScaleToZeroBackendProps,
  type ServerlessBackendProps,
} from './sagemaker-backend';

/**
 * Where a model runs. A factory: each method gives a backend that a `ProductionModel` or a `PredictionApi` binds.
 * `docs/choosing-a-backend.md` compares them.
 */
export class ModelBackend {
  /**
   * Inference code in a Lambda function of its own.
   *
   * @example
   * ModelBackend.lambda({ code: ModelCode.node('model') });
   */
  static lambda(props: LambdaBackendProps): IModelBackend {
    return new LambdaBackend(props);
  }

  /**
   * A SageMaker endpoint whose instances wait for requests.
   *
   * @example
   * ModelBackend.sageMakerRealTime({
   *   model: ModelSource.fromRegistry({ image: ModelImage.fromFolder('container') }),
   *   instanceType: 'ml.g5.xlarge',
   *   scaling: EndpointScaling.onInvocations({ maxRequestsPerSecond: 12 }),
   * });
   */
  static sageMakerRealTime(props: RealTimeBackendProps): IModelBackend {
    return new SageMakerBackend(EndpointHosting.realTime(props), props);
  }

  /**
   * A serverless SageMaker endpoint: containers that AWS starts for requests; no GPU.
   *
   * @example
   * ModelBackend.sageMakerServerless({
   *   model: ModelSource.fromRegistry({ image: ModelImage.fromFolder('container'), archive: 'model.tar.gz' }),
   *   maxConcurrency: 50,
   * });
   */
  static sageMakerServerless(props: ServerlessBackendProps): IModelBackend {
    return new SageMakerBackend(EndpointHosting.serverless(props), props);
  }

  /**
   * An asynchronous SageMaker endpoint: requests wait in a queue, answers come into a bucket.
   *
   * @example
   * ModelBackend.sageMakerAsync({
   *   model: ModelSource.fromRegistry({ image: ModelImage.fromFolder('container') }),
   *   instanceType: 'ml.g5.xlarge',
   * });
   */
  static sageMakerAsync(props: AsyncBackendProps): IModelBackend {
    return new SageMakerBackend(EndpointHosting.asynchronous(props), props);
  }

  /**
   * A SageMaker endpoint of inference components, whose fleet goes with the last copy.
   *
   * @example
   * ModelBackend.sageMakerScaleToZero({
   *   model: ModelSource.fromRegistry({ image: ModelImage.fromFolder('container') }),
   *   instanceType: 'ml.g5.xlarge',
   *   rollout: Rollout.rolling(),
   * });
   */
  static sageMakerScaleToZero(props: ScaleToZeroBackendProps): IModelBackend {
    return new SageMakerBackend(EndpointHosting.scaleToZero(props), props);
  }

  /** A SageMaker endpoint that somebody else deploys, in the region and account of the stage. */
  static importedEndpoint(props: ImportedEndpointProps): IModelBackend {
    return new ImportedEndpointBackend(props);
  }

  private constructor() {}
}
