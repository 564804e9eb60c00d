import { Readable } from 'node:stream';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { SourceObject } from '../../../protocol/dataset';
import { CliError, EXIT } from '../../errors';
import type { DatasetObjects, ObjectVersion, SourceObjects, StoredObject } from '../ports';

/** S3's limit of one request. */
const ERASED_AT_ONCE = 1000;

/** The bucket of a dataset. */
export class S3Objects implements DatasetObjects {
  constructor(
    private readonly client: S3Client,
    readonly bucket: string,
  ) {}

  async list(prefix: string): Promise<readonly StoredObject[]> {
    const found: StoredObject[] = [];
    let token: string | undefined;
    do {
      const page = await this.client.send(
        new ListObjectsV2Command({ Bucket: this.bucket, Prefix: prefix, ContinuationToken: token }),
      );
      for (const { Key: key, Size: bytes = 0 } of page.Contents ?? [])
        if (key !== undefined) found.push({ key, bytes });
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return found;
  }

  async versions(prefix: string): Promise<readonly ObjectVersion[]> {
    const found: ObjectVersion[] = [];
    let from: { readonly KeyMarker?: string; readonly VersionIdMarker?: string } | undefined = {};
    do {
      const page: Awaited<ReturnType<typeof this.versionPage>> = await this.versionPage(prefix, from);
      for (const { Key, VersionId, IsLatest } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
        if (Key !== undefined) found.push({ key: Key, versionId: VersionId ?? 'null', latest: IsLatest === true });
      }
      from =
        page.IsTruncated === true
          ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
          : undefined;
    } while (from !== undefined);
    return found;
  }

  read(key: string): Promise<Readable | undefined> {
    return readObject(this.client, { Bucket: this.bucket, Key: key });
  }

  async write(key: string, body: Buffer): Promise<void> {
    await this.client.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: body }));
  }

  async writeOnce(key: string, body: Buffer): Promise<void> {
    try {
      await this.client.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: body, IfNoneMatch: '*' }));
    } catch (error) {
      if (!(error instanceof Error && error.name === 'PreconditionFailed')) throw error;
    }
  }

  async erase(versions: readonly ObjectVersion[]): Promise<void> {
    for (let from = 0; from < versions.length; from += ERASED_AT_ONCE) {
      const part = versions.slice(from, from + ERASED_AT_ONCE);
      const { Errors: errors = [] } = await this.client.send(
        new DeleteObjectsCommand({
          Bucket: this.bucket,
          Delete: { Quiet: true, Objects: part.map(({ key: Key, versionId: VersionId }) => ({ Key, VersionId })) },
        }),
      );
      const [first] = errors;
      if (first !== undefined) throw this.notErased(errors.length, first);
    }
  }

  async lockedUntil({ key, versionId }: ObjectVersion): Promise<string | undefined> {
    try {
      const { ObjectLockRetainUntilDate: until, ObjectLockLegalHoldStatus: hold } = await this.client.send(
        new HeadObjectCommand({ Bucket: this.bucket, Key: key, VersionId: versionId }),
      );
      if (hold === 'ON') return 'its legal hold is taken off';
      return until !== undefined && until.getTime() > Date.now() ? until.toISOString() : undefined;
    } catch (error) {
      if (isMissing(error) || isDeletion(error)) return undefined;
      throw error;
    }
  }

  private versionPage(prefix: string, from: { readonly KeyMarker?: string; readonly VersionIdMarker?: string }) {
    return this.client.send(new ListObjectVersionsCommand({ Bucket: this.bucket, Prefix: prefix, ...from }));
  }

  private notErased(
    count: number,
    { Key, Code, Message }: { Key?: string; Code?: string; Message?: string },
  ): CliError {
    const locked = /lock|retention|legal hold/i.test(Message ?? '')
      ? '; it is under S3 Object Lock: whoever may bypass governance mode can take the lock off'
      : '';
    return new CliError(
      `S3 did not erase ${count} object versions, the first of them of ${Key}: ${Code}: ${Message}${locked}; run the command again to go on`,
      EXIT.failed,
    );
  }
}

/** Objects as they lay in source buckets. */
export class S3Sources implements SourceObjects {
  constructor(private readonly client: S3Client) {}

  read({ bucket, key, versionId }: SourceObject): Promise<Readable | undefined> {
    return readObject(this.client, { Bucket: bucket, Key: key, VersionId: versionId });
  }

  async list(bucket: string, prefix: string): Promise<readonly SourceObject[]> {
    const found: SourceObject[] = [];
    let token: string | undefined;
    do {
      const page = await this.client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
      );
      for (const { Key: key, ETag: etag = '', Size: bytes = 0 } of page.Contents ?? []) {
        if (key !== undefined) found.push({ bucket, key, etag, bytes });
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return found;
  }
}

async function readObject(
  client: S3Client,
  which: { readonly Bucket: string; readonly Key: string; readonly VersionId?: string },
): Promise<Readable | undefined> {
  try {
    const { Body: body } = await client.send(new GetObjectCommand(which));
    if (body instanceof Readable) return body;
    throw new Error(`S3 answered object ${which.Key} without its bytes`);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** A mark of deletion has no head, and no lock. */
function isDeletion(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 405;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && ['NoSuchKey', 'NoSuchVersion', 'NotFound'].includes(error.name);
}
