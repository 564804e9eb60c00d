import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import { checkNumber, checkText, faultsOf } from '../core/checks';
import { ConfigError } from '../core/config-error';
import { grantPrefix } from './execution-role';

/** Where outputs are captured. */
export interface OutputCaptureOptions {
  /** Bucket of the captured outputs. */
  readonly bucket: IBucket;
  /**
   * Prefix in the bucket, ending in a slash.
   * @default 'data-capture/'
   */
  readonly prefix?: string;
  /**
   * Share of the requests that are captured, in percent; 1 to 100.
   * @default 100
   */
  readonly samplingPercent?: number;
}

/**
 * What SageMaker itself writes down of requests. The prediction record is this package's own, masked and scoped to its caller; a
 * capture is neither, so inputs are never captured. The output carries the inference id, by which it is joined to the record. The
 * answers of a shadow variant are seen nowhere else.
 */
export class DataCapture {
  /** Nothing. */
  static off(): DataCapture {
    return new DataCapture(undefined);
  }

  /** What the model answers, as it answers it. */
  static outputOnly(options: OutputCaptureOptions): DataCapture {
    const faults = faultsOf(
      checkNumber('samplingPercent', options.samplingPercent, {
        min: 1,
        max: 100,
        integer: true,
        known: true,
        fix: 'state percent of the requests, or use DataCapture.off',
      }),
      checkText('prefix', options.prefix, {
        pattern: /^[A-Za-z0-9!_.*'()-][A-Za-z0-9!_.*'()/-]*\/$/,
        expected: 'a prefix that ends in a slash and does not begin with one',
        known: true,
        fix: 'it is where the role may write',
      }),
    );
    if (faults.length > 0) throw new ConfigError('DataCapture.outputOnly', faults);
    return new DataCapture(options);
  }

  private constructor(private readonly options: OutputCaptureOptions | undefined) {}

  /** Whether anything is captured. */
  get captures(): boolean {
    return this.options !== undefined;
  }

  /**
   * The configuration, with the permission to write given to the role: without it the endpoint serves and captures nothing,
   * and says nothing.
   *
   * @internal
   */
  _bind(role: Role): CfnEndpointConfig.DataCaptureConfigProperty | undefined {
    if (this.options === undefined) return undefined;
    const { bucket, prefix = 'data-capture/', samplingPercent = 100 } = this.options;
    grantPrefix(role, bucket, prefix, 'write');
    return {
      enableCapture: true,
      initialSamplingPercentage: samplingPercent,
      destinationS3Uri: bucket.s3UrlForObject(prefix),
      captureOptions: [{ captureMode: 'Output' }],
      // Otherwise JSON is written as base64.
      captureContentTypeHeader: { jsonContentTypes: ['application/json'] },
      kmsKeyId: bucket.encryptionKey?.keyArn,
    };
  }
}
