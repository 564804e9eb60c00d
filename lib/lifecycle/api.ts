import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';

/** Model versions and the pointers to what serves. Each method gives permission and variable in one call. */
export interface IModelRegistry extends IConstruct {
  /** For the function that routes by the live version. */
  connectRouting(handler: LambdaFunction): void;
  /** For the function that loads artefacts of model versions. */
  connectArtifacts(handler: LambdaFunction): void;
  /** Lets `grantee` list and read the artefacts of one model, whichever version it is. */
  grantReadArtifacts(grantee: IGrantable, model: string): Grant;
  /** For the function that moves the pointers of an endpoint, under a lease. */
  connectController(handler: LambdaFunction): void;
}
