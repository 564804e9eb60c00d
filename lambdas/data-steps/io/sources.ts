import { HeadObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { SourceObject } from '../../../protocol/dataset';
import type { SourceObjects } from '../../shared/clients/source-objects';
import type { ListedObject, Sources } from '../ports';

/** Classes of storage from which an object must be brought back before it is read. */
const ARCHIVES = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/** Objects in source buckets, of any account that lets this one read them. */
export class S3Sources implements Sources {
  constructor(
    private readonly client: S3Client,
    private readonly objects: Pick<SourceObjects, 'open'>,
  ) {}

  async *list(bucket: string, prefix: string): AsyncGenerator<readonly ListedObject[]> {
    let from: string | undefined;
    do {
      const page = await this.client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: from }),
      );
      yield (page.Contents ?? []).flatMap(({ Key, ETag, Size, StorageClass }) =>
        Key === undefined || ETag === undefined
          ? []
          : [{ key: Key, etag: ETag, bytes: Size ?? 0, archived: ARCHIVES.has(StorageClass ?? '') }],
      );
      from = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (from !== undefined);
  }

  open(object: SourceObject): AsyncIterable<Uint8Array> {
    return this.objects.open(object);
  }

  async pin(bucket: string, key: string): Promise<SourceObject | undefined> {
    try {
      const { VersionId, ETag, ContentLength } = await this.client.send(
        new HeadObjectCommand({ Bucket: bucket, Key: key }),
      );
      if (ETag === undefined || ContentLength === undefined)
        throw new Error('S3 described an object without its ETag or size');
      // Objects from before a bucket kept versions have one that is called null; it is replaced by the next.
      const versionId = VersionId === undefined || VersionId === 'null' ? undefined : VersionId;
      return { bucket, key, ...(versionId === undefined ? {} : { versionId }), etag: ETag, bytes: ContentLength };
    } catch (error) {
      if (error instanceof Error && (error.name === 'NotFound' || error.name === 'NoSuchKey')) return undefined;
      throw error;
    }
  }
}
