import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { DatasetBucket } from '../../shared/clients/dataset-bucket';
import type { ByteRange, ContentType } from '../../shared/dataset/object-store';
import type { Bucket } from '../ports';

/** What S3 deletes in one request. */
const DELETES = 1000;

/** The dataset bucket for whoever moves and removes whole objects. */
export class StepBucket implements Bucket {
  constructor(
    readonly name: string,
    private readonly client: S3Client,
    private readonly objects: DatasetBucket,
  ) {}

  get(key: string, range?: ByteRange): Promise<Buffer | undefined> {
    return this.objects.get(key, range);
  }

  put(key: string, body: Buffer, contentType: ContentType): Promise<void> {
    return this.objects.put(key, body, contentType);
  }

  async exists(key: string): Promise<boolean> {
    try {
      await this.client.send(new HeadObjectCommand({ Bucket: this.name, Key: key }));
      return true;
    } catch (error) {
      // An answer to HEAD has no body that could name the error.
      if (error instanceof Error && (error.name === 'NotFound' || error.name === 'NoSuchKey')) return false;
      throw error;
    }
  }

  async copy(from: string, to: string): Promise<void> {
    await this.client.send(
      new CopyObjectCommand({
        Bucket: this.name,
        Key: to,
        CopySource: `${this.name}/${from.split('/').map(encodeURIComponent).join('/')}`,
        // Nothing here has tags; to copy them would take a permission to read them.
        TaggingDirective: 'REPLACE',
      }),
    );
  }

  async *list(prefix: string): AsyncGenerator<readonly string[]> {
    let from: string | undefined;
    do {
      const page = await this.client.send(
        new ListObjectsV2Command({ Bucket: this.name, Prefix: prefix, ContinuationToken: from }),
      );
      yield (page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
      from = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (from !== undefined);
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (let first = 0; first < keys.length; first += DELETES) {
      const Objects = keys.slice(first, first + DELETES).map((Key) => ({ Key }));
      const { Errors = [] } = await this.client.send(
        new DeleteObjectsCommand({ Bucket: this.name, Delete: { Objects, Quiet: true } }),
      );
      const [refused] = Errors;
      if (refused !== undefined)
        throw new Error(`${Errors.length} objects could not be deleted, the first with ${refused.Code}`);
    }
  }
}
