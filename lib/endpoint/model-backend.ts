import type { IModelBackend } from './api';
import { LambdaBackend, type LambdaBackendProps } from './lambda-backend';

/** Where a model runs. A factory: each method gives a backend that a `ProductionModel` or a `PredictionApi` binds. */
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

  private constructor() {}
}
