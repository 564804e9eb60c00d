import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { ByteRange, ContentType, ObjectStore } from '../dataset/object-store';
import { callsWithin } from './call-limits';

/**
 * The largest object that is read or written at once has 64 MB before compression; at 10 MB/s, a tenth of what S3 gives a
 * function, a block of 16 MB takes 2 s. Four attempts end within two minutes.
 */
export const S3_LIMITS = callsWithin({ attemptMs: 30_000, attempts: 4 });

/** S3 Object Lock of what is written. Those who may bypass governance can still delete it. */
export interface ObjectLock {
  readonly ObjectLockMode: 'GOVERNANCE';
  readonly ObjectLockRetainUntilDate: Date;
}

/** The dataset bucket for whoever reads and writes objects of a run. */
export class DatasetBucket implements ObjectStore {
  constructor(
    private readonly bucket: string,
    private readonly client = new S3Client(S3_LIMITS),
  ) {}

  async get(key: string, range?: ByteRange): Promise<Buffer | undefined> {
    // S3 refuses an empty range, and knows no way to ask for one.
    if (range !== undefined && range.from >= range.to) return Buffer.alloc(0);
    try {
      const { Body: body } = await this.client.send(
        new GetObjectCommand({
          Bucket: this.bucket,
          Key: key,
          Range: range === undefined ? undefined : `bytes=${range.from}-${range.to - 1}`,
        }),
      );
      if (body === undefined) throw new Error(`S3 answered object ${key} without its bytes`);
      const bytes = Buffer.from(await body.transformToByteArray());
      if (range !== undefined && bytes.length !== range.to - range.from)
        throw new Error(`S3 answered ${bytes.length} bytes of object ${key} for ${range.from} to ${range.to}`);
      return bytes;
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
      throw error;
    }
  }

  async put(key: string, body: Buffer, contentType: ContentType, lock?: ObjectLock): Promise<void> {
    await this.client.send(
      new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: body, ContentType: contentType, ...lock }),
    );
  }
}
