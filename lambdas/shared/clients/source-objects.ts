import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { SourceObject } from '../../../protocol/dataset';
import { SourceLost } from '../dataset/source-lost';
import { callsWithin } from './call-limits';

/** Until the first byte; how long the bytes take is their number's business. */
const LIMITS = callsWithin({ attemptMs: 30_000, attempts: 4 });

/** Codes of S3 by which an object is lost. */
const LOST: Readonly<Record<string, SourceLost['how']>> = {
  NoSuchKey: 'gone',
  NoSuchVersion: 'gone',
  PreconditionFailed: 'changed',
};

/** Source objects as streams, exactly those that were planned. Needs `s3:GetObject`, and `s3:GetObjectVersion` for versions. */
export class SourceObjects {
  constructor(
    // A checksum of the whole object says nothing of a part of it.
    private readonly client = new S3Client({ ...LIMITS, responseChecksumValidation: 'WHEN_REQUIRED' }),
  ) {}

  /** Bytes from `from` to before `to`, or to the end. The range must not be empty. Throws `SourceLost`. */
  async *open(
    { bucket, key, versionId, etag }: SourceObject,
    range?: { readonly from: number; readonly to?: number },
  ): AsyncGenerator<Uint8Array> {
    const { body, isPart } = await this.body(
      new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        VersionId: versionId,
        IfMatch: versionId === undefined ? etag : undefined,
        Range: range === undefined ? undefined : `bytes=${range.from}-${range.to === undefined ? '' : range.to - 1}`,
      }),
    );
    // The emulator of the rehearsal answers versions whole; rows outside of the range are another worker's.
    if (range !== undefined && !isPart) yield* cutOut(body, range.from, range.to);
    else for await (const chunk of body) yield chunk;
  }

  private async body(command: GetObjectCommand): Promise<Answer> {
    try {
      const { Body, ContentRange } = await this.client.send(command);
      if (!isStream(Body)) throw new TypeError('S3 answered an object without a stream of its bytes');
      return { body: Body, isPart: ContentRange !== undefined };
    } catch (cause) {
      const how = cause instanceof Error ? LOST[cause.name] : undefined;
      throw how === undefined ? cause : new SourceLost(how, { cause });
    }
  }
}

interface Answer {
  readonly body: AsyncIterable<Uint8Array>;
  /** Whether it is the range that was asked for, and not the whole object. */
  readonly isPart: boolean;
}

async function* cutOut(body: AsyncIterable<Uint8Array>, from: number, to = Number.POSITIVE_INFINITY) {
  let at = 0;
  for await (const chunk of body) {
    const part = chunk.subarray(Math.max(0, from - at), Math.max(0, to - at));
    at += chunk.length;
    if (part.length > 0) yield part;
    if (at >= to) return;
  }
}

function isStream(body: object | undefined): body is AsyncIterable<Uint8Array> {
  return body !== undefined && Symbol.asyncIterator in body;
}
