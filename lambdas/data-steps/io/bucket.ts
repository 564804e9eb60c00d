import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { type SourceObject, TAKEN_TAG } from '../../../protocol/dataset';
import { DATASET_OBJECTS } from '../../../protocol/dataset-objects';
import { atOnce } from '../../shared/at-once';
import type { DatasetBucket, ObjectLock } from '../../shared/clients/dataset-bucket';
import type { ByteRange, ContentType } from '../../shared/dataset/object-store';
import type { Bucket } from '../ports';

/** What S3 deletes in one request. */
const DELETES = 1000;
/** Objects that are tagged at once. */
const TAGS = 16;
const GONE: ReadonlySet<string> = new Set(['NoSuchKey', 'NoSuchVersion', 'MethodNotAllowed']);
const DAY_MS = 86_400_000;
/** What a lock is for: what is published, and never changes. */
const LOCKED = [DATASET_OBJECTS.shards, DATASET_OBJECTS.manifests];
/** Sources that are the dataset's own. */
const OWN_SOURCES = [DATASET_OBJECTS.inbox, DATASET_OBJECTS.replay];

/** Writes only where no object is. */
const NEW = { IfNoneMatch: '*' } as const;
/** How S3 refuses such a write: one is there, or is being written at this moment. */
const THERE: ReadonlySet<string> = new Set(['PreconditionFailed', 'ConditionalRequestConflict']);

/** The dataset bucket for whoever moves and removes whole objects. */
export class StepBucket implements Bucket {
  constructor(
    readonly name: string,
    private readonly client: S3Client,
    private readonly objects: DatasetBucket,
    /** Days for which what is published is locked; undefined where it is not. */
    private readonly lockDays?: number,
  ) {}

  get(key: string, range?: ByteRange): Promise<Buffer | undefined> {
    return this.objects.get(key, range);
  }

  put(key: string, body: Buffer, contentType: ContentType): Promise<void> {
    return this.objects.put(key, body, contentType, this.lockOf(key));
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
    await this.client.send(this.copyCommand(from, to));
  }

  async copyNew(from: string, to: string): Promise<void> {
    await unlessThere(this.client.send(this.copyCommand(from, to, NEW)));
  }

  create(key: string, body: Buffer, contentType: ContentType): Promise<boolean> {
    const command = new PutObjectCommand({
      Bucket: this.name,
      Key: key,
      Body: body,
      ContentType: contentType,
      ...this.lockOf(key),
      ...NEW,
    });
    return unlessThere(this.client.send(command));
  }

  private copyCommand(from: string, to: string, condition: { readonly IfNoneMatch?: string } = {}): CopyObjectCommand {
    return new CopyObjectCommand({
      Bucket: this.name,
      Key: to,
      CopySource: `${this.name}/${from.split('/').map(encodeURIComponent).join('/')}`,
      // Nothing here has tags; to copy them would take a permission to read them.
      TaggingDirective: 'REPLACE',
      ...this.lockOf(to),
      ...condition,
    });
  }

  /** Versions as they were read: what was put under the same key since is another's, and stays. */
  async tagTaken(objects: readonly SourceObject[]): Promise<void> {
    const own = objects.filter(
      ({ bucket, key }) => bucket === this.name && OWN_SOURCES.some((prefix) => key.startsWith(prefix)),
    );
    await atOnce(own, TAGS, ({ key, versionId }) => this.tag(key, versionId));
  }

  private async tag(key: string, versionId: string | undefined): Promise<void> {
    if (versionId === undefined) return;
    try {
      await this.client.send(
        new PutObjectTaggingCommand({
          Bucket: this.name,
          Key: key,
          VersionId: versionId,
          Tagging: { TagSet: [{ Key: TAKEN_TAG.key, Value: TAKEN_TAG.value }] },
        }),
      );
    } catch (error) {
      // Deleted since it was read.
      if (error instanceof Error && GONE.has(error.name)) return;
      throw error;
    }
  }

  private lockOf(key: string): ObjectLock | undefined {
    if (this.lockDays === undefined || !LOCKED.some((prefix) => key.startsWith(prefix))) return undefined;
    return {
      ObjectLockMode: 'GOVERNANCE',
      ObjectLockRetainUntilDate: new Date(Date.now() + this.lockDays * DAY_MS),
    };
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

async function unlessThere(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof Error && THERE.has(error.name)) return false;
    throw error;
  }
}
