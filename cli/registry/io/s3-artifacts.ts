import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { LocalFile } from '../content-hash';
import type { ArtifactStore } from '../ports';
import { ArtifactRefused } from '../registry-error';

export interface S3ArtifactsOptions {
  readonly client: S3Client;
  readonly bucket: string;
  /** Key to encrypt with. Default: as the bucket says. */
  readonly kmsKeyId?: string;
}

// The SDK repeats no request whose body is a stream: each attempt here reads the file anew.
const UPLOAD_ATTEMPTS = 3;
const DIGEST_ERRORS = ['BadDigest', 'XAmzContentChecksumMismatch', 'InvalidDigest'];

/** Artefacts in S3, which verifies each upload by the digest that the registry files. */
export class S3Artifacts implements ArtifactStore {
  readonly bucket: string;

  constructor(private readonly options: S3ArtifactsOptions) {
    this.bucket = options.bucket;
  }

  async upload(prefix: string, file: LocalFile): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.put(prefix, file);
      } catch (error) {
        if (error instanceof ArtifactRefused || attempt === UPLOAD_ATTEMPTS || isRefusal(error)) throw error;
      }
    }
  }

  private async put(prefix: string, file: LocalFile): Promise<void> {
    const { kmsKeyId, client, bucket } = this.options;
    const { size } = await stat(file.source);
    if (size !== file.bytes) throw changedMeanwhile(file);
    try {
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: `${prefix}${file.path}`,
          Body: createReadStream(file.source),
          ContentLength: file.bytes,
          ChecksumSHA256: Buffer.from(file.sha256, 'hex').toString('base64'),
          ...(kmsKeyId === undefined ? {} : { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyId }),
        }),
      );
    } catch (error) {
      if (error instanceof Error && DIGEST_ERRORS.includes(error.name)) throw changedMeanwhile(file, error);
      throw error;
    }
  }
}

/** Whether S3 said no, which it would say again. */
function isRefusal(error: unknown): boolean {
  return error instanceof S3ServiceException && (error.$metadata.httpStatusCode ?? 500) < 500;
}

function changedMeanwhile(file: LocalFile, cause?: Error): ArtifactRefused {
  return new ArtifactRefused(
    `file "${file.path}" changed while it was registered; wait until it is complete and register again`,
    { cause },
  );
}
